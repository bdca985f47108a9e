"""What sharing a run costs: hosts and saves a second, bytes of a link, and how the database finds what is due.

`python -m benchmarks.scenarios.scaling [DATABASE_URL] [--links N] [--hosts N]`, on an empty database that it may fill:
by default one of a PostgreSQL server of its own.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from benchmarks.harness.running import machine
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, Verdict, VerdictRecord
from crawler.models.metadata import Page
from crawler.models.notes.note import Mention
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.store.link_store import LinkStore
from crawler.store.notes.registered_notes import NoteMentions
from tests.support.databases import postgresql_server, postgresql_url

if TYPE_CHECKING:
    from collections.abc import Callable

PER_NOTE = 50
NOTES = 100
"""Notes that are registered at a time, as a crawl does."""

BATCH = 64
WEEK = timedelta(days=7)

T = TypeVar("T")


def urls(links: int, hosts: int) -> list[Link]:
    """Return links of web pages, host after host, as long as real ones are."""
    found = (f"h{n % hosts:05}.example.org" for n in range(links))
    pages = (f"https://{host}/2026/11/a-simple-and-efficient-method-{n}" for n, host in enumerate(found))
    return [Link(url, "web", url, url.split("/")[2]) for url in pages]


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def result(link: Link, now: datetime) -> CheckResult:
    """Return a good answer."""
    seen = Check(Outcome.OK, Reason(ReasonCode.REACHABLE), now, CheckMethod.PAGE, 200, elapsed=timedelta(seconds=0.2))
    return CheckResult(
        link,
        seen,
        Page("A Simple and Efficient Method", "text/html"),
        verdict_record=VerdictRecord(Verdict.ALIVE, 0, now + WEEK),
    )


def plans(store: LinkStore, work: Callable[[], object]) -> list[str]:
    """Return how the database goes about what some work asks it."""
    asked: list[tuple[str, Any]] = []
    listener = (
        "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
    )
    sa.event.listen(store._engine, *listener)
    work()
    sa.event.remove(store._engine, *listener)
    explain = "EXPLAIN" if store.shared else "EXPLAIN QUERY PLAN"
    lines = []
    with store._engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith("SELECT") and "FROM" in statement:
                rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
                lines += [str(row[-1]) for row in rows]
    return lines


def main() -> None:
    """Fill a database, and measure."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.scaling")
    parser.add_argument("url", nargs="?")
    parser.add_argument("--links", type=int, default=200_000)
    parser.add_argument("--hosts", type=int, default=2_000)
    given = parser.parse_args()
    with ExitStack() as stack:
        url = given.url or postgresql_url(stack.enter_context(postgresql_server()))
        measure(url, urls(given.links, given.hosts), given.hosts)


def measure(url: str, links: list[Link], hosts_of_links: int) -> None:
    """Fill a database with links, and print what that and reading them takes."""
    now = datetime.now(UTC)
    store = LinkStore.open(url)
    print(f"{len(links):,} links on {hosts_of_links:,} hosts, {store._engine.dialect.name}; {machine()}")

    def register() -> None:
        notes = [
            NoteMentions(
                f"{number}.md",
                [(Mention(link.url, i, i + 1, i + 1, 1, "a text"), link) for i, link in enumerate(some)],
            )
            for number, some in enumerate(batched(links, PER_NOTE))
        ]
        for some_notes in batched(notes, NOTES):
            store.register(some_notes, now)

    seconds = timed(register)
    print(f"registering: {len(links) / seconds:,.0f} links/s")
    store.start_run(now)
    store.notes_read()
    hosts = sorted({link.host for link in links})[:1_000]
    seconds = timed(lambda: store.take_hosts(hosts))
    print(f"taking hosts: {len(hosts) / seconds:,.0f}/s")
    some = links[: len(links) // 10]
    backlogs: list[Any] = []
    print(f"backlogs: {timed(lambda: backlogs.extend(store.backlogs(['web'], now))):.2f} s")
    seconds = timed(lambda: [store.next_due(backlog, now, 16) for backlog in backlogs[:500]])
    print(f"due: {min(500, len(backlogs)) / seconds:,.0f} hosts/s")
    if store.shared:
        with store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    for name, work in (
        ("backlogs", lambda: store.backlogs(["web"], now)),
        ("the backlogs of a shard", lambda: store.backlogs(["web"], now, hosts=hosts[:100])),
        ("due", lambda: store.next_due(backlogs[0], now, 16)),
    ):
        print(f"--- {name}", *plans(store, work), sep="\n    ")
    store.take_hosts({link.host for link in some})

    def save() -> None:
        for batch in batched(some, BATCH):
            store.save([result(link, now + timedelta(seconds=1)) for link in batch])

    seconds = timed(save)
    print(f"saves, {BATCH} at a time: {len(some) / seconds:,.0f} links/s")
    store.take_hosts(None)
    for batch in batched(links[len(some) :], 1_000):
        store.save([result(link, now + timedelta(seconds=1)) for link in batch])
    with store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.shared:
            connection.exec_driver_sql("VACUUM FULL")
        query = (
            "SELECT pg_database_size(current_database())"
            if store.shared
            else "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        )
        size = connection.exec_driver_sql(query).scalar_one()
    print(f"bytes for each link, one check and its facts included: {size / len(links):,.0f}")
    store.close()


def batched(values: list[T], size: int) -> list[list[T]]:
    """Return values in slices."""
    return [values[i : i + size] for i in range(0, len(values), size)]


if __name__ == "__main__":
    main()
