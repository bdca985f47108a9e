"""What changed since the last run: said once, the gravest first, and hidden by no run that did not come to its end."""

from __future__ import annotations

import sqlite3
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import pytest

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Change, Link, LinkState, Verdict
from crawler.models.metadata import Page
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.store.link_store import LinkStore
from pipelines.reports.csv import changes as changes_csv
from pipelines.reports.render import render
from tests.internet import Failure, World
from tests.internet.messages import html, redirect, text
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, kill
from tests.support.mending import moved, rendering
from tests.support.sharing import wait_until
from tests.support.storing import NIGHT, NOW, all_due, checked, many_workers, register

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.internet import Internet
    from tests.support.crawling import Desk

pytest_plugins = ["tests.support.databases"]

# --- one link ---------------------------------------------------------------------------------------------------------

LINK = Link("https://a.example/", "web", "https://a.example/", "a.example")


def change(before: str, now: str) -> Change | None:
    """Return what became of a link; a state is a verdict, with `!` when the last check was blocked."""
    verdict = Verdict(now.rstrip("!"))
    check = Check(
        Outcome.BLOCKED if now.endswith("!") else Outcome.FAILED,
        Reason(ReasonCode.OTHER, "seen"),
        NOW,
        CheckMethod.PAGE,
    )
    return LinkState(
        LINK,
        verdict,
        NOW,
        check,
        previous_verdict=Verdict(before.rstrip("!")) if before.rstrip("!") else None,
        previous_outcome=Outcome.BLOCKED if before.endswith("!") else None,
    ).change


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # never seen before
        ("", "dead", Change.NEWLY_DEAD),
        ("", "moved", Change.NEWLY_MOVED),
        ("", "unknown!", Change.NEWLY_BLOCKED),
        ("", "alive", None),
        ("", "suspect", None),
        ("", "restricted", None),
        ("", "unknown", None),
        # it died
        ("unknown", "dead", Change.NEWLY_DEAD),
        ("alive", "dead", Change.NEWLY_DEAD),
        ("moved", "dead", Change.NEWLY_DEAD),
        ("suspect", "dead", Change.NEWLY_DEAD),
        ("restricted", "dead", Change.NEWLY_DEAD),
        ("dead", "dead", None),
        # it may be dying
        ("alive", "suspect", None),
        ("dead", "suspect", None),
        # it answers again
        ("dead", "alive", Change.RECOVERED),
        ("suspect", "alive", Change.RECOVERED),
        ("dead", "moved", Change.RECOVERED),
        ("suspect", "moved", Change.RECOVERED),
        ("dead", "restricted", None),
        ("unknown", "alive", None),
        ("moved", "alive", None),
        ("restricted", "alive", None),
        # it moved
        ("alive", "moved", Change.NEWLY_MOVED),
        ("unknown", "moved", Change.NEWLY_MOVED),
        ("restricted", "moved", Change.NEWLY_MOVED),
        ("moved", "moved", None),
        # somebody stands in the way
        ("unknown", "unknown!", Change.NEWLY_BLOCKED),
        ("alive", "alive!", Change.NEWLY_BLOCKED),
        ("moved", "moved!", Change.NEWLY_BLOCKED),
        ("suspect", "suspect!", Change.NEWLY_BLOCKED),
        ("dead", "dead!", Change.NEWLY_BLOCKED),
        ("alive!", "alive!", None),
        ("unknown!", "alive", None),
        ("dead!", "alive", Change.RECOVERED),
        ("alive!", "dead", Change.NEWLY_DEAD),
    ],
)
def test_what_became_of_a_link(before: str, now: str, expected: Change | None) -> None:
    assert change(before, now) is expected


def test_what_stays_as_it_is_never_changes() -> None:
    for verdict, blocked in product(Verdict, ("", "!")):
        assert change(verdict + blocked, verdict + blocked) is None


def test_a_link_that_was_never_looked_at_has_not_changed() -> None:
    assert LinkState(LINK, Verdict.UNKNOWN, NOW, previous_verdict=Verdict.UNKNOWN).change is None


# --- since the last run -----------------------------------------------------------------------------------------------


def changed(store: LinkStore) -> list[tuple[Change, str]]:
    found = [(change, each) for change in Change for each, _ in store.link_states() if each.change is change]
    assert store.changes() == Counter(change for change, _ in found)
    return [(change, each.link.url.partition("//")[2]) for change, each in found]


def test_a_change_is_seen_until_the_next_run(store: LinkStore) -> None:
    a, b = register(store, "n.md", "https://a/", "https://b/")
    store.start_run(NOW)
    store.save([checked(a), checked(b, Outcome.GONE, verdict=Verdict.DEAD)])
    assert changed(store) == [(Change.NEWLY_DEAD, "b/")]
    store.finish_run(NOW)
    assert changed(store) == [(Change.NEWLY_DEAD, "b/")]
    store.start_run(NOW + NIGHT)
    assert changed(store) == []
    store.save([checked(b, night=1), checked(a, Outcome.MOVED, 1, Verdict.MOVED, final_url="https://c/")])
    assert changed(store) == [(Change.RECOVERED, "b/"), (Change.NEWLY_MOVED, "a/")]


