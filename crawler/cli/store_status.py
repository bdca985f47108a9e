"""Status of the link database, readable also during a run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.cli.summary import verdict_table
from crawler.cli.terminal import format_time
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.cli.terminal import Table
    from crawler.store.inspector import StoreInspector


def status_parts(store: StoreInspector, now: datetime) -> Iterator[str | Table]:
    """Yield lines on size, last run and its process, a table of verdicts, and lines on due links."""
    images, size = store.image_totals()
    notes, mentions = store.extent()
    yield say("status.database", name=store.name, size=_megabytes(store.size()))
    yield say("status.notes", notes=notes, places=mentions)
    yield say("status.images", n=images, size=_megabytes(size))
    yield _run(store.last_run())
    if (process := store.run_process()) is not None:
        yield say("status.process", process=process[0], time=format_time(process[1]))
    yield verdict_table(store.counts())
    due = store.due_counts(now, now + timedelta(days=1))
    now_due = [f"{each.kind} {each.now:,}" for each in due if each.now]
    yield say("status.now", list=say("comma").join(now_due)) if now_due else say("status.nothing_now")
    if soon := [f"{each.kind} {each.within_a_day:,}" for each in due if each.within_a_day]:
        yield say("status.within_a_day", list=say("comma").join(soon))
    if later := [each.next_at for each in due if each.next_at is not None]:
        yield say("status.next", time=format_time(min(later)))
    yield say("status.more")


def _run(run: tuple[datetime, datetime | None] | None) -> str:
    """Return the line on start and end of a run; a run without an end is continued by the next one."""
    if run is None:
        return say("status.no_run")
    began, ended = run
    if ended is None:
        return say("status.open_run", began=format_time(began))
    return say("status.last_run", began=format_time(began), ended=format_time(ended))


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
