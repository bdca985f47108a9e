"""The store: which worker asks which host, on PostgreSQL and on SQLite."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from crawler.database import sqlite_url
from crawler.errors import UserError
from crawler.items import (
    Verdict,
)
from crawler.leases import LEASE
from crawler.state import START, Backlog, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


from tests.storing import KINDS, NOW, many_workers, register

pytest_plugins = ["tests.databases"]


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
    assert other.due(of_a, NOW, 9) == ([], START)
    assert [due.link for due in other.due(of_b, NOW, 9)[0]] == [b]
    assert store.due(of_b, NOW, 9, after=(NOW, 7)) == ([], (NOW, 7))
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
    store = Store.open(url)
    assert not store.due(backlog, NOW, 9)[0]
    with store.sole_worker():
        assert [due.link for due in store.due(backlog, NOW, 9)[0]] == [a]
    store.close()
    killed.close()


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


@many_workers
def test_what_a_killed_worker_of_this_machine_had_leased_is_free_at_once(store: Store, database_url: str) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    of_a, of_b = store.backlogs(KINDS, NOW)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        alive, killed = Store.open(database_url), Store.open(database_url)
        alive._worker = f"{socket.gethostname()}:{process.pid}"
        with subprocess.Popen([sys.executable, "-c", ""]) as ended:
            ended.wait()
        killed._worker = f"{socket.gethostname()}:{ended.pid}"
        assert alive.due(of_a, NOW, 9)[0]
        assert killed.due(of_b, NOW, 9)[0]
        store.start_run(NOW)
        assert [due.link for due in store.due(of_b, NOW, 9)[0]] == [b]
        assert not store.due(of_a, NOW, 9)[0]
        process.communicate(b"\n")
    store.start_run(NOW)
    assert [due.link for due in store.due(of_a, NOW, 9)[0]] == [a]
    for other in (alive, killed):
        other.close()