def test_a_run_that_did_not_end_is_gone_on_with(store: LinkStore, database_url: str) -> None:
    a, b = register(store, "n.md", "https://a/", "https://b/")
    store.start_run(NOW)
    store.save([checked(a), checked(b)])
    store.finish_run(NOW)
    store.start_run(NOW + NIGHT)
    store.save([checked(a, Outcome.GONE, 1, Verdict.DEAD)])
    again = LinkStore.open(database_url)  # as another process after a kill
    again.start_run(NOW + 2 * NIGHT)
    again.save([checked(b, Outcome.BLOCKED, 2)])
    assert changed(again) == [(Change.NEWLY_DEAD, "a/"), (Change.NEWLY_BLOCKED, "b/")]
    again.finish_run(NOW + 2 * NIGHT)
    again.start_run(NOW + 3 * NIGHT)
    assert changed(again) == []
    again.close()


def test_what_recovers_before_anybody_saw_it_dead_has_not_changed(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a/")
    store.start_run(NOW)
    store.save([checked(a)])
    store.finish_run(NOW)
    store.start_run(NOW + NIGHT)
    store.save([checked(a, Outcome.GONE, 1, Verdict.DEAD)])
    store.start_run(NOW + 2 * NIGHT)
    store.save([checked(a, night=2)])
    assert changed(store) == []


def test_a_link_that_no_note_mentions_any_more_has_not_changed(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a/")
    store.start_run(NOW)
    store.save([checked(a, Outcome.GONE, verdict=Verdict.DEAD)])
    store.forget_other_notes([])
    assert changed(store) == []


@many_workers
def test_a_worker_that_joins_a_run_hides_nothing(store: LinkStore, database_url: str) -> None:
    a, b = register(store, "n.md", "https://a/", "https://b/")
    store.start_run(NOW)
    store.save([checked(a, Outcome.GONE, verdict=Verdict.DEAD)])
    other = LinkStore.open(database_url)
    other.start_run(NOW)
    other.save([checked(b, Outcome.GONE, verdict=Verdict.DEAD)])
    both = [(Change.NEWLY_DEAD, "a/"), (Change.NEWLY_DEAD, "b/")]
    assert changed(store) == both
    store.finish_run(NOW)
    assert changed(other) == both
    other.finish_run(NOW)
    other.start_run(NOW + NIGHT)
    assert changed(other) == []
    assert all_due(other, NOW + 2 * NIGHT)
    other.close()


# --- the file ---------------------------------------------------------------------------------------------------------

HEADER = (
    b"change,url,kind,verdict_before,verdict,outcome,reason,final_url,suggestion,suggestion_source,"
    b"last_alive,title,mentions\r\n"
)


def test_formulas_are_defused(tmp_path: Path) -> None:
    evil = moved("https://a.example/", "https://b.example/", Page("=HYPERLINK(1)"))
    given = rendering(tmp_path, {"=cmd|1.md": "<https://a.example/>"}, [evil])
    render(given, changes_csv)
    data = (given.output_dir / "changes.csv").read_bytes()
    assert data == (
        b"\xef\xbb\xbf" + HEADER + b"newly moved,https://a.example/,web,,moved,moved,seen,https://b.example/,,,"
        b"2026-11-20T03:00:00Z,'=HYPERLINK(1),'=cmd|1.md:1\r\n"
    )


def test_without_changes_there_is_a_header(tmp_path: Path) -> None:
    given = rendering(tmp_path, {"a.md": "<https://a.example/>"}, [])
    render(given, changes_csv)
    assert (given.output_dir / "changes.csv").read_bytes() == b"\xef\xbb\xbf" + HEADER


# --- night after night ------------------------------------------------------------------------------------------------

DELETED = World.article("deleted")
MOVED = "https://moved.example.org/x"
WALL = "https://wall.example.org/"
DIES, RECOVERS, MOVES, HIDES, LIVES = (
    f"https://alive.example.org/{name}" for name in ("dies", "recovers", "moves", "hides", "lives")
)
NEW = "https://alive.example.org/new/moves"
AT_ONCE = (*EVERY_NIGHT, "-s", "DEAD_AFTER=1")
GONE = text("", 410)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.published = (*VERDICTS_AND_NOTES, "pipelines.reports.csv.changes")
    return desk


def note(urls: Iterable[str]) -> str:
    return "# Reading notes (2020.5.4)\n\n" + "\n\n".join(f"<{url}>" for url in urls)


def rows(desk: Desk, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in columns) for row in desk.changes()]


def changes(desk: Desk) -> list[tuple[str, ...]]:
    return rows(desk, "change", "url", "verdict_before", "verdict")


def said(stdout: str) -> list[str]:
    return [line for line in stdout.splitlines() if line.startswith("changes: ")]


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.stress)], indirect=True
)
def test_each_change_is_told_once(desk: Desk, internet: Internet, database_url: str) -> None:
    everything = (LIVES, HIDES, MOVES, RECOVERS, DIES, WALL, MOVED, DELETED)
    desk.write("a.md", note(everything))
    internet.fault(RECOVERS, GONE)
    first = desk.crawl(*AT_ONCE, DATABASE_URL=database_url)
    assert changes(desk) == [
        ("newly dead", RECOVERS, "unknown", "dead"),
        ("newly dead", DELETED, "unknown", "dead"),
        ("newly moved", MOVED, "unknown", "moved"),
        ("newly blocked", WALL, "unknown", "unknown"),
    ]
    assert said(first.stdout) == ["changes: 2 newly dead, 1 newly moved, 1 newly blocked"]

    second = desk.crawl(*AT_ONCE, DATABASE_URL=database_url)
    assert (changes(desk), said(second.stdout)) == ([], [])

    internet.heal()
    internet.fault(DIES, GONE)
    internet.fault(MOVES, redirect(NEW))
    internet.fault(HIDES, text("", 429))
    third = desk.crawl(*AT_ONCE, DATABASE_URL=database_url)
    assert changes(desk) == [
        ("newly dead", DIES, "alive", "dead"),
        ("recovered", RECOVERS, "dead", "alive"),
        ("newly moved", MOVES, "alive", "moved"),
        ("newly blocked", HIDES, "alive", "alive"),
    ]
    assert rows(desk, "kind", "outcome", "final_url", "suggestion", "suggestion_source", "mentions") == [
        ("web", "gone", "", f"https://web.archive.org/web/20200515120000/{DIES}", "wayback", "a.md:11"),
        ("web", "ok", "", "", "", "a.md:9"),
        ("web", "moved", NEW, "", "", "a.md:7"),
        ("web", "blocked", "", "", "", "a.md:5"),
    ]
    assert said(third.stdout) == ["changes: 1 newly dead, 1 recovered, 1 newly moved, 1 newly blocked"]

    told = desk.outputs()
    (desk.output / "changes.csv").unlink()
    desk.run("publish", "-a", f"notes={desk.notes}", DATABASE_URL=database_url)
    assert desk.outputs() == told

    desk.write("a.md", note(url for url in everything if url not in {DIES, HIDES}))
    desk.run("publish", "-a", f"notes={desk.notes}", DATABASE_URL=database_url)
    assert [row["url"] for row in desk.changes()] == [RECOVERS, MOVES]

    fourth = desk.crawl(*AT_ONCE, DATABASE_URL=database_url)
    assert (changes(desk), said(fourth.stdout)) == ([], [])


