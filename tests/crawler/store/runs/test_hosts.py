"""The store: which shard has which host, and which run the database, on PostgreSQL and on SQLite."""

from __future__ import annotations

import math
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from crawler.errors import UserError
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.store.link_store import LinkStore
from crawler.store.runs.hosts import TakenOverError
from crawler.store.runs.runs import process_name
from crawler.store.schema.tables import checks, links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

from tests.support.storing import NIGHT, NOW, checked, due_urls, many_workers, register, standing

pytest_plugins = ["tests.support.databases"]

HOST = "a.example"


@pytest.fixture
def run(store: LinkStore) -> int:
    """Return the number of a run."""
    return store.start_run(NOW)


@pytest.fixture
def shard(store: LinkStore, run: int, database_url: str) -> Iterator[LinkStore]:
    """Return the store as a shard of the run has it open."""
    shard = LinkStore.open(database_url, is_checked=True)
    shard.join_run(run)
    yield shard
    shard.close()


@pytest.fixture
def other(store: LinkStore, run: int, database_url: str) -> Iterator[LinkStore]:
    """Return the store as another shard has it open."""
    other = LinkStore.open(database_url)
    other.join_run(run)
    yield other
    other.close()


def history(store: LinkStore, url: str) -> int:
    with store._engine.begin() as connection:
        return (
            connection.scalar(sa.select(sa.func.count()).select_from(checks.join(links)).where(links.c.url == url)) or 0
        )


# --- hosts ------------------------------------------------------------------------------------------------------------


def test_whoever_has_a_host_next_keeps_to_its_pace(shard: LinkStore, other: LinkStore) -> None:
    assert shard.take_hosts([HOST, "b.example"]) == ({}, False)
    shard.release_hosts({HOST: 20, "www.a.example": 9}, [])
    waits, is_lost = other.take_hosts([HOST, "c.example"])
    assert (sorted(waits), is_lost) == ([HOST, "www.a.example"], False)
    assert 15 < waits[HOST] <= 20
    other.release_hosts({}, [])
    assert HOST not in other.take_hosts([HOST])[0]


def test_of_a_shard_that_was_killed_nobody_knows_when_it_asked_last(shard: LinkStore, other: LinkStore) -> None:
    shard.take_hosts([HOST])
    assert other.take_hosts(["b.example"]) == ({}, False)
    assert other.take_hosts([HOST]) == ({}, True)
    other.release_hosts({}, [])
    assert shard.take_hosts([HOST]) == ({}, False)


def test_a_host_that_refuses_is_closed_until_the_next_run(store: LinkStore, shard: LinkStore, other: LinkStore) -> None:
    shard.take_hosts([HOST])
    shard.release_hosts({}, [HOST])
    assert other.take_hosts([HOST]) == ({HOST: math.inf}, False)
    store.finish_run(NOW)
    store.start_run(NOW + NIGHT)
    assert store.take_hosts(None)[0] == {}


def test_the_process_of_the_run_takes_all_hosts(store: LinkStore, shard: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    shard.take_hosts([HOST])
    shard.release_hosts({HOST: 20}, [])
    waits, is_lost = store.take_hosts(None)
    assert (10 < waits[HOST] <= 20, is_lost) == (True, False)
    store.release_hosts({HOST: 30}, [])
    assert 20 < store.take_hosts(None)[0][HOST] <= 30
    with pytest.raises(TakenOverError):
        shard.save([checked(a)])


# --- what a shard brings that was executed again ----------------------------------------------------------------------


def test_what_an_older_shard_brings_is_refused(shard: LinkStore, other: LinkStore) -> None:
    a, b = register(shard, "n.md", "https://a.example/", "https://b.example/")
    shard.take_hosts([HOST])
    other.take_hosts([HOST])
    for save in (
        partial(shard.save, [checked(a, Outcome.GONE), checked(b)]),
        partial(shard.mark_for_retry, a),
        partial(shard.defer, a, "c.example"),
    ):
        with pytest.raises(TakenOverError, match="another worker has taken over"):
            save()
    shard.release_hosts({HOST: 1000}, [HOST])
    assert (history(shard, a.url), history(shard, b.url)) == (0, 0)
    assert due_urls(other) == {a.url, b.url}
    other.save([checked(a)])
    assert standing(shard, a.url).check == checked(a).check
    other.release_hosts({}, [])
    assert other.take_hosts([HOST]) == ({}, False)


def test_what_was_saved_twice_is_there_once(shard: LinkStore, other: LinkStore) -> None:
    """As after an answer of the server that was lost."""
    (a,) = register(shard, "n.md", "https://a.example/")
    shard.take_hosts([HOST])
    shard.save([checked(a)])
    shard.save([checked(a)])
    other.take_hosts([HOST])
    other.save([checked(a, Outcome.GONE, night=0.1)])
    assert history(shard, a.url) == 1
    assert standing(shard, a.url).check == checked(a).check


def test_a_link_is_seen_once_in_a_run_whatever_the_clocks_say(store: LinkStore, run: int) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, night=-1)])  # due again before the run began
    assert due_urls(store) == set()
    store.finish_run(NOW)
    store.start_run(NOW)
    assert due_urls(store) == {a.url}


