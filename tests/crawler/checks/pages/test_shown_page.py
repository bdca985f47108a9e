"""What a browser's user sees of a response, whatever its status says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.checks.pages.page_text import sentences
from crawler.checks.response_check import judge_response
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.kinds.registry import link_of
from crawler.models.check import Outcome
from crawler.models.metadata import Page
from crawler.models.reasons.reason import ReasonCode
from crawler.models.result import DueLink

URL = "https://e.example/a/page"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
LONG = "<p>There is much to say about forgotten pages. </p>" * 20


def checked(
    body: str = "",
    status: int = 200,
    *,
    texts: tuple[str, ...] = (),
    known: Page | None = None,
    headers: dict[str, str] | None = None,
    kind: type[Response] = HtmlResponse,
) -> tuple[Outcome, ReasonCode]:
    request = Request(URL, meta={"max_bytes": HEAD_OF_PAGE})
    more: dict[str, Any] = {"encoding": "utf-8"} if issubclass(kind, TextResponse) else {}
    response = kind(URL, status, headers=headers, body=body.encode(), request=request, **more)
    link = link_of(URL, "n.md")
    assert link is not None
    result = judge_response(DueLink(link, (), texts, known), response, {}, NOW)
    assert result.metadata is None or result.check.is_ok
    return result.check.outcome, result.check.reason.code


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("", 200, Response),
        (" \n", 200, TextResponse),
        ("x", 204, TextResponse),
        ("<html><head><title></title></head><body> <br> </body></html>", 200, HtmlResponse),
    ],
)
def test_an_empty_page(body: str, status: int, kind: type[Response]) -> None:
    assert checked(body, status, kind=kind) == (Outcome.UNREADABLE, ReasonCode.EMPTY_PAGE)


@pytest.mark.parametrize(
    "body",
    [
        "<body><img src=/a.png></body>",
        "<frameset><frame src=/a></frameset>",
        "<title>App</title><div id=app></div><script src=/a.js></script>",
        "<p>.</p>",
    ],
)
def test_a_page_without_much_text(body: str) -> None:
    assert checked(body) == (Outcome.OK, ReasonCode.REACHABLE)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<script>document.cookie='a=1';location.reload()</script>", 200),
        ("<script>var _0x1a2b3c=[]</script>", 200),
        ("<title>One moment</title><script src=/a.js></script>", 202),
        ("", 202),
    ],
)
def test_a_challenge(body: str, status: int) -> None:
    assert checked(body, status) == (Outcome.BLOCKED, ReasonCode.BOT_WALL)


def test_a_page_that_leads_on_once_more() -> None:
    body = '<meta http-equiv="refresh" content="0; url=/other">'
    assert checked(body) == (Outcome.BLOCKED, ReasonCode.PAGE_REDIRECTS)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_shown_in_spite_of_its_status(status: int) -> None:
    shown = (Outcome.BLOCKED, ReasonCode.SHOWN_WITH_STATUS)
    gone = (Outcome.GONE, ReasonCode.NOT_FOUND if status == 404 else ReasonCode.GONE)
    page = f"<title>A study of forgotten pages</title>{LONG}"
    assert checked(page, status) == gone
    assert checked(page, status, texts=("A study of forgotten pages",)) == shown
    assert checked(page, status, known=Page("A study of forgotten pages", None)) == shown
    assert checked(page, status, known=Page("Another page that was here", None)) == gone
    assert checked(f"{page}<p>This page does not exist.</p>", status, texts=("A study of forgotten pages",)) == gone
    assert checked("<title>A study of forgotten pages</title>", status, texts=("A study of forgotten pages",)) == gone


def test_an_app_on_a_server_of_files() -> None:
    app = "<title>My app</title><div id=root></div><script src=/a.js></script>"
    assert checked(app, 404, headers={"Server": "GitHub.com"}) == (Outcome.BLOCKED, ReasonCode.SHOWN_WITH_STATUS)
    assert checked(app, 404, headers={"Server": "nginx"}) == (Outcome.GONE, ReasonCode.NOT_FOUND)
    named = app.replace("My app", "Page not found")
    assert checked(named, 404, headers={"Server": "GitHub.com"}) == (Outcome.GONE, ReasonCode.NOT_FOUND)


@pytest.mark.parametrize("status", [520, 521, 525, 530])
def test_the_edge_before_a_server(status: int) -> None:
    assert checked("<title>Web server is down</title>", status) == (Outcome.BLOCKED, ReasonCode.REFUSED)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<h1>Not <b>here</b></h1><p>One. Two! Three?</p>", ["Not here", "One.", "Two!"]),
        ("<p>抱歉。没有找到！</p>", ["抱歉。", "没有找到！"]),
        ("<a href=/>Page not found</a><code>404</code><blockquote>Gone</blockquote>Text", ["Text"]),
    ],
)
def test_sentences_of_a_page(body: str, found: list[str]) -> None:
    assert sentences(HtmlResponse(URL, body=body.encode(), encoding="utf-8")) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("404 page  not found\n", ["404 page not found"]),
        ('{"code": -404, "message": "啥都木有", "data": {"error": "none"}}', ["404", "啥都木有", "none"]),
        ('{"a": [1], "b": null}', []),
        ("{not JSON", []),
        ("x" * 1001, []),
    ],
)
def test_sentences_of_a_short_answer(body: str, found: list[str]) -> None:
    assert sentences(TextResponse(URL, body=body.encode(), encoding="utf-8")) == found
