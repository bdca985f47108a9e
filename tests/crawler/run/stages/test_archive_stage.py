"""Dead links and the archive: whose snapshot is asked for, when, and where it is shown."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.lookups.session import open_session
from crawler.lookups.wayback import Wayback, _can_be_read
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Page, Paper
from crawler.models.notes.note import Mention
from crawler.run.stages.archive_stage import BATCH, find_snapshots
from crawler.store.external_sources import SNAPSHOT_RETRY
from crawler.store.notes.registered_notes import NoteMentions
from pipelines.works.described import described_works, read_works
from tests.internet import World
from tests.internet.messages import html, redirect, text
from tests.support.crawling import EVERY_NIGHT
from tests.support.storing import KINDS, NIGHT, NOW, checked, link, one_worker, register, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.models.link import Link
    from crawler.store.link_store import LinkStore
    from tests.internet import Internet
    from tests.internet.messages import Response
    from tests.support.crawling import Desk

pytest_plugins = ["tests.support.databases", "tests.internet.fixtures"]

REMOTE = [*(kind for kind in KINDS if kind != "local"), "paper"]
SAID = "https://web.archive.org/web/20200515120000/https://a.example/"


def dead(store: LinkStore, *urls: str, day: date | None = None, note: str = "n.md") -> list[Link]:
    """Register a note of that day whose links are all dead."""
    links = [link(url) for url in urls]
    found = [(Mention(each.url, i, i + 1, 1, 1), each) for i, each in enumerate(links)]
    store.register([NoteMentions(note, found, day)], NOW)
    store.save([checked(each, Outcome.GONE, verdict=Verdict.DEAD) for each in links])
    return links


def wanting(store: LinkStore, now: datetime = NOW, limit: int = 99) -> list[tuple[Link, date]]:
    return store.links_without_snapshot(REMOTE, now, limit)


def urls(store: LinkStore, now: datetime = NOW) -> list[str]:
    return [each.url for each, _ in wanting(store, now)]


# --- whose snapshot is wanted -----------------------------------------------------------------------------------------


def test_only_the_dead_are_looked_for(store: LinkStore) -> None:
    for verdict in Verdict:
        (each,) = register(store, f"{verdict}.md", f"https://{verdict}.example/")
        store.save([checked(each, Outcome.GONE, verdict=verdict)])
    assert urls(store) == ["https://dead.example/"]


def test_what_no_note_mentions_any_more_is_not_looked_for(store: LinkStore) -> None:
    dead(store, "https://a.example/", note="gone.md")
    dead(store, "https://b.example/", note="kept.md")
    store.forget_other_notes(["kept.md"])
    assert urls(store) == ["https://b.example/"]


def test_only_the_kinds_of_the_run_are_looked_for(store: LinkStore) -> None:
    page, file = dead(store, "https://a.example/", "missing.md")
    assert [each for each, _ in wanting(store)] == [page]
    assert [each for each, _ in store.links_without_snapshot(["local"], NOW, 9)] == [file]
    assert store.links_without_snapshot(["image"], NOW, 9) == []


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        ([date(2020, 5, 4)], date(2020, 5, 4)),
        ([date(2022, 1, 1), date(2020, 5, 4), date(2021, 1, 1)], date(2020, 5, 4)),
        ([None, date(2020, 5, 4)], date(2020, 5, 4)),
        ([None, None], NOW.date()),
    ],
)
def test_the_oldest_note_says_the_day(store: LinkStore, days: list[date | None], wanted: date) -> None:
    for number, day in enumerate(days):
        (a,) = dead(store, "https://a.example/", day=day, note=f"{number}.md")
    assert wanting(store) == [(a, wanted)]


def test_without_a_day_it_is_when_the_link_was_first_seen(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/", now=NOW - 400 * NIGHT)
    dead(store, a.url)
    assert wanting(store) == [(a, (NOW - 400 * NIGHT).date())]


def test_one_link_in_many_places_is_asked_for_once(store: LinkStore) -> None:
    a, b = link("https://a.example/"), link("https://b.example/")
    found = [(Mention(a.url, i, i + 1, 1, 1), each) for i, each in enumerate((a, a, b, a))]
    store.register([NoteMentions("n.md", found)], NOW)
    store.save([checked(each, Outcome.GONE, verdict=Verdict.DEAD) for each in (a, b)])
    assert urls(store) == [a.url, b.url]
    assert len(wanting(store, limit=1)) == 1


def test_what_was_found_is_not_asked_for_again(store: LinkStore) -> None:
    (a,) = dead(store, "https://a.example/")
    store.save_snapshot(a, SAID, NOW)
    assert standing(store, a.url).suggestion == (SAID, "wayback")
    assert urls(store, NOW + 4000 * NIGHT) == []


def test_what_was_not_there_is_asked_for_a_month_later(store: LinkStore) -> None:
    (a,) = dead(store, "https://a.example/")
    store.save_snapshot(a, None, NOW)
    assert standing(store, a.url).suggestion is None
    assert urls(store, NOW + SNAPSHOT_RETRY) == []
    assert urls(store, NOW + SNAPSHOT_RETRY + timedelta(seconds=1)) == [a.url]
    assert timedelta(days=30) == SNAPSHOT_RETRY


def test_a_snapshot_stands_in_only_while_the_link_is_dead(store: LinkStore) -> None:
    (a,) = dead(store, "https://a.example/")
    store.save_snapshot(a, SAID, NOW)
    seen = []
    for night, verdict in enumerate((Verdict.ALIVE, Verdict.SUSPECT, Verdict.DEAD), 1):
        outcome = Outcome.OK if verdict is Verdict.ALIVE else Outcome.GONE
        store.save([checked(a, outcome, night, verdict)])
        seen.append(standing(store, a.url).suggestion)
    assert seen == [None, None, (SAID, "wayback")]


def test_what_the_check_itself_suggests_stands_above_the_archive(store: LinkStore) -> None:
    (a,) = dead(store, "https://a.example/")
    store.save_snapshot(a, SAID, NOW)
    result = checked(a, Outcome.GONE, 1, Verdict.DEAD)
    better = replace(result.check, suggestion="https://b.example/", suggestion_source="scheme")
    store.save([replace(result, check=better)])
    assert standing(store, a.url).suggestion == ("https://b.example/", "scheme")


# --- asking the archive -----------------------------------------------------------------------------------------------


@pytest.fixture
def wayback(online: Internet, tmp_path: Path) -> Iterator[Wayback]:
    with open_session(tmp_path / "x.sqlite", user_agent="tests", delay=0, is_cacheable=_can_be_read) as session:
        yield Wayback(session)


def find(store: LinkStore, wayback: Wayback, now: datetime = NOW, seconds: float = math.inf) -> None:
    """Look for snapshots; each one asked for takes a second of those that are left."""
    left = iter(range(int(seconds), -1, -1)) if math.isfinite(seconds) else None
    find_snapshots(store, wayback, REMOTE, now, lambda: math.inf if left is None else next(left))


def found(store: LinkStore) -> dict[str, str | None]:
    return {each.link.url.removeprefix("https://"): each.snapshot for each, _ in store.link_states()}


def snapshot(url: str, stamp: str = "20200515120000") -> str:
    return f"https://web.archive.org/web/{stamp}/https://{url}"


def test_snapshots_are_those_of_the_notes_days(store: LinkStore, wayback: Wayback, online: Internet) -> None:
    dead(store, "https://a.example/", day=date(2020, 5, 4), note="a.md")
    dead(store, "https://b.example/", day=date(2022, 3, 10), note="b.md")
    dead(store, "https://never-archived.example/", day=date(2022, 3, 1), note="c.md")
    (alive,) = register(store, "d.md", "https://alive.example/")
    store.save([checked(alive)])
    find(store, wayback)
    assert found(store) == {
        "a.example/": snapshot("a.example/"),
        "b.example/": snapshot("b.example/", "20220315120000"),
        "never-archived.example/": None,
        "alive.example/": None,
    }
    online.forget()
    find(store, wayback)
    assert online.requests == []


PWC = "https://paperswithcode.com/paper/code-beside-papers"
AS_CAPTURED = "https://web.archive.org/web/*id_/*"


def test_what_a_dead_paper_was_is_read_in_its_snapshot(store: LinkStore, wayback: Wayback, online: Internet) -> None:
    dead(store, PWC, "https://a.example/", day=date(2020, 5, 4))
    find(store, wayback)
    assert set(found(store).values()) == {snapshot(PWC.removeprefix("https://")), snapshot("a.example/")}
    (request,) = online.asked(AS_CAPTURED)
    assert request.path == f"/web/20200515120000id_/{PWC}"
    ids = {"arxiv": "2103.01988", "pwc": "code-beside-papers"}
    code = "https://github.com/ada/loops"
    assert standing(store, PWC).metadata == Paper("Code Beside Papers", ids, ("Ada Ode",), code_url=code)


def test_what_is_known_of_a_dead_paper_is_not_read_again(store: LinkStore, wayback: Wayback, online: Internet) -> None:
    known = Paper("Known", {"pwc": "code-beside-papers"})
    (each,) = dead(store, PWC, day=date(2020, 5, 4))
    store.save([checked(each, metadata=known), checked(each, Outcome.GONE, verdict=Verdict.DEAD, night=1)])
    find(store, wayback)
    assert (standing(store, PWC).metadata, standing(store, PWC).snapshot is None) == (known, False)
    assert online.asked(AS_CAPTURED) == []


def test_the_title_of_a_page_says_nothing_of_the_paper(store: LinkStore, wayback: Wayback, online: Internet) -> None:
    (each,) = dead(store, PWC, day=date(2020, 5, 4))
    store.save(
        [checked(each, metadata=Page("Just a moment")), checked(each, Outcome.GONE, verdict=Verdict.DEAD, night=1)]
    )
    assert store.papers([each.key]) == {}
    assert [work.paper for work in described_works(store, read_works(store))] == [None]
    find(store, wayback)
    assert len(online.asked(AS_CAPTURED)) == 1
    assert store.papers([each.key])[each.key].title == "Code Beside Papers"


@pytest.mark.parametrize(
    ("answer", "saved"),
    [(html("<title> </title>"), True), (text("x"), True), (html("", 404), True), (redirect("ftp://a.example/"), False)],
)
def test_snapshots_that_say_nothing(
    store: LinkStore, wayback: Wayback, online: Internet, answer: Response, saved: bool
) -> None:
    dead(store, PWC, day=date(2020, 5, 4))
    online.fault(AS_CAPTURED, answer)
    find(store, wayback)
    assert (standing(store, PWC).metadata, standing(store, PWC).snapshot is not None) == (None, saved)


def test_more_of_them_than_are_taken_at_a_time(store: LinkStore, wayback: Wayback) -> None:
    dead(store, *(f"https://h{n}.example/" for n in range(BATCH + 2)), day=date(2020, 5, 4))
    find(store, wayback)
    assert None not in found(store).values()


def test_a_silent_archive_says_nothing_of_the_links(
    store: LinkStore, wayback: Wayback, online: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    dead(store, *(f"https://h{n}.example/" for n in range(REFUSALS + 5)), day=date(2020, 5, 4))
    online.fault("https://*archive.org/*", html("offline", 404))
    find(store, wayback)
    assert set(found(store).values()) == {None}
    assert len(online.requests) == REFUSALS
    assert len(caplog.messages) == 1
    online.heal()
    find(store, wayback, NOW + NIGHT)
    assert None not in found(store).values()


@one_worker
def test_a_link_that_the_archive_cannot_answer_for_stops_no_other(
    store: LinkStore, wayback: Wayback, online: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"{'odd' if n % 2 else 'fine'}{n}.example/" for n in range(BATCH + 30)]
    dead(store, *(f"https://{name}" for name in names), day=date(2020, 5, 4))
    online.fault("https://*archive.org/*odd*", text("Bad Request", 400))
    find(store, wayback)
    assert found(store) == {name: None if name.startswith("odd") else snapshot(name) for name in names}
    assert len(caplog.messages) == 1


@one_worker
def test_nor_do_all_of_those_that_are_left(store: LinkStore, wayback: Wayback, online: Internet) -> None:
    dead(store, *(f"https://odd{n}.example/" for n in range(REFUSALS)), day=date(2020, 5, 4), note="a.md")
    (late,) = register(store, "b.md", "https://late.example/")
    store.save([checked(late, Outcome.GONE, 1, Verdict.DEAD)])
    online.fault("https://*archive.org/*odd*", text("Bad Request", 400))
    find(store, wayback, NOW + NIGHT)
    assert found(store)["late.example/"] == snapshot("late.example/", "20251215120000")


@pytest.mark.parametrize(("seconds", "asked"), [(0, 0), (2, 2), (9, 5)])
def test_time_that_is_up(store: LinkStore, wayback: Wayback, seconds: int, asked: int) -> None:
    dead(store, *(f"https://h{n}.example/" for n in range(5)), day=date(2020, 5, 4))
    find(store, wayback, seconds=seconds)
    assert sum(each is not None for each in found(store).values()) == asked
    find(store, wayback, NOW + NIGHT)
    assert None not in found(store).values()


# --- on a desk --------------------------------------------------------------------------------------------------------

ARTICLE = World.article("deleted")
NOTE = f"# Reading notes (2020.5.4)\n\n1. [An article]({ARTICLE})\n2. <https://alive.example.org/>\n"
SUGGESTED = (f"https://web.archive.org/web/20200515120000/{ARTICLE}", "wayback")
NOTHING = ("", "")


def suggestions(desk: Desk) -> dict[str, tuple[str, str]]:
    return {url: (row["suggestion"], row["suggestion_source"]) for url, row in desk.health().items()}


def test_a_deleted_article_can_still_be_read(desk: Desk) -> None:
    never = "https://never-archived.example.org/"  # no such host
    desk.write("a.md", f"{NOTE}3. <{never}>\n")
    done = desk.crawl("-s", "DEAD_AFTER=1")
    assert (done.returncode, done.stderr) == (0, "")
    assert desk.verdicts()[never] == "dead"
    assert suggestions(desk) == {ARTICLE: SUGGESTED, "https://alive.example.org/": NOTHING, never: NOTHING}


def test_an_archive_that_is_down_is_asked_the_next_night(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", NOTE)
    internet.fault("https://*archive.org/*", html("offline", 404))
    done = desk.crawl()
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("WARNING: ")
    assert "Wayback Machine unavailable: HTTP 404" in line
    assert suggestions(desk)[ARTICLE] == NOTHING
    internet.heal()
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, "")
    assert suggestions(desk)[ARTICLE] == SUGGESTED


def test_a_link_that_comes_alive_again_needs_no_snapshot(desk: Desk, internet: Internet) -> None:
    url = "https://alive.example.org/"
    desk.write("a.md", NOTE)
    internet.fault(url, text("", 410))
    desk.crawl(*EVERY_NIGHT, "-s", "DEAD_AFTER=1")
    assert suggestions(desk)[url] == (f"https://web.archive.org/web/20200515120000/{url}", "wayback")
    internet.heal()
    desk.crawl(*EVERY_NIGHT)
    assert desk.verdicts()[url] == "alive"
    assert suggestions(desk) == {ARTICLE: SUGGESTED, url: NOTHING}
