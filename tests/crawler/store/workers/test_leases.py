"""The store: which worker asks which host and who leads, on PostgreSQL and on SQLite."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from crawler.errors import UserError
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from crawler.store.schema.tables import checks, leases, links, workers
from crawler.store.workers.leases import DEFAULT_LEASE, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


from tests.support.storing import NOW, checked, due_urls, many_workers, register, standing

pytest_plugins = ["tests.support.databases"]


@pytest.fixture
def other(store: LinkStore, database_url: str) -> Iterator[LinkStore]:
    """Return the store as another worker has it open."""
    other = LinkStore.open(database_url)
    yield other
    other.close()


HOST = "a.example"
AN_HOUR = timedelta(hours=1)


def expire(url: str) -> None:
    """Let all leases and workers be an hour older, as if nobody had been heard of for as long."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table in (leases, workers):
            for row in connection.execute(sa.select(table)).all():
                key = [column == value for column, value in zip(table.primary_key, row[:1], strict=True)]
                connection.execute(sa.update(table).where(*key).values(until=row.until and row.until - AN_HOUR))
    engine.dispose()


def pause(store: LinkStore) -> None:
    """Let a worker find that its leases have run out, as after a SIGSTOP."""
    for held in store._held.values():
        held.until -= AN_HOUR.total_seconds()


def test_a_host_belongs_to_the_worker_that_has_its_lease(store: LinkStore, other: LinkStore) -> None:
    assert store.lease(HOST)
    assert other.lease(HOST) is None
    assert other.lease("b.example")
    assert store.lease("b.example") is None
    assert store.lease(HOST)  # whose it is, stays
    assert (store.hosts_of_others(), other.hosts_of_others()) == ({"b.example"}, {HOST})


def test_a_lease_lasts_a_while_and_is_renewed(store: LinkStore, other: LinkStore) -> None:
    first = store.lease(HOST)
    assert first is not None
    held = store._held[HOST]
    assert DEFAULT_LEASE.total_seconds() - 5 < held.until - clock() <= DEFAULT_LEASE.total_seconds()
    until = held.until
    assert store.lease(HOST) == first  # asked for again soon after, it is not written again
    assert held.until == until
    held.until -= 0.7 * DEFAULT_LEASE.total_seconds()
    assert store.lease(HOST) == first
    assert held.until >= until


def test_a_heartbeat_renews_all_leases(store: LinkStore, other: LinkStore, database_url: str) -> None:
    store.start_run(NOW)
    store.lease(HOST)
    store.lease("b.example")
    expire(database_url)
    pause(store)
    assert not store.may_ask(HOST)
    store.heartbeat()  # before anybody else took them
    assert store.may_ask(HOST)
    assert other.lease("b.example") is None


def test_an_expired_lease_is_taken_over(store: LinkStore, other: LinkStore, database_url: str) -> None:
    first = store.lease(HOST)
    expire(database_url)
    assert other.lease(HOST)
    pause(store)
    assert not store.may_ask(HOST)
    store.start_run(NOW)
    store.heartbeat()
    assert not store.may_ask(HOST)
    assert store.lease(HOST) is None
    other.release([HOST])
    again = store.lease(HOST)
    assert again is not None
    assert again != first  # somebody else had it in between


def test_no_request_is_sent_after_a_lease_by_the_local_clock(store: LinkStore) -> None:
    store.lease(HOST)
    assert store.may_ask(HOST)
    pause(store)
    assert not store.may_ask(HOST)
    assert not store.may_ask("never.leased.example")


def test_whoever_has_a_host_next_keeps_to_its_pace(store: LinkStore, other: LinkStore, database_url: str) -> None:
    assert store.lease(HOST, 20)
    assert store.may_ask(HOST)  # and was asked
    store.release([HOST])
    taken = other.lease(HOST, 20)
    assert taken is not None
    assert 15 < taken.wait <= 20
    other.release([HOST])  # it had not asked at all
    back = store.lease(HOST, 20)
    assert back is not None
    assert 10 < back.wait <= 20
    expire(database_url)  # this one may have asked up to the end of its lease
    taken = other.lease(HOST, 3600)
    assert taken is not None
    assert 0 < taken.wait <= DEFAULT_LEASE.total_seconds()


def test_a_host_that_refuses_is_closed_for_all_until_the_next_run(store: LinkStore, other: LinkStore) -> None:
    store.start_run(NOW)
    store.lease(HOST)
    store.release([HOST], closed=True)
    closed = other.lease(HOST)
    assert closed is not None
    assert math.isinf(closed.wait)
    assert not other.may_ask(HOST)
    store.finish_run(NOW)
    other.start_run(NOW)
    closed = other.lease(HOST)
    assert closed is not None
    assert math.isinf(closed.wait)  # another worker is still at it
    store.close()
    other.start_run(NOW)
    reopened = other.lease(HOST)
    assert reopened is not None
    assert reopened.wait < 1


