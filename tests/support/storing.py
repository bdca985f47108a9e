"""What tests of the store share: links registered, checked and asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, LinkState, Verdict, VerdictRecord
from crawler.models.notes.note import LinkRole, Mention
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink
from crawler.store.link_store import FIRST
from crawler.store.notes.registered_notes import NoteMentions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.models.metadata import Metadata
    from crawler.store.link_store import LinkStore

NOW = datetime(2026, 11, 20, 3, 4, 5, 678901, tzinfo=UTC)
NIGHT = timedelta(days=1)
KINDS = ("arxiv", "github", "image", "local", "web", "wechat")
one_worker = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
many_workers = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def link(url: str) -> Link:
    found = link_of(url, "n.md", LinkRole.IMAGE if url.endswith(".png") else LinkRole.OTHER)
    assert found is not None
    return found


def register(store: LinkStore, note: str, *urls: str, now: datetime = NOW) -> list[Link]:
    """Register a note that mentions these URLs, one a line."""
    links = [link(url) for url in urls]
    mentions = [Mention(url, i * 1000, i * 1000 + 9, i + 1, 1, text=f"text {i}") for i, url in enumerate(urls)]
    store.register([NoteMentions(note, list(zip(mentions, links, strict=True)))], now)
    return links


def checked(
    each: Link,
    outcome: Outcome = Outcome.OK,
    night: float = 0,
    verdict: Verdict = Verdict.ALIVE,
    metadata: Metadata | None = None,
    final_url: str | None = None,
    wait: timedelta = NIGHT,
) -> CheckResult:
    at = NOW + night * NIGHT
    check = Check(outcome, Reason(ReasonCode.OTHER, "seen"), at, CheckMethod.PAGE, final_url=final_url)
    return CheckResult(each, check, metadata, verdict_record=VerdictRecord(verdict, 0, at + wait))


def all_due(
    store: LinkStore, now: datetime = NOW, kinds: Iterable[str] = KINDS, *, again: bool = False
) -> list[DueLink]:
    """Take everything that is due, two links at a time."""
    taken = []
    for backlog in store.backlogs(kinds, now, again=again):
        after = FIRST
        while True:
            due, after = store.next_due(backlog, now, 2, after=after, again=again)
            if not due:
                break
            taken += due
    return taken


def due_urls(store: LinkStore, night: float = 0, *, again: bool = False) -> set[str]:
    return {due.link.url for due in all_due(store, NOW + night * NIGHT, again=again)}


def standing(store: LinkStore, url: str) -> LinkState:
    return store.link_states_of([url])[url]


def plans(store: LinkStore, work: Any) -> list[list[str]]:
    """Return how SQLite goes about each SELECT of some work on the store."""
    asked: list[tuple[str, Sequence[Any]]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    sa.event.listen(store._engine, "before_cursor_execute", listen)
    try:
        work()
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", listen)
    with store._engine.connect() as connection:
        return [
            [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked
        ]
