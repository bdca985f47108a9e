from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from crawler.errors import UserError
from crawler.items import (
    Article,
    Check,
    Due,
    How,
    Judgement,
    Link,
    Mention,
    Outcome,
    Page,
    Paper,
    Picture,
    Repository,
    Result,
    Standing,
    Verdict,
)
from crawler.kinds import link_of
from crawler.schema import MIGRATIONS
from crawler.state import LEASE, Backlog, Store, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from crawler.items import Metadata

pytest_plugins = ["tests.databases"]

NOW = datetime(2026, 11, 20, 3, 4, 5, 678901, tzinfo=UTC)
NIGHT = timedelta(days=1)
KINDS = ("arxiv", "github", "image", "local", "web", "wechat")

one_worker = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
many_workers = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def link(url: str) -> Link:
    found = link_of(url, "n.md")
    assert found is not None
    return found


def register(store: Store, note: str, *urls: str, now: datetime = NOW) -> list[Link]:
    """Register a note that mentions these URLs, one a line."""
    links = [link(url) for url in urls]
    mentions = [Mention(url, i * 1000, i * 1000 + 9, i + 1, 1, text=f"text {i}") for i, url in enumerate(urls)]
    store.register(note, list(zip(mentions, links, strict=True)), now)
    return links


def checked(
    each: Link,
    outcome: Outcome = Outcome.OK,
    night: float = 0,
    verdict: Verdict = Verdict.ALIVE,
    metadata: Metadata | None = None,
    final_url: str | None = None,
    wait: timedelta = NIGHT,
) -> Result:
    at = NOW + night * NIGHT
    check = Check(outcome, "seen", at, How.PAGE, final_url=final_url)
    return Result(each, check, metadata, judgement=Judgement(verdict, 0, at + wait))


def all_due(store: Store, now: datetime = NOW, kinds: Iterable[str] = KINDS, *, again: bool = False) -> list[Due]:
    """Take everything that is due, two links at a time."""
    taken = []
    for backlog in store.backlogs(kinds, now, again=again):
        after = 0
        while True:
            due, after = store.due(backlog, now, 2, after=after, again=again)
            if not due:
                break
            taken += due
    return taken


def due_urls(store: Store, night: float = 0, *, again: bool = False) -> set[str]:
    return {due.link.url for due in all_due(store, NOW + night * NIGHT, again=again)}


def standing(store: Store, url: str) -> Standing:
    return store.standings_of([url])[url]


# --- what the notes say -----------------------------------------------------------------------------------------------


def test_a_registered_link_is_known_and_due(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    assert standing(store, a.url) == Standing(a, Verdict.UNKNOWN, first_seen=NOW)
    assert all_due(store) == [Due(a, history=(), texts=("text 0",))]
    assert list(store.standings()) == [(Standing(a, Verdict.UNKNOWN, NOW), ("n.md:1",))]


def test_registering_again_changes_nothing_that_is_known(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, metadata=Page("A"))])
    before = standing(store, a.url)
    register(store, "n.md", "https://a.example/", now=NOW + NIGHT / 2)
    register(store, "m.md", "https://a.example/", now=NOW + NIGHT / 2)
    assert standing(store, a.url) == before
    assert due_urls(store, 0.9) == set()
    assert due_urls(store, 1) == {a.url}


def test_registering_again_brings_kind_identity_and_host_up_to_date(store: Store) -> None:
    mention = Mention("https://a.example/x", 0, 9, 1, 1)
    store.register("n.md", [(mention, Link("https://a.example/x", "web", "old", "old.example"))], NOW)
    renewed = Link("https://a.example/x", "image", "https://a.example/x", "a.example")
    store.register("n.md", [(mention, renewed)], NOW)
    assert standing(store, renewed.url).link == renewed


def test_a_note_s_mentions_are_replaced(store: Store) -> None:
    register(store, "n.md", "https://a.example/", "https://b.example/", "https://a.example/")
    assert {s.link.url: places for s, places in store.standings()} == {
        "https://a.example/": ("n.md:1", "n.md:3"),
        "https://b.example/": ("n.md:2",),
    }
    register(store, "n.md", "https://b.example/")
    assert [(s.link.url, places) for s, places in store.standings()] == [("https://b.example/", ("n.md:1",))]
    register(store, "n.md")
    assert list(store.standings()) == []


