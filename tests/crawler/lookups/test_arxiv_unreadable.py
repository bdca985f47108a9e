"""An id that stands in arXiv's answer exists, whatever else of its entry cannot be read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crawler.lookups.arxiv import _parse_entries
from tests.internet import Internet, World
from tests.internet.messages import text
from tests.internet.sites import arxiv_api
from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet import Request, Response

API = "https://export.arxiv.org/*"
BAD, GOOD, MISSING = World.paper("alive", 1), World.paper("alive", 2), World.paper("absent")


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


ALONE = ("broken markup", "swallowed")
"""Damages that may reach into the next entry."""

TOGETHER = {
    name: World.paper("alive", n) for n, name in enumerate(dict.fromkeys([*DAMAGES, *READABLE]), 3) if name not in ALONE
}
"""A paper for each other damage: all are in one answer."""

Damage = Callable[[str], str]


def id_of(url: str) -> str:
    return url.rpartition("/")[2]


def damaging(damages: dict[str, Damage], world: World) -> Callable[[Request], Response]:
    """Answer as arXiv does, with the entries of some papers damaged."""
    by_id = {id_of(url): damage for url, damage in damages.items()}

    def entry(match: re.Match[str]) -> str:
        found = re.search(r"/abs/(.+?)v\d+<", match[0])
        assert found is not None
        return by_id.get(found[1], str)(match[0])

    def answer(request: Request) -> Response:
        response = arxiv_api.answer(request, world)
        assert isinstance(response.body, bytes)
        body = re.sub(r"<entry>.*?</entry>", entry, response.body.decode(), flags=re.DOTALL)
        return replace(response, body=body.encode())

    return answer


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, str]]]:
    """Return the rows of two nights, the second from the cache; each entry is damaged in its own way."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("damaged"), internet.environ())
        desk.write("a.md", "\n".join(f"- <{url}>" for url in (*TOGETHER.values(), GOOD, MISSING)))
        every = DAMAGES | READABLE
        internet.fault(API, damaging({url: every[name] for name, url in TOGETHER.items()}, internet.world))
        return list(nights(desk, 2))


def nights(desk: Desk, count: int) -> Iterator[dict[str, dict[str, str]]]:
    """Yield the rows after each of some nights."""
    for _ in range(count):
        done = desk.crawl(*EVERY_NIGHT)
        assert (done.returncode, done.stderr) == (0, "")
        yield desk.health()


@pytest.mark.parametrize("damage", TOGETHER)
def test_a_paper_in_an_answer_is_there(crawled: list[dict[str, dict[str, str]]], damage: str) -> None:
    for rows in crawled:
        row = rows[TOGETHER[damage]]
        assert row["verdict"] == "alive"
        assert row["title"] or damage in DAMAGES


def test_its_neighbours_are_what_they_are(crawled: list[dict[str, dict[str, str]]]) -> None:
    for rows in crawled:
        assert (rows[GOOD]["verdict"], rows[MISSING]["verdict"]) == ("alive", "dead")
        assert rows[MISSING]["reason"] == "not found on arXiv"
        assert rows[GOOD]["title"]


@pytest.mark.parametrize("damage", sampled(ALONE))
def test_damage_to_the_markup_costs_no_other_paper_its_verdict(desk: Desk, internet: Internet, damage: str) -> None:
    desk.write("a.md", f"<{BAD}> <{GOOD}> <{MISSING}>")
    internet.fault(API, damaging({BAD: DAMAGES[damage]}, internet.world))
    for rows in nights(desk, 2):
        assert {url: row["verdict"] for url, row in rows.items()} == {BAD: "alive", GOOD: "alive", MISSING: "dead"}
        assert rows[MISSING]["reason"] == "not found on arXiv"
        assert rows[GOOD]["title"]


def test_what_was_known_stays(desk: Desk, internet: Internet) -> None:
    damages = {TOGETHER[name]: DAMAGES[name] for name in ("no published", "no date", "no title")}
    desk.write("a.md", " ".join(f"<{url}>" for url in damages))
    desk.crawl(*EVERY_NIGHT)
    before = desk.health()
    internet.fault(API, damaging(damages, internet.world))
    internet.forget()
    desk.crawl(*EVERY_NIGHT, "-s", f"HTTP_CACHE={desk.folder}/another.sqlite")
    assert len(internet.asked(API)) <= 2
    for url, row in desk.health().items():
        assert (row["verdict"], row["outcome"], row["title"]) == ("alive", "ok", before[url]["title"])
        assert row["reason"] == "found on arXiv; record unreadable"


def test_more_pages_that_do_not_come_change_nothing(desk: Desk, internet: Internet) -> None:
    """The client asks for more where it left an entry out."""
    desk.write("a.md", f"<{BAD}> <{GOOD}> <{MISSING}>")
    whole = damaging({BAD: DAMAGES["no published"]}, internet.world)

    def answer(request: Request) -> Response:
        busy = text("busy", 503).with_headers(retry_after="999")
        return whole(request) if request.query["start"] == "0" else busy

    internet.fault(API, answer)
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {BAD: "alive", GOOD: "alive", MISSING: "dead"}


def test_fewer_entries_than_announced_are_no_answer(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", f"<{BAD}> <{GOOD}>")
    internet.fault(API, damaging(dict.fromkeys((BAD, GOOD), lambda _: ""), internet.world))
    assert desk.crawl().returncode == 0
    assert desk.verdicts()[BAD] != "dead"


def test_entries_without_end_take_no_time() -> None:
    """An answer may have 64 MB of them."""
    started = time.process_time()
    assert list(_parse_entries(b"<entry" * 100_000)) == []
    assert time.process_time() - started < 1