def test_a_run_counts_a_link_once(store: LinkStore, run: int) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a)])
    with store._engine.begin() as connection:
        row = connection.execute(sa.select(checks)).one()
    with store._engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.insert(checks).values(row._asdict() | {"id": row.id + 1}))


def test_a_link_that_needs_hosts_of_other_shards_says_which(store: LinkStore, run: int) -> None:
    a, b, c = register(store, "n.md", "https://a.example/", "https://b.example/", "https://c.example/")
    store.defer(a, "x.example")
    store.defer(a, "y.example")
    store.defer(b, "x.example")
    store.mark_for_retry(b)
    store.defer(c, "x.example")
    store.save([checked(c)])
    assert store.deferred(["web"], NOW) == {frozenset({"a.example", "x.example", "y.example"})}
    assert store.deferred(["web"], NOW, again=True) == {frozenset({"b.example", "x.example"})}
    assert (store.deferred(["image"], NOW), due_urls(store)) == (set(), {a.url})
    store.start_run(NOW)
    assert store.deferred(["web"], NOW) == set()


# --- one run for a database -------------------------------------------------------------------------------------------


def test_one_run_at_a_time(store: LinkStore, database_url: str) -> None:
    second = LinkStore.open(database_url)
    with store.exclusive_lock():
        store.start_run(NOW)
        with pytest.raises(UserError) as refusal, second.exclusive_lock():
            pass
    since = f"{NOW.astimezone():%Y-%m-%d %H:%M:%S}"
    expected = f": locked by another run ({process_name()}, since {since}); try again when it has ended"
    assert str(refusal.value).endswith(expected)
    store.finish_run(NOW)
    with second.exclusive_lock(), pytest.raises(UserError, match="locked by another command"), store.exclusive_lock():
        pass
    second.close()


def test_a_run_that_is_resumed_is_another_one_for_what_was_left_of_it(store: LinkStore, shard: LinkStore) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    shard.take_hosts([HOST])
    shard.save([checked(a)])
    assert not shard.is_stopping()
    store.start_run(NOW)
    assert shard.is_stopping()
    with pytest.raises(TakenOverError, match="another run has taken over"):
        shard.save([checked(b)])
    assert due_urls(store) == {b.url}


def test_a_run_that_is_interrupted_stops_its_shards(store: LinkStore, shard: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    shard.take_hosts([HOST])
    assert not shard.is_stopping()
    store.stop_run()
    assert shard.is_stopping()
    shard.save([checked(a)])  # what it has, it may save
    assert due_urls(store) == set()
    store.start_run(NOW)
    assert not store.is_stopping()


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
    assert together(*[lambda: LinkStore.open(database_url).close()] * 4) == []


@many_workers
def test_workers_may_read_the_same_notes_at_once(store: LinkStore, other: LinkStore) -> None:
    urls = [f"https://a.example/{i}" for i in range(100)]

    def read(store: LinkStore, note: str, urls: list[str]) -> None:
        for _ in range(3):
            register(store, note, *urls)
            store.forget_other_notes(["n.md", "m.md"])

    assert together(partial(read, store, "n.md", urls), partial(read, other, "n.md", urls)) == []
    assert together(partial(read, store, "n.md", urls), partial(read, other, "m.md", urls[::-1])) == []
    assert store.counts() == [("web", Verdict.UNKNOWN, 100)]
