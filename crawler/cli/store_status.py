"""Status of the link database, readable also during a run."""

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


def status_parts(store: StoreInspector, now: datetime) -> Iterator[str | Table]:
    """Yield lines on size, last run and its process, a table of verdicts, and lines on due links."""
    images, size = store.image_totals()
    notes, mentions = store.extent()
    yield f"link database: {store.name}, {_megabytes(store.size())}"
    yield f"notes: {notes:,}, {mentions:,} mentions of links"
    yield f"images: {images:,} saved, {_megabytes(size)}"
    yield f"last run: {_run(store.last_run())}"
    if (process := store.run_process()) is not None:
        yield f"process of this run: {process[0]}, since {format_time(process[1])}"
    yield verdict_table(store.counts())
    due = store.due_counts(now, now + timedelta(days=1))
    yield "due now: " + (", ".join(f"{each.kind} {each.now:,}" for each in due if each.now) or "nothing")
    if soon := [f"{each.kind} {each.within_a_day:,}" for each in due if each.within_a_day]:
        yield "due within a day: " + ", ".join(soon)
    if later := [each.next_at for each in due if each.next_at is not None]:
        yield f"next due: {format_time(min(later))}"


def _run(run: tuple[datetime, datetime | None] | None) -> str:
    """Return start and end of a run; a run without an end is continued by the next one."""
    if run is None:
        return "none"
    began, ended = run
    end = format_time(ended) if ended is not None else "now (active, or interrupted; the next run continues it)"
    return f"{format_time(began)} to {end}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
