"""Requests for pages of repositories without a token, and what their redirects say."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from crawler.checks.http_check import judge_http
from crawler.html import LARGEST_PAGE
from crawler.kinds.registry import kind_of, link_of
from crawler.links.github_urls import is_missing_wiki_page
from crawler.models.check import Outcome
from tests.support.reading import NOW

TOOL = "https://github.com/acme/tool"


@pytest.mark.parametrize(
    ("url", "is_whole"),
    [
        (TOOL, True),
        (f"{TOOL}?tab=readme-ov-file", True),
        (f"{TOOL}/releases/download/v1.0/tool.zip", False),
        (f"{TOOL}/archive/refs/heads/main.zip", False),
        (f"{TOOL}/blob/main/README.md", False),
    ],
)
def test_only_a_front_page_is_requested_as_a_whole(url: str, *, is_whole: bool) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    meta = kind_of(link).request(link).meta
    assert (meta.get("download_maxsize") == LARGEST_PAGE) is is_whole
    assert ("max_bytes" in meta) is not is_whole


@pytest.mark.parametrize(
    ("path", "final", "is_missing"),
    [
        ("wiki/None", "https://github.com/acme/tool/wiki", True),
        ("wiki/None", "https://github.com/acme/tool/wiki/", True),
        ("wiki/None", "https://github.com/acme/tool", True),
        ("wiki/None", "https://github.com/new/name/wiki", True),
        ("wiki/None#part", "https://github.com/acme/tool/wiki/None", False),
        ("wiki/Old", "https://github.com/new/name/wiki/Old", False),
        ("wiki/Home", "https://github.com/acme/tool/wiki", False),
        ("wiki/_pages", "https://github.com/acme/tool/wiki", False),
        ("wiki", "https://github.com/acme/tool/wiki", False),
        ("issues/7", "https://github.com/acme/tool/pull/7", False),
        ("releases/latest", "https://github.com/acme/tool/releases", False),
    ],
)
def test_a_page_of_a_wiki_that_is_missing(path: str, final: str, *, is_missing: bool) -> None:
    assert is_missing_wiki_page(f"{TOOL}/{path}", final) is is_missing
    link = link_of(f"{TOOL}/{path}", "n.md")
    assert link is not None
    kind = kind_of(link)
    request = kind.request(link)
    request.meta["redirect_reasons"] = [302] * (final != link.url)
    response = HtmlResponse(final, body=b"<title>A page</title><p>Some text</p>", request=request)
    check = kind.read(link, response, judge_http(response, NOW)).check
    assert (check.outcome is Outcome.GONE, check.conclusive) == (is_missing, False)
