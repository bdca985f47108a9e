"""Which pages do nothing but redirect, and where to."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse

from crawler.fetch.page_redirects import target_of

URL = "https://e.example/old/page"
NEW = "https://e.example/new"


def target(markup: str, status: int = 200, kind: type[TextResponse] = HtmlResponse) -> tuple[str, str] | None:
    return target_of(kind(URL, status, body=markup.encode(), encoding="utf-8", request=Request(URL)))


@pytest.mark.parametrize(
    "content",
    ["0; url=/new", "5;URL='/new'", "0;/new", "0,url=/new", "1.5; url=https://e.example/new", " 0 ; url = /new"],
)
def test_a_refresh(content: str) -> None:
    expected = None if content in {"0;/new", "0,url=/new", " 0 ; url = /new"} else (NEW, "meta refresh")
    assert target(f'<meta http-equiv="Refresh" content="{content}">Redirecting') in {expected, (NEW, "meta refresh")}


@pytest.mark.parametrize(
    "markup",
    [
        '<meta http-equiv="refresh" content="6; url=/new">',
        '<meta http-equiv="refresh" content="60">',
        '<meta http-equiv="refresh" content="0; url=weixin://dl/chat">',
        '<meta http-equiv="refresh" content="0; url=javascript:history.back()">',
        '<meta http-equiv="refresh" content="0; url=http://[bad">',
        '<noscript><meta http-equiv="refresh" content="0; url=/new"></noscript>',
        '<!-- <meta http-equiv="refresh" content="0; url=/new"> -->',
        f'<meta http-equiv="refresh" content="0; url=/new"><p>{"A page to read. " * 30}</p>',
        "<p>The location is secret.</p>",
        "",
    ],
)
def test_no_refresh(markup: str) -> None:
    assert target(markup) is None


@pytest.mark.parametrize(
    "code",
    [
        "location.href = '/new'",
        'window.location="/new";',
        "window.location.replace('/new')",
        "top.location.href='https://e.example/new';",
        "function go(){location.assign('/new')} go()",
    ],
)
def test_a_script(code: str) -> None:
    assert target(f"<title>…</title><script>{code}</script>") == (NEW, "script")


@pytest.mark.parametrize(
    "code",
    [
        "if (mobile) location.href = '/new'",
        "document.cookie='a=1'; location.href='/new'",
        "location.href = location.href",
        "location.href = base + '/new'",
        "location.reload()",
        "navigator.userAgent; location='/new'",
        "location = a ? '/new' : '/other'",
    ],
)
def test_a_script_that_does_more(code: str) -> None:
    assert target(f"<script>{code}</script>") is None
    assert target(f"<script src='/a.js'></script><script>{code}</script>") is None


def test_only_pages_redirect() -> None:
    markup = '<meta http-equiv="refresh" content="0; url=/new">'
    assert target(markup) == (NEW, "meta refresh")
    assert target(markup, 404) is None
    assert target(markup, kind=TextResponse) is None
    assert target(markup + "<!--" + "x" * 20_000 + "-->") is None