def verdict(desk: Desk, url: str) -> str:
    """Return what the store holds, whatever was published."""
    connection = sqlite3.connect(desk.output / "notemend.sqlite", timeout=10)
    try:
        return str(connection.execute("SELECT verdict FROM links WHERE url = ?", (url,)).fetchone()[0])
    finally:
        connection.close()


def test_a_killed_run_hides_no_change(desk: Desk, internet: Internet) -> None:
    slow = "https://plain.example.org/"
    desk.write("a.md", note((DIES, LIVES, slow)))
    assert desk.crawl(*AT_ONCE).returncode == 0
    internet.fault(DIES, GONE)
    internet.fault(slow, Failure.HANG)
    for _ in range(2):
        run = desk.start(*AT_ONCE)
        wait_until(lambda: verdict(desk, DIES) == "dead")
        assert run.poll() is None
        kill(run)
    internet.heal()
    internet.fault(DIES, GONE)
    desk.crawl(*AT_ONCE)
    assert changes(desk) == [("newly dead", DIES, "alive", "dead")]
    desk.crawl(*AT_ONCE)
    assert changes(desk) == []


def test_a_run_without_network_hides_no_change(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", note((DIES, *(f"https://h{n:02}.bench.example.org/" for n in range(10)))))
    assert desk.crawl(*AT_ONCE).returncode == 0
    internet.fault("*", Failure.RESET)
    internet.fault(f"{DIES}*", GONE)
    done = desk.crawl(*AT_ONCE)
    assert (done.returncode, "no network" in done.stderr) == (2, True)
    assert verdict(desk, DIES) == "dead"
    internet.heal()
    internet.fault(DIES, GONE)
    for expected in ([("newly dead", DIES, "alive", "dead")], []):
        assert desk.crawl(*AT_ONCE).returncode == 0
        assert changes(desk) == expected


def test_titles_come_from_the_pages(desk: Desk, internet: Internet) -> None:
    internet.fault("https://alive.example.org/x", html("<title>+1 for spreadsheets</title>"))
    desk.write("a.md", note([MOVED]))
    desk.crawl()
    assert rows(desk, "title") == [("'+1 for spreadsheets",)]
