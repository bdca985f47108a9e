"""Elements that fragments lead to: found as a browser finds them; missing only if nothing else may make them."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.checks.pages.page_anchors import find_anchors
from crawler.html import MAX_TAGS

TEXT = "<p>" + "What this is about, in so many words that it is more than a frame. " * 5 + "</p>"
PAGE = f"""<!DOCTYPE html><html><head><title>x</title><meta name="description" content="x"></head><body>
<h2 id="install">Install</h2> <h3 id=Größe>x</h3> <a name="by-name"></a> <p id="a b">x <span id='C++'>x</span>
<h2 id="user-content-usage">x</h2> <i id="gr%C3%B6n"></i> <!-- <b id="comment"> --> <input name="field"> <b ID="shout">
{TEXT}</body></html>"""


def page(source: str = PAGE, status: int = 200, **more: object) -> HtmlResponse:
    request = Request("https://x.y/page", meta=more.pop("meta", {}))  # type: ignore[arg-type]
    headers = more.pop("headers", {"Content-Length": "9"})
    options = {"url": "https://x.y/page", **more}
    return HtmlResponse(
        body=source.encode(), encoding="utf-8", status=status, request=request, headers=headers, **options
    )


def anchor(fragment: str, response: Response | None = None, prefix: str = "") -> bool | str | None:
    found = find_anchors(response or page(), [fragment], prefix)
    return "cut" if found is None else found[fragment]


@pytest.mark.parametrize(
    "fragment",
    ["install", "Größe", "Gr%C3%B6%C3%9Fe", "by-name", "a%20b", "a b", "C++", "usage", "gr%C3%B6n", "shout"],
)
def test_elements_that_are_there(fragment: str) -> None:
    assert anchor(fragment) is True


@pytest.mark.parametrize(
    "fragment", ["instal", "Install", "INSTALL", "größe", "description", "field", "comment", "by", "a", "Install-it"]
)
def test_elements_that_are_missing(fragment: str) -> None:
    assert anchor(fragment) is False


SCRIPT = "<script src=/stats.js></script>"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (SCRIPT, False),
        ('<script>var toc = ["nowhere", "x"]</script>', None),
        (r'<script>{"html": "<h2 id=\"nowhere\">"}</script>', None),
        ("<script>track('elsewhere-nowhere')</script>", False),
        ("<template><b id=nowhere></b></template>", None),
        ("<noscript><b id=nowhere></b></noscript>", None),
        ("<frameset></frameset>", None),
        ('<a href="#nowhere">x</a>', False),
        (f'{SCRIPT}<a href="#nowhere">x</a>', None),
        ('<script src="https://cdn.x/anchor.min.js"></script>', False),  # the headings have their ids already
        ("<p>nowhere</p>", False),
    ],
)
def test_what_a_script_or_a_template_may_make(change: str, expected: bool | None) -> None:
    assert anchor("nowhere", page(PAGE.replace("<p id=", f"{change}<p id="))) is expected


@pytest.mark.parametrize(
    "script", ['src="/js/anchor.min.js">', ">anchors.add()", ">e.id = slug(e)", ' src="respec.js">']
)
def test_headings_that_get_their_ids_from_a_script(script: str) -> None:
    bare = f"<html><h2>Install</h2><div id=main>{TEXT}</div><script {script}</script></html>"
    assert anchor("nowhere", page(bare)) is None
    assert anchor("main", page(bare)) is True
    assert anchor("nowhere", page(bare.replace("<h2>", "<h2 id=x>"))) is False


def test_pages_that_do_not_settle_it() -> None:
    assert anchor("install", page("<html><div id=app></div><script src=a.js></script></html>")) is None
    assert anchor("nowhere", page("<html><div id=app></div><script src=a.js></script></html>")) is None
    assert anchor("nowhere", page(status=203)) is None
    assert anchor("nowhere", TextResponse("https://x.y/page", body=b"x", encoding="utf-8")) is None
    assert anchor("nowhere", Response("https://x.y/page.pdf", body=b"%PDF")) is None
    assert anchor("nowhere", page(url="https://x.y/other#place")) is None
    assert anchor("nowhere", page(meta={"redirect_urls": ["https://x.y/a", "https://x.y/b#place"]})) is None


def test_pages_that_are_too_much() -> None:
    assert anchor("nowhere", page(PAGE.replace("<p id=", f"{'<div>' * 3000}<b id=nowhere><p id="))) is None  # too deep
    assert anchor("nowhere", page(PAGE.replace("<p id=", f"{'<b>x</b>' * MAX_TAGS}<p id="))) is None


def test_pages_that_were_cut() -> None:
    for flag in ("partial", "download_stopped", "dataloss"):
        assert anchor("nowhere", page(flags=[flag])) == "cut"
    assert anchor("nowhere", page(headers={})) is False
    assert anchor("nowhere", page(PAGE.removesuffix("</html>"), headers={})) == "cut"
    assert anchor("nowhere", page(PAGE.removesuffix("</html>"))) is False


def test_pages_of_github() -> None:
    assert [anchor(name, prefix="user-content-") for name in ("usage", "Usage", "install", "nowhere")] == [
        True,
        True,
        True,
        False,
    ]
    assert anchor("nowhere", page(PAGE.replace("user-content-", "")), "user-content-") is None


@pytest.mark.parametrize("piece", ["<a ", "<a name=x ", "<!--", "<script", "<script>", "id=", "</p", '<b id="', "<p>#"])
def test_time_is_linear(piece: str) -> None:
    anchor("nowhere", page(piece * 20_000 + TEXT))
