"""Recorded pages, and a kind that reads one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from crawler.checks.http_check import judge_http
from crawler.kinds.registry import all_kinds, link_of
from crawler.models.metadata import Article

if TYPE_CHECKING:
    from crawler.models.link import Link
    from crawler.models.result import CheckResult

PAGES = Path(__file__).parents[1] / "pages"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def read(link: Link, body: bytes, case: dict[str, Any]) -> CheckResult:
    """Let a page kind read an answer to its own request."""
    kind = all_kinds()[link.kind]
    url = case.get("final_url", link.url)
    request = kind.request(link)
    if case["redirects"]:
        request.meta["redirect_reasons"] = case["redirects"]
        request.meta["redirect_urls"] = [link.url]
    headers = Headers(case["headers"])
    response = responsetypes.from_args(headers=headers, url=url, body=body)(
        url, status=case["status"], headers=headers, body=body, request=request
    )
    return kind.read(link, response, judge_http(response, NOW))


def read_wechat(page: str | bytes) -> CheckResult:
    """Let the WeChat kind read a page."""
    link = link_of("https://mp.weixin.qq.com/s/AbC", "n.md")
    assert link is not None
    body = page.encode() if isinstance(page, str) else page
    return read(link, body, {"redirects": [], "status": 200, "headers": {"Content-Type": "text/html; charset=UTF-8"}})


def read_article(body: str) -> Article:
    """Return what is read of an article with that body."""
    result = read_wechat(f'<div id="js_content">{body}</div>')
    assert isinstance(result.metadata, Article)
    return result.metadata
