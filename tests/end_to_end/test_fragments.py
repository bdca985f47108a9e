"""Fragments of links to web pages, over three nights: read once, kept, and asked again for a new one."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.internet.messages import html, not_found, redirect, revalidated
from tests.internet.sites import Site
from tests.support.crawling import EVERY_NIGHT

if TYPE_CHECKING:
    from tests.internet import Internet, Request, Response, World
    from tests.support.crawling import Desk

HOST = "https://alive.example.org"
TEXT = "<p>Words of a page, so many that it is no frame of an app that a script fills.</p>" * 4
LONG = "<p>" + "".join(f"{number:x} " for number in range(20_000)) + "</p>"  # more than the head of a page
BODIES = {
    "/whole": f"<h2 id='there'>There</h2>{TEXT}{LONG}<h2 id=last>Last</h2>",
    "/endless": f"<h2 id=there>There</h2>{TEXT}{LONG * 12}",
    "/app": "<div id=app></div><script src=/app.js></script>",
    "/dead": f"<h2 id=there>There</h2>{TEXT}",
}
NOTE = """# Links

[a](https://alive.example.org/whole#there) [b](https://alive.example.org/whole#last) [c](https://alive.example.org/whole)
[d](https://alive.example.org/whole#nowhere)
[e](https://alive.example.org/whole#page=3) [f](https://alive.example.org/whole#:~:text=nowhere)
[g](https://alive.example.org/endless#nowhere) [h](https://alive.example.org/app#nowhere)
[i](https://alive.example.org/dead#nowhere) [j](https://alive.example.org/moved#nowhere)
[k](https://alive.example.org/other-place#nowhere)
[l](https://github.com/notemend/sample#nowhere) [v](https://www.youtube.com/about#nowhere)
<!-- notemend: ignore -->
[m](https://alive.example.org/whole#ignored)
"""


def answer(request: Request) -> Response:
    """Show the page of a path; ETags are those of the path."""
    if request.path in {"/moved", "/other-place"}:
        return redirect(f"{HOST}/whole" + ("#there" if request.path == "/other-place" else ""), 302)
    title = f"<title>{request.path}</title>"
    body = BODIES.get(request.path)
    return not_found() if body is None else revalidated(request, html(f"<html>{title}{body}</html>"), '"1"')


def large(request: Request, world: World) -> Response:
    """Show a page of a host of which more than of others is read; its ids are read all the same."""
    page = html(f"<html><title>About</title><h2 id=there>There</h2>{TEXT}{LONG * 11}</html>")
    assert isinstance(page.body, bytes)
    return replace(page, body=gzip.compress(page.body, 1)).with_headers(content_encoding="gzip")


def missing(desk: Desk) -> list[tuple[str, str]]:
    """Return line and URL of each missing fragment."""
    return [(row["line"], row["says"]) for row in desk.findings() if row["kind"] == "fragment missing"]


def test_fragments_of_web_pages(desk: Desk, internet: Internet) -> None:
    desk.published = (*desk.published, "pipelines.reports.csv.findings")
    internet.fault(f"{HOST}/*", answer)
    internet._network._sites["www.youtube.com"] = Site(("www.youtube.com",), large, robots="")
    note = desk.write("a.md", NOTE)
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    found = [
        ("4", f"{HOST}/whole#nowhere"),
        ("7", f"{HOST}/dead#nowhere"),
        ("7", f"{HOST}/moved#nowhere"),
        ("9", "https://www.youtube.com/about#nowhere"),
    ]
    assert missing(desk) == found
    assert len(internet.asked(f"{HOST}/whole")) == 3  # one for six links, and two redirects
    assert {desk.verdicts()[f"{HOST}/{path}"] for path in ("whole", "endless", "app", "dead", "moved")} == {"alive"}
    assert (desk.output / "notes/a.md").read_text("utf-8") == NOTE

    internet.forget()
    BODIES.pop("/dead")
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    assert "if-none-match" in internet.asked(f"{HOST}/whole")[0].headers
    assert missing(desk) == found  # one 404 does not make a link dead

    internet.forget()
    note.write_text(NOTE + "\n[n](https://alive.example.org/whole#new)\n", "utf-8")
    assert desk.crawl(*EVERY_NIGHT, "-s", "DEAD_AFTER=2").returncode == 0
    assert any(
        "if-none-match" not in each.headers for each in internet.asked(f"{HOST}/whole")
    )  # a redirect may be first
    assert missing(desk) == [found[0], *found[2:], ("13", f"{HOST}/whole#new")]
    assert desk.verdicts()[f"{HOST}/dead"] == "dead"