@many_workers
def test_workers_never_queue_behind_each_other(store: LinkStore, other: LinkStore, database_url: str) -> None:
    """Whose row somebody is writing to at this moment is somebody else's."""
    store.lease(HOST)
    store.release([HOST])
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.select(leases).with_for_update())
        assert other.lease(HOST) is None
    engine.dispose()
    assert other.lease(HOST)


def test_workers_may_take_hosts_at_once(store: LinkStore, other: LinkStore) -> None:
    hosts = [f"h{number}.example" for number in range(50)]
    taken: dict[str, list[str]] = {}

    def take(mine: LinkStore, order: list[str]) -> None:
        for host in order:
            if mine.lease(host) is not None:
                taken.setdefault(host, []).append(mine.worker)

    assert together(partial(take, store, hosts), partial(take, other, hosts[::-1])) == []
    assert sorted(taken) == sorted(hosts)
    assert {len(each) for each in taken.values()} == {1}


# --- what a worker writes down that was taken for dead ----------------------------------------------------------------


def history(store: LinkStore, url: str) -> int:
    with store._engine.begin() as connection:
        return (
            connection.scalar(sa.select(sa.func.count()).select_from(checks.join(links)).where(links.c.url == url)) or 0
        )


def test_results_for_a_host_that_is_another_s_are_dropped(
    store: LinkStore, other: LinkStore, database_url: str
) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    for host in (HOST, "b.example"):
        store.lease(host)
    expire(database_url)
    assert other.lease(HOST)
    store.save([checked(a, Outcome.GONE), checked(b)])
    assert (history(store, a.url), history(store, b.url)) == (0, 1)
    store.mark_for_retry(a)
    assert a.url in due_urls(other)
    other.save([checked(a)])
    assert standing(store, a.url).check == checked(a).check


def test_what_another_worker_saw_in_this_run_is_not_seen_twice(
    store: LinkStore, other: LinkStore, database_url: str
) -> None:
    """Even if the host has come back since."""
    (a,) = register(store, "n.md", "https://a.example/")
    store.start_run(NOW)
    store.notes_read(NOW)
    store.lease(HOST)
    expire(database_url)
    assert other.lease(HOST)
    other.save([checked(a)])
    other.release([HOST])
    assert store.lease(HOST)
    store.save([checked(a, Outcome.GONE, night=0.1)])
    assert history(store, a.url) == 1
    assert standing(store, a.url).check == checked(a).check


def test_what_was_saved_twice_is_there_once(store: LinkStore) -> None:
    """As after an answer that was lost."""
    (a,) = register(store, "n.md", "https://a.example/")
    store.start_run(NOW)
    store.notes_read(NOW)
    store.save([checked(a)])
    store.save([checked(a)])
    assert history(store, a.url) == 1


# --- one database -----------------------------------------------------------------------------------------------------


def test_sqlite_has_one_family(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "store.sqlite")
    first, second = LinkStore.open(url), LinkStore.open(url)
    with first.exclusive_lock(), pytest.raises(UserError) as refusal, second.exclusive_lock():
        pass
    assert str(refusal.value) == f"{tmp_path}/store.sqlite: another crawl is running on it"
    with second.exclusive_lock():
        pass
    first.close()
    second.close()


def test_a_family_takes_over_what_a_killed_one_had_leased(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "store.sqlite")
    killed, store = LinkStore.open(url), LinkStore.open(url)
    killed.start_run(NOW)
    assert killed.lease(HOST)
    assert store.lease(HOST) is None
    with store.exclusive_lock():
        assert store.lease(HOST)
        assert store.start_run(NOW).is_leader
    store.close()
    killed.close()


@many_workers
def test_postgresql_has_many_families(store: LinkStore, other: LinkStore) -> None:
    with store.exclusive_lock(), other.exclusive_lock():
        assert store.lease(HOST)
        assert other.lease("b.example")


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


def test_what_a_killed_worker_of_this_machine_had_leased_is_free_at_once(store: LinkStore, other: LinkStore) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        machine, _, here, token = other.worker.split(":")
        other.worker = f"{machine}:{process.pid}:{here}:{token}"
        assert other.lease(HOST)
        assert store.lease(HOST) is None
        process.communicate(b"\n")
    assert store.hosts_of_others() == set()
    taken = store.lease(HOST, 3)
    assert taken is not None
    assert 2 < taken.wait <= 3  # it may have asked a moment ago


@pytest.mark.parametrize("elsewhere", ["", "another"])
def test_of_processes_elsewhere_nothing_is_known(store: LinkStore, other: LinkStore, elsewhere: str) -> None:
    """In another container the same number is another process."""
    other.worker = f"vm:{2**22 + 1}:{elsewhere}:token"
    assert other.lease(HOST)
    assert store.lease(HOST) is None
