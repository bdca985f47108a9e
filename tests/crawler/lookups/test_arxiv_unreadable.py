"""An id that stands in arXiv's answer exists, whatever else of its entry cannot be read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.internet import World
from tests.internet.messages import text
from tests.internet.sites import arxiv_api
from tests.support.crawling import EVERY_NIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.internet import Internet, Request, Response
    from tests.support.crawling import Desk

API = "https://export.arxiv.org/*"
BAD, GOOD, MISSING = World.paper("alive", 1), World.paper("alive", 2), World.paper("absent")
ID = BAD.rpartition("/")[2]


def without(name: str) -> Callable[[str], str]:
    """Leave an element out of an entry."""
    return lambda entry: re.sub(rf"<{name}>.*?</{name}>|<{name}/>", "", entry, flags=re.DOTALL)


def as_date(value: str) -> Callable[[str], str]:
    return lambda entry: re.sub(r"(<published>).*?(</published>)", rf"\g<1>{value}\2", entry)


DAMAGES: dict[str, Callable[[str], str]] = {
    "no published": without("published"),
    "no updated": without("updated"),
    "neither": lambda entry: without("published")(without("updated")(entry)),
    "empty date": as_date(""),
    "no date": as_date("yesterday"),
    "no such day": as_date("2022-02-31T00:00:00Z"),
    "before all time": as_date("0001-01-01T00:00:00+14:00"),
    "after all time": as_date("9999-12-31T23:59:59-14:00"),
    "no title": without("title"),
    "no id but a link": without("id"),
    "id in lines": lambda entry: re.sub(r"<id>(.*?)</id>", r"<id>\n  \1\n  </id>", entry),
    "id without version": lambda entry: re.sub(r"(<id>[^<]*)v\d+</id>", r"\1</id>", without("published")(entry)),
    "broken markup": lambda entry: without("published")(entry).replace("</author>", "").replace("</name>", ""),
    "swallowed": lambda entry: entry.replace("</title>", "").replace("</summary>", ""),
}
READABLE = {
    "no authors": without("author"),
    "nameless authors": without("name"),
    "no summary": without("summary"),
    "in the future": as_date("2999-01-01T00:00:00Z"),
    "without a zone": as_date("2022-01-01T00:00:00"),
}


def damaging(damage: Callable[[str], str], world: World, *, everywhere: bool = False) -> Callable[[Request], Response]:
    """Answer as arXiv does, with one entry damaged, or all."""

    def entry(match: re.Match[str]) -> str:
        return damage(match[0]) if everywhere or f"abs/{ID}v" in match[0] else match[0]

    def answer(request: Request) -> Response:
        response = arxiv_api.answer(request, world)
        assert isinstance(response.body, bytes)
        body = re.sub(r"<entry>.*?</entry>", entry, response.body.decode(), flags=re.DOTALL)
        return replace(response, body=body.encode())

    return answer


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_paper_in_an_answer_is_there(desk: Desk, internet: Internet, damage: str) -> None:
    desk.write("a.md", f"<{BAD}> <{GOOD}> <{MISSING}>")
    internet.fault(API, damaging(DAMAGES[damage], internet.world))
    for _ in range(2):  # the second time from the cache
        done = desk.crawl(*EVERY_NIGHT)
        assert (done.returncode, done.stderr) == (0, "")
        assert desk.verdicts() == {BAD: "alive", GOOD: "alive", MISSING: "dead"}
        assert desk.health()[MISSING]["reason"] == "not found on arXiv"
        assert desk.health()[GOOD]["title"]


@pytest.mark.parametrize("damage", READABLE)
def test_what_can_be_read_is(desk: Desk, internet: Internet, damage: str) -> None:
    desk.write("a.md", f"<{BAD}> <{GOOD}>")
    internet.fault(API, damaging(READABLE[damage], internet.world))
    assert desk.crawl().returncode == 0
    assert all(row["verdict"] == "alive" and row["title"] for row in desk.health().values())


@pytest.mark.parametrize("damage", ["no published", "no date", "no title"])
def test_what_was_known_stays(desk: Desk, internet: Internet, damage: str) -> None:
    desk.write("a.md", f"<{BAD}> <{GOOD}>")
    desk.crawl(*EVERY_NIGHT)
    before = desk.health()
    internet.fault(API, damaging(DAMAGES[damage], internet.world, everywhere=True))
    internet.forget()
    desk.crawl(*EVERY_NIGHT, "-s", f"HTTP_CACHE={desk.folder}/another.sqlite")
    assert len(internet.asked(API)) <= 2
    after = desk.health()
    assert {url: (row["verdict"], row["title"]) for url, row in after.items()} == {
        url: ("alive", row["title"]) for url, row in before.items()
    }
    assert after[BAD]["reason"] == "found on arXiv; record unreadable"
    assert after[BAD]["outcome"] == "ok"


def test_more_pages_that_do_not_come_change_nothing(desk: Desk, internet: Internet) -> None:
    """The client asks for more where it left an entry out."""
    desk.write("a.md", f"<{BAD}> <{GOOD}> <{MISSING}>")
    whole = damaging(DAMAGES["no published"], internet.world)

    def answer(request: Request) -> Response:
        busy = text("busy", 503).with_headers(retry_after="999")
        return whole(request) if request.query["start"] == "0" else busy

    internet.fault(API, answer)
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {BAD: "alive", GOOD: "alive", MISSING: "dead"}


def test_fewer_entries_than_announced_are_no_answer(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", f"<{BAD}> <{GOOD}>")
    internet.fault(API, damaging(lambda _: "", internet.world))
    assert desk.crawl().returncode == 0
    assert desk.verdicts()[BAD] != "dead"