def test_a_forgotten_note_leaves_its_links_known_but_not_due(store: Store) -> None:
    a, b = register(store, "gone.md", "https://a.example/", "https://b.example/")
    register(store, "kept.md", b.url)
    store.save([checked(a, metadata=Page("A"))])
    store.forget_other_notes(["kept.md", "new.md"])
    assert [(s.link, places) for s, places in store.standings()] == [(b, ("kept.md:1",))]
    assert due_urls(store, 99) == {b.url}
    assert standing(store, a.url).metadata == Page("A")
    assert store.counts() == [("web", Verdict.UNKNOWN, 1)]
    register(store, "again.md", a.url, now=NOW + 50 * NIGHT)
    assert standing(store, a.url).first_seen == NOW
    assert due_urls(store, 99) == {a.url, b.url}


def test_texts_of_all_mentions_are_handed_out(store: Store) -> None:
    a = link("gone.md")
    for note, texts in {"n.md": ["二", "一"], "m.md": ["一", ""]}.items():
        mentions = [Mention("gone.md", i, i + 1, 1, i + 1, text=text) for i, text in enumerate(texts)]
        store.register(note, [(mention, a) for mention in mentions], NOW)
    assert all_due(store) == [Due(a, texts=("", "一", "二"))]


def test_twenty_thousand_links(store: Store) -> None:
    urls = [f"https://h{i % 50}.example/{i}" for i in range(20_000)]
    for i in range(0, len(urls), 1000):
        register(store, f"{i}.md", *urls[i : i + 1000])
    assert store.counts() == [("web", Verdict.UNKNOWN, 20_000)]
    backlogs = store.backlogs(KINDS, NOW)
    assert len(backlogs) == 50
    due, after = store.due(backlogs[0], NOW, 300)
    more, _ = store.due(backlogs[0], NOW, 300, after=after)
    assert (len(due), len(more)) == (300, 100)
    assert len({each.link.url for each in (*due, *more)}) == 400


def test_what_notes_can_hold_can_be_stored(store: Store) -> None:
    urls = [
        "https://例え.example/路径?q=%00",
        "a b/文 件.md",
        "mailto:Å@example.com",
        "https://e.example/" + "x" * 1500,
    ]
    links = register(store, "日记/本 1.md", *urls)
    store.save([checked(each, metadata=Page("標題 \N{GRINNING FACE} \x00 \"'\\")) for each in links])
    found = dict(store.standings())
    assert {s.link for s in found} == set(links)
    assert all(s.metadata == Page("標題 \N{GRINNING FACE} \x00 \"'\\") for s in found)
    assert found[standing(store, links[0].url)] == ("日记/本 1.md:1",)


# --- what is due ------------------------------------------------------------------------------------------------------


def test_backlogs_are_by_kind_and_host_longest_unchecked_first(store: Store) -> None:
    register(store, "n.md", "https://b.example/1", "https://b.example/2", now=NOW)
    register(store, "m.md", "https://a.example/", "x.md", "https://a.example/p.png", now=NOW - NIGHT)
    assert store.backlogs(KINDS, NOW) == [
        Backlog(NOW - NIGHT, "image", "a.example"),
        Backlog(NOW - NIGHT, "local", ""),
        Backlog(NOW - NIGHT, "web", "a.example"),
        Backlog(NOW, "web", "b.example"),
    ]
    assert store.backlogs(["web"], NOW - timedelta(microseconds=1)) == [Backlog(NOW - NIGHT, "web", "a.example")]
    assert store.backlogs(["image", "github"], NOW) == [Backlog(NOW - NIGHT, "image", "a.example")]
    assert store.backlogs([], NOW) == []
    assert store.backlogs(KINDS, NOW, again=True) == []


def test_a_link_is_due_when_its_time_has_come(store: Store) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    store.save([checked(a, wait=7 * NIGHT), checked(b, wait=timedelta(0))])
    assert due_urls(store) == {b.url}
    assert due_urls(store, 6.999) == {b.url}
    assert due_urls(store, 7) == {a.url, b.url}


