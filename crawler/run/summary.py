"""What a run says of itself when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.cli.summary import fail_on_message, summary, worker_summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.cli.terminal import Table
    from crawler.run.run import Run


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A few lines on what the run found, one on what FAIL_ON asks for, and one on why it failed if it did."""

    lines: Sequence[str | Table]
    alarm: str | None = None
    error: str | None = None


def summarise_run(run: Run) -> RunSummary:
    """Return the summary of a night's run; of a helper only what it did itself."""
    context, store = run.context, run.context.workspace.store
    error = run.outage or image_store_error(run)
    duration = datetime.now(UTC) - context.started_at
    if not context.crew.run.is_leader:
        return RunSummary([worker_summary(context.crew.run.leader, context.queue.saved_count, duration)], error=error)
    lines = summary(
        store.counts(),
        store.changes(),
        context.hosts,
        unavailable={
            each.service: each.unavailable_reason
            for each in context.batches.opened
            if each.unavailable_reason is not None
        },
        left=store.remaining(context.kinds, context.crew.due_by),
        duration=duration,
    )
    return RunSummary(lines, fail_on_message(store.newly_in(context.options.fail_on)), error)


def image_store_error(run: Run) -> str | None:
    """Return why the image store cannot be used, in one line; None where it can."""
    down = run.context.workspace.image_store.unavailable_reason
    return down and f"IMAGES_STORE: {down}"


def interrupted_line(run: Run) -> str:
    """Return how far an interrupted run came."""
    is_known = run.context.crew.run.due_by is not None
    links = sum(done for *_, done in run.counts()) if is_known else 0
    counted = f"{links} link{'' if links == 1 else 's'} checked and saved"
    return f"interrupted: {counted}; run the same command again to continue"
