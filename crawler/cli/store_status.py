"""What the store knows at any time, a crawl being under way or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.cli.summary import verdict_table
from crawler.cli.terminal import format_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.cli.terminal import Table
    from crawler.store.inspector import StoreInspector

MAX_HOSTS = 5
"""Hosts of one worker that are named."""


def status_parts(store: StoreInspector, now: datetime) -> Iterator[str | Table]:
    """Yield what there is, what is going on, and what is to come."""
    kept, size = store.image_totals()
    notes, places = store.extent()
    yield f"store: {store.name}, {_megabytes(store.size())}"
    yield f"notes: {notes:,}, with {places:,} places where a link stands"
    yield f"pictures: {kept:,} kept, {_megabytes(size)}"
    yield f"last run: {_run(store.last_run())}"
    for worker, hosts in store.active_workers(now).items():
        more = f" and {len(hosts) - MAX_HOSTS} more" if len(hosts) > MAX_HOSTS else ""
        yield f"at work: {worker}, asking {', '.join(hosts[:MAX_HOSTS])}{more}"
    yield verdict_table(store.counts())
    due = store.due_counts(now, now + timedelta(days=1))
    yield "due now: " + (", ".join(f"{each.kind} {each.now:,}" for each in due if each.now) or "nothing")
    if soon := [f"{each.kind} {each.within_a_day:,}" for each in due if each.within_a_day]:
        yield "due within a day: " + ", ".join(soon)
    if later := [each.next_at for each in due if each.next_at is not None]:
        yield f"due next: {format_time(min(later))}"


def _run(run: tuple[datetime, datetime | None] | None) -> str:
    if run is None:
        return "none"
    began, ended = run
    return f"{format_time(began)} to " + (
        format_time(ended) if ended else "now, or broken off: the next one goes on with it"
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
