"""The URL that a browser requests."""

from __future__ import annotations

import pytest
from hypothesis import given

from crawler.links.canonical_url import InvalidURLError, canonicalize_url
from crawler.links.spelling.browser_url import browser_url
from tests.crawler.links.test_canonical_url import URLS

SENT = {
    # all that a server may tell apart stays as it is
    "https://example.com/%7euser/%e4%b8%ad?a=%2a%3A": "https://example.com/%7euser/%e4%b8%ad?a=%2a%3A",
    "https://example.com/?utm_source=x&&b#c": "https://example.com/?utm_source=x&&b",
    "https://example.com/100%": "https://example.com/100%",
    "https://example.com:/a": "https://example.com:/a",
    # as browsers read it (URL Living Standard, 4.4)
    "HTTPS://EXAMPLE.com:443": "https://example.com/",
    "https:\\\\example.com\\a\\b?c\\d": "https://example.com/a/b?c%5Cd",
    "https:///example.com/a": "https://example.com/a",
    "https://example.com/a/%2E%2e/b/./c": "https://example.com/b/c",
    "https://exa\u00admple.com/\u4e2d \u6587": "https://example.com/%E4%B8%AD%20%E6%96%87",
    "\thttps://exam\nple.com/a ": "https://example.com/a",
    "https://user:p@example.com/": "https://user:p@example.com/",
    "https://[::1]:8080/": "https://[::1]:8080/",
}


@pytest.mark.parametrize("url", SENT)
def test_what_a_browser_requests(url: str) -> None:
    assert browser_url(url) == SENT[url]


@pytest.mark.parametrize(
    "url", ["", "ftp://example.com/", "https://", "https:///", "https://a b/", "https://h:x/", "mailto:a@b.c"]
)
def test_no_web_url(url: str) -> None:
    with pytest.raises(InvalidURLError):
        browser_url(url)


@given(URLS)
def test_it_is_final_and_leads_to_the_same_resource(url: str) -> None:
    try:
        sent = browser_url(url)
    except InvalidURLError:
        return
    assert browser_url(sent) == sent
    assert sent.isascii()
    assert canonicalize_url(sent)