def test_due_links_come_page_by_page(store: Store) -> None:
    links = register(store, "n.md", *(f"https://a.example/{i}" for i in range(5)), "https://b.example/")
    backlog = Backlog(NOW, "web", "a.example")
    first, after = store.due(backlog, NOW, 3)
    store.save(
        [checked(due.link, wait=timedelta(0)) for due in first]
    )  # what is due again at once is not due again now
    second, end = store.due(backlog, NOW, 3, after=after)
    assert [due.link for due in (*first, *second)] == links[:5]
    assert store.due(backlog, NOW, 3, after=end) == ([], end)


def test_what_is_put_off_waits_for_the_end_of_the_run(store: Store) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    store.put_off(a)
    assert due_urls(store) == {b.url}
    assert due_urls(store, again=True) == {a.url}
    store.save([checked(a, Outcome.FAILED, verdict=Verdict.SUSPECT)])
    assert due_urls(store, again=True) == set()
    assert due_urls(store, 1) == {a.url, b.url}


@one_worker
def test_what_a_killed_run_had_put_off_is_due_like_the_rest(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.put_off(a)
    store.start_run()
    left = {a.url} if store.shared else set()  # on a shared store it may be another worker's, at work right now
    assert due_urls(store, again=True) == left
    assert due_urls(store) == {a.url} - left


@many_workers
def test_what_other_workers_have_put_off_is_left_for_the_end(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.put_off(a)
    store.start_run()
    assert due_urls(store) == set()
    assert due_urls(store, again=True) == {a.url}


# --- who asks whom ----------------------------------------------------------------------------------------------------


@pytest.fixture
def other(store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterable[Store]:
    """Return the store as another process has it open."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(os, "getpid", lambda: -1)
        other = Store.open(database_url)
    yield other
    other.close()


@many_workers
def test_a_host_belongs_to_the_worker_that_has_its_lease(store: Store, other: Store) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    of_a, of_b = store.backlogs(KINDS, NOW)
    assert [due.link for due in store.due(of_a, NOW, 9)[0]] == [a]
    assert other.due(of_a, NOW, 9, after=0) == ([], 0)
    assert [due.link for due in other.due(of_b, NOW, 9)[0]] == [b]
    assert store.due(of_b, NOW, 9, after=7) == ([], 7)
    assert [due.link for due in store.due(of_a, NOW, 9)[0]] == [a]  # whose it is, stays


@many_workers
def test_a_host_s_lease_is_for_all_its_kinds(store: Store, other: Store) -> None:
    register(store, "n.md", "https://a.example/", "https://a.example/p.png")
    picture, page = store.backlogs(KINDS, NOW)
    assert store.due(picture, NOW, 9)[0]
    assert not other.due(page, NOW, 9)[0]


@many_workers
def test_links_without_a_host_are_leased_by_kind(store: Store, other: Store) -> None:
    register(store, "n.md", "x.md", "mailto:a@example.com")
    files, mail = store.backlogs(KINDS, NOW)
    assert store.due(files, NOW, 9)[0]
    assert other.due(mail, NOW, 9)[0]
    assert not other.due(files, NOW, 9)[0]


@many_workers
def test_an_expired_lease_is_taken_over(store: Store, other: Store, database_url: str) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    backlog = Backlog(NOW, "web", "a.example")
    store.due(backlog, NOW, 9)
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:  # as if the worker had died a quarter of an hour ago
        connection.exec_driver_sql("UPDATE leases SET until = until - interval '15 minutes'")
    engine.dispose()
    assert [due.link for due in other.due(backlog, NOW, 9)[0]] == [a]


def test_a_lease_lasts_a_while_and_is_renewed(store: Store, database_url: str) -> None:
    register(store, "n.md", "https://a.example/")
    backlog = Backlog(NOW, "web", "a.example")
    engine = sa.create_engine(database_url)

    def left() -> timedelta:
        with engine.begin() as connection:
            row = connection.execute(sa.text("SELECT until FROM leases")).scalar_one()
            until = datetime.fromisoformat(row) if isinstance(row, str) else row
            return until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)

    store.due(backlog, NOW, 9)
    assert LEASE - timedelta(seconds=30) < left() <= LEASE
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE leases SET until = :t"), {"t": datetime.now(UTC).replace(tzinfo=None)})
    store.due(backlog, NOW, 9)
    assert left() < timedelta(minutes=1)  # asked for again soon after, it is not written again
    store._leased_until["a.example"] -= LEASE / 2
    store.due(backlog, NOW, 9)
    assert left() > LEASE - timedelta(seconds=30)
    engine.dispose()


def test_sqlite_has_one_worker(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "store.sqlite")
    first, second = Store.open(url), Store.open(url)
    with first.sole_worker(), pytest.raises(UserError) as refusal, second.sole_worker():
        pass
    assert str(refusal.value) == f"{tmp_path}/store.sqlite: another crawl is running on it"
    with second.sole_worker():
        pass
    first.close()
    second.close()


def test_sqlite_s_worker_takes_over_what_a_killed_one_had_leased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_url(tmp_path / "store.sqlite")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(os, "getpid", lambda: -1)
        killed = Store.open(url)
    (a,) = register(killed, "n.md", "https://a.example/")
    backlog = Backlog(NOW, "web", "a.example")
    assert killed.due(backlog, NOW, 9)[0]
    killed.close()
    store = Store.open(url)
    assert not store.due(backlog, NOW, 9)[0]
    with store.sole_worker():
        assert [due.link for due in store.due(backlog, NOW, 9)[0]] == [a]
    store.close()


@many_workers
def test_postgresql_has_many_workers(store: Store, other: Store) -> None:
    register(store, "n.md", "https://a.example/", "https://b.example/")
    of_a, of_b = store.backlogs(KINDS, NOW)
    with store.sole_worker():
        store.due(of_a, NOW, 9)
        with other.sole_worker():
            assert not other.due(of_a, NOW, 9)[0]
            assert other.due(of_b, NOW, 9)[0]


def together(*work: Callable[[], object]) -> list[BaseException]:
    """Do several things at the same moment; return what went wrong."""
    begin = threading.Barrier(len(work))
    errors: list[BaseException] = []

    def run(each: Callable[[], object]) -> None:
        begin.wait()
        try:
            each()
        except BaseException as error:  # noqa: BLE001 - whatever it is, a thread would swallow it
            errors.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@many_workers
def test_workers_may_set_up_an_empty_database_at_once(database_url: str) -> None:
    assert together(*[lambda: Store.open(database_url).close()] * 4) == []


@many_workers
def test_workers_may_read_the_same_notes_at_once(store: Store, other: Store) -> None:
    urls = [f"https://a.example/{i}" for i in range(100)]

    def read(store: Store, note: str, urls: list[str]) -> None:
        for _ in range(3):
            register(store, note, *urls)
            store.forget_other_notes(["n.md", "m.md"])

    assert together(partial(read, store, "n.md", urls), partial(read, other, "n.md", urls)) == []
    assert together(partial(read, store, "n.md", urls), partial(read, other, "m.md", urls[::-1])) == []
    assert store.counts() == [("web", Verdict.UNKNOWN, 100)]


# --- what was seen ----------------------------------------------------------------------------------------------------

FULL = Check(
    Outcome.GONE,
    "no such file",
    NOW.astimezone(timezone(timedelta(hours=8))),
    How.FILE,
    http_status=404,
    final_url="https://b.example/",
    elapsed=timedelta(seconds=1.25),
    conclusive=True,
    suggestion="b.md",
    suggestion_source="file",
)


def test_a_check_comes_back_as_it_was(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([Result(a, FULL, judgement=Judgement(Verdict.DEAD, 3, NOW + NIGHT))])
    expected = Standing(a, Verdict.DEAD, NOW, check=FULL, failures_in_a_row=3)
    assert standing(store, a.url) == expected
    assert all_due(store, NOW + NIGHT)[0].history == (FULL,)
    bare = Check(Outcome.FAILED, "timeout", NOW + NIGHT, How.PAGE)
    store.save([Result(a, bare, judgement=Judgement(Verdict.SUSPECT, 1, NOW + NIGHT))])
    assert standing(store, a.url) == replace(expected, verdict=Verdict.SUSPECT, check=bare, failures_in_a_row=1)


@pytest.mark.parametrize(
    ("nights", "remembered"),
    [
        ("g", "g"),
        ("gbf", "gbf"),
        ("go", "o"),
        ("gm", "m"),
        ("ofg", "ofg"),
        ("fofgb", "ofgb"),
        ("frf", "frf"),  # restricted is an answer, but nothing was seen alive
        ("fsg", "fg"),  # skipped is no look at the link
        ("os", "o"),
    ],
)
def test_history_is_what_was_seen_since_the_link_was_last_alive(store: Store, nights: str, remembered: str) -> None:
    outcomes = {outcome.value[0]: outcome for outcome in Outcome if outcome is not Outcome.SKIPPED} | {
        "s": Outcome.SKIPPED
    }
    a, b = register(store, "n.md", "https://a.example/", "https://a.example/b")
    for night, letter in enumerate(nights):
        moved = "https://m.example/" if letter == "m" else None
        store.save([checked(a, outcomes[letter], night, final_url=moved, wait=timedelta(0))])
    of_a, of_b = all_due(store, NOW + 99 * NIGHT)
    assert of_a.link == a
    assert "".join(check.outcome.value[0] for check in of_a.history) == remembered
    assert of_b == Due(b, texts=("text 1",))


def test_last_alive(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    for night, (outcome, alive) in enumerate(
        [(Outcome.FAILED, None), (Outcome.OK, 1), (Outcome.GONE, 1), (Outcome.MOVED, 3), (Outcome.RESTRICTED, 3)]
    ):
        store.save([checked(a, outcome, night, final_url="https://m.example/")])
        assert standing(store, a.url).last_alive == (None if alive is None else NOW + alive * NIGHT)


def test_where_a_link_moved_to_is_known_until_it_answers_again(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    seen = []
    for night, (outcome, final_url) in enumerate(
        [
            (Outcome.OK, "https://redirected.example/"),
            (Outcome.MOVED, "https://b.example/"),
            (Outcome.FAILED, None),
            (Outcome.SKIPPED, None),
            (Outcome.GONE, "https://elsewhere.example/"),
            (Outcome.MOVED, "https://c.example/"),
            (Outcome.RESTRICTED, None),
            (Outcome.OK, None),
            (Outcome.BLOCKED, None),
        ]
    ):
        store.save([checked(a, outcome, night, final_url=final_url)])
        seen.append(standing(store, a.url).moved_to)
    b, c = "https://b.example/", "https://c.example/"
    assert seen == [None, b, b, b, b, c, c, None, None]


def test_a_skipped_link_is_not_seen_but_its_reason_is_shown(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, Outcome.FAILED, 0, Verdict.SUSPECT)])
    skipped = checked(a, Outcome.SKIPPED, 1, Verdict.SUSPECT)
    store.save([skipped])
    assert standing(store, a.url).check == skipped.check
    (due,) = all_due(store, NOW + 2 * NIGHT)
    assert [check.outcome for check in due.history] == [Outcome.FAILED]


def test_many_results_at_once(store: Store) -> None:
    links = register(store, "n.md", *(f"https://a.example/{i}" for i in range(700)))
    results = [checked(each, metadata=Page(each.url)) for each in links]
    results[3] = checked(links[3], Outcome.MOVED, verdict=Verdict.MOVED, final_url="https://b.example/")
    store.save(results)
    found = store.standings_of(each.url for each in links)
    assert len(found) == 700
    assert all(found[each.url].metadata == Page(each.url) for each in links if each is not links[3])
    assert [url for url, s in found.items() if s.moved_to] == [links[3].url]


def test_a_result_must_be_judged(store: Store) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    with pytest.raises(ValueError, match="not judged: https://a.example/"):
        store.save([Result(a, FULL)])
    assert standing(store, a.url).check is None
    assert all_due(store)[0].history == ()


# --- what is known ----------------------------------------------------------------------------------------------------

METADATA: list[tuple[str, Metadata]] = [
    (
        "https://mp.weixin.qq.com/s/a",
        Article("标题", "号", "gh_1", "人", NOW.replace(microsecond=0), "https://c.example/", original=False),
    ),
    ("https://mp.weixin.qq.com/s/b", Article("t")),
    (
        "https://arxiv.org/abs/2110.15352",
        Paper(
            "T", "2110.15352", ("A", "B, Jr."), "abs", ("cs.CV", "cs.LG"), "CVPR", "J 1", "10.1/x", NOW, NOW, 3,
            withdrawn=False, venue="CVPR", venue_year=2022, venue_source="comment",
        ),
    ),
    ("https://arxiv.org/abs/2110.15353", Paper("T", "2110.15353")),
    (
        "https://github.com/o/r",
        Repository("o/r", 7, 0, None, "Python", "MIT", archived=True, pushed_at=NOW, default_branch="main"),
    ),
    ("https://a.example/", Page("", None)),
    ("https://a.example/p.png", Picture("ab/abc.png", "abc", "image/png", 12)),
]  # fmt: skip


@pytest.mark.parametrize(("url", "metadata"), METADATA)
def test_metadata_comes_back_as_it_was(store: Store, url: str, metadata: Metadata) -> None:
    (a,) = register(store, "n.md", url)
    store.save([checked(a, metadata=metadata)])
    assert standing(store, a.url).metadata == metadata


def test_links_of_one_identity_share_what_is_known(store: Store) -> None:
    root, deep, other = register(
        store, "n.md", "https://github.com/o/r", "https://github.com/O/R/tree/x", "https://github.com/o/other"
    )
    store.save([checked(root, metadata=Repository("o/r", stars=1))])
    assert standing(store, deep.url).metadata == Repository("o/r", stars=1)
    assert standing(store, deep.url).check is None
    assert standing(store, other.url).metadata is None
    store.save([checked(deep, metadata=Repository("o/r", stars=2)), checked(root, Outcome.FAILED, 1)])
    assert standing(store, root.url).metadata == Repository("o/r", stars=2)  # a failed night forgets nothing


def test_the_same_address_as_another_kind_is_another_thing(store: Store) -> None:
    url = "https://a.example/x"
    page, picture = Link(url, "web", "same", "a.example"), Link(url + "?", "image", "same", "a.example")
    store.register("n.md", [(Mention(url, i, i + 1, 1, 1), each) for i, each in enumerate((page, picture))], NOW)
    store.save([checked(page, metadata=Page("P"))])
    assert standing(store, picture.url).metadata is None


def test_standings_come_worst_first(store: Store) -> None:
    order = [
        (Verdict.DEAD, 9, "https://z.example/"),
        (Verdict.DEAD, 1, "https://a.example/"),
        (Verdict.DEAD, 1, "https://b.example/"),
        (Verdict.SUSPECT, 2, "https://c.example/"),
        (Verdict.RESTRICTED, 0, "https://d.example/"),
        (Verdict.MOVED, 0, "https://e.example/"),
        (Verdict.UNKNOWN, 0, "https://f.example/"),
        (Verdict.ALIVE, 0, "https://g.example/"),
    ]
    register(store, "n.md", *(url for *_, url in reversed(order)))
    store.save(
        [replace(checked(link(url)), judgement=Judgement(verdict, count, NOW)) for verdict, count, url in order[::2]]
    )
    store.save(
        [replace(checked(link(url)), judgement=Judgement(verdict, count, NOW)) for verdict, count, url in order[1::2]]
    )
    assert [(s.verdict, s.failures_in_a_row, s.link.url) for s, _ in store.standings()] == order


def test_places_are_in_reading_order(store: Store) -> None:
    a = link("https://a.example/")
    for note, lines in {"b.md": [10, 9, 9, 100], "a:1.md": [2], "a b.md": [1]}.items():
        mentions = [Mention(a.url, i, i + 1, line, 1) for i, line in enumerate(lines)]
        store.register(note, [(mention, a) for mention in mentions], NOW)
    ((_, places),) = store.standings()
    assert places == ("a b.md:1", "a:1.md:2", "b.md:9", "b.md:10", "b.md:100")


def test_standings_of_many_links(store: Store) -> None:
    links = register(store, "n.md", *(f"https://a.example/{i}" for i in range(1201)))
    found = store.standings_of([*(each.url for each in links), links[0].url, "https://unknown.example/"])
    assert {url: s.link for url, s in found.items()} == {each.url: each for each in links}
    assert store.standings_of([]) == {}
    assert len(list(store.standings())) == 1201


def test_counts(store: Store) -> None:
    a, b, p, x = register(store, "n.md", "https://a.example/", "https://b.example/", "https://a.example/p.png", "x.md")
    store.save([checked(a, verdict=Verdict.DEAD), checked(b), checked(p)])
    register(store, "m.md", x.url, a.url)
    assert store.counts() == [
        ("image", Verdict.ALIVE, 1),
        ("local", Verdict.UNKNOWN, 1),
        ("web", Verdict.DEAD, 1),
        ("web", Verdict.ALIVE, 1),
    ]


# --- opening ----------------------------------------------------------------------------------------------------------


def test_everything_is_there_when_opened_again(store: Store, database_url: str) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, metadata=Page("A"))])
    before = list(store.standings())
    store.close()
    again = Store.open(database_url)
    assert list(again.standings()) == before
    again.close()


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    Store.open(sqlite_url(file)).close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [(len(MIGRATIONS),)]
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    with pytest.raises(UserError, match=r"store\.sqlite: its version is 99, this program knows \d+: upgrade notemend"):
        Store.open(sqlite_url(file))


def one_line(error: pytest.ExceptionInfo[UserError], *parts: Any) -> None:
    message = str(error.value)
    assert "\n" not in message
    for part in parts:
        assert str(part) in message


@pytest.mark.parametrize("content", [b"no database at all\n" * 500, b"SQLite format 3\x00" + b"\x00" * 4080])
def test_a_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(content)
    with pytest.raises(UserError) as error:
        Store.open(sqlite_url(file))
    one_line(error, file, "cannot be used", "move it away")
    assert file.read_bytes() == content


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.9])
def test_a_truncated_store(tmp_path: Path, kept: float) -> None:
    file = tmp_path / "store.sqlite"
    store = Store.open(sqlite_url(file))
    register(store, "n.md", *(f"https://a.example/{i}" for i in range(1000)))
    store.close()
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UserError) as error:
        Store.open(sqlite_url(file))
    one_line(error, file, "cannot be used")


def test_a_store_with_a_damaged_page(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = Store.open(sqlite_url(file))
    register(store, "n.md", *(f"https://a.example/{i}" for i in range(1000)))
    store.close()
    data = bytearray(file.read_bytes())
    for page in range(4 * 4096, len(data), 4096):
        data[page : page + 64] = b"\xff" * 64
    file.write_bytes(data)
    with pytest.raises(UserError) as error:
        Store.open(sqlite_url(file))
    one_line(error, file, "cannot be used")


def test_readers_do_not_wait_for_writers(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    Store.open(sqlite_url(file)).close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    file.touch()
    store = Store.open(sqlite_url(file))
    assert store.counts() == []
    store.close()


def test_a_folder_in_the_store_s_place(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        Store.open(sqlite_url(tmp_path))
    one_line(error, tmp_path, "unable to open database file")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        Store.open(sqlite_url(tmp_path / "nowhere" / "store.sqlite"))
    one_line(error, tmp_path / "nowhere" / "store.sqlite")


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    Store.open(sqlite_url(file)).close()
    store = Store.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(UserError) as error:
        register(store, "n.md", "https://a.example/")
    one_line(error, file, "readonly")
    store.close()


def test_a_store_that_breaks_while_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = Store.open(sqlite_url(file))
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE mentions")
    connection.close()
    with pytest.raises(UserError) as error:
        register(store, "n.md", "https://a.example/")
    one_line(error, file, "no such table: mentions")
    store.close()


@pytest.mark.parametrize("url", ["no url", "oracle2://x/y", "mysql+nosuchdriver://x/y"])
def test_a_database_url_that_means_nothing(url: str) -> None:
    with pytest.raises(UserError, match="^DATABASE_URL: "):
        Store.open(url)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        Store.open(f"postgresql+psycopg://user:secret@/db?host={tmp_path}")
    one_line(error, "postgresql+psycopg://user:***@/db", "connection")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("name", ["日记 1.sqlite", "a'b.sqlite", "a&b=c#d.sqlite", "a+b @x.sqlite", "a?b%20c%.sqlite"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    store = Store.open(sqlite_url(tmp_path / name))
    register(store, "n.md", "https://a.example/")
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == [name]
