"""Several workers on one run, as their user starts them, and what the servers' own log says of how they shared it."""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from itertools import accumulate, groupby
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.store.database import _LOCK
from crawler.store.link_store import LinkStore
from tests.support import processes

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tests.internet import Internet, Request
    from tests.support.crawling import Desk
    from tests.support.processes import Forked, Running

LATE = 1.0
"""Seconds that a request may travel longer than the next: on a busy machine the servers look up late."""

_WORKER = re.compile(r"\+https://worker\.example/(\w+)\)")


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Look again and again until something has happened."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def wait_for_requests(internet: Internet, count: int) -> None:
    """Wait until the servers have seen so many requests."""
    wait_until(lambda: len(internet.requests) >= count)


def start(desk: Desk, name: str, *settings: str) -> Forked:
    """Start a worker that tells every host its name."""
    named = (f"USER_AGENT_CONTACT=https://worker.example/{name}", *settings)
    return desk.start(*(word for setting in named for word in ("-s", setting)))


@contextmanager
def starting_together(database_url: str, count: int) -> Iterator[None]:
    """Hold workers back that are started meanwhile, until so many are there: some machines need long to start them."""
    LinkStore.open(database_url).close()
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        wait_until(lambda: connection.scalar(waiting) >= count)
    engine.dispose()


def leader_of(database_url: str, runs: Sequence[Forked]) -> Forked:
    """Return the worker that leads."""
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        leader = connection.scalar(sa.text("SELECT leader FROM runs WHERE finished_at IS NULL"))
    engine.dispose()
    return next(run for run in runs if run.pid == int(leader.split(":")[1]))


@contextmanager
def paused(worker: Running) -> Iterator[None]:
    """Stop a worker between two instructions, as a machine does that swaps, and let it go on afterwards."""
    worker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGCONT)


def asked_by(request: Request) -> str:
    """Return the name of the worker that sent a request."""
    found = _WORKER.search(request.headers["user-agent"])
    assert found is not None
    return found[1]


def by_host(requests: Sequence[Request]) -> dict[str, list[Request]]:
    """Return the requests to each host, oldest first, but for its robots.txt, which no pace is for."""
    found: dict[str, list[Request]] = defaultdict(list)
    for request in sorted(requests, key=lambda request: request.time):
        if request.path != "/robots.txt":
            found[request.host].append(request)
    return found


def hurried(requests: Sequence[Request], pace: float) -> list[str]:
    """Return the hosts that were asked more often than their pace allows, in whatever stretch of time."""
    found = []
    for host, of_host in by_host(requests).items():
        ahead = [number * pace - request.time for number, request in enumerate(of_host)]
        if max(late - least for late, least in zip(ahead, accumulate(ahead, min), strict=True)) > LATE:
            found.append(host)
    return found


def owners(requests: Sequence[Request]) -> dict[str, list[str]]:
    """Return who asked each host, one after the other."""
    return {host: [name for name, _ in groupby(map(asked_by, of_host))] for host, of_host in by_host(requests).items()}


def interleaved(requests: Sequence[Request], lost: Collection[str]) -> list[str]:
    """Return the hosts that two workers asked in turns; a host may come back to one only from workers that lost it."""
    return [host for host, names in owners(requests).items() if len(names) - len({*names}) > len({*lost} & {*names})]


def history(database_url: str) -> Counter[str]:
    """Return how many checks the store has of each link."""
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        query = "SELECT url, count(checks.id) FROM links LEFT JOIN checks ON link_id = links.id GROUP BY url"
        found = Counter({row[0]: row[1] for row in connection.exec_driver_sql(query)})
    engine.dispose()
    return found


def helpers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes that a crawl has started on Linux."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
    return [int(number) for number in children.split()]


def saying(desk: Desk, *words: str) -> tuple[subprocess.Popen[bytes], Callable[[], str]]:
    """Start `scrapy …` at a desk; return the process, and what will tell what it and its helpers have said."""
    file = desk.folder / "said.txt"
    with file.open("w") as output:
        process = processes.start(list(words), os.environ | desk.environ, output)
    return process, lambda: file.read_text("utf-8")


def workers(database_url: str) -> list[str]:
    """Return the names of the workers that are at work, as soon as there is a store."""
    engine = sa.create_engine(database_url)
    try:
        with engine.begin() as connection:
            return list(connection.scalars(sa.text("SELECT worker FROM workers")))
    except sa.exc.DBAPIError:
        return []
    finally:
        engine.dispose()
