"""The summary of a run: lines for the terminal, the FAIL_ON message and the error."""

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
    """The lines of a summary, the message for FAIL_ON if one of its verdicts is new, and the error of a failed run."""

    lines: Sequence[str | Table]
    fail_on_message: str | None = None
    error: str | None = None


def summarise_run(run: Run) -> RunSummary:
    """Return the summary of a run; for workers other than the leader only their own number of results."""
    context, store = run.context, run.context.workspace.store
    error = run.outage or image_store_error(run)
    duration = datetime.now(UTC) - context.started_at
    if not context.worker.run.is_leader:
        return RunSummary([worker_summary(context.worker.run.leader, context.queue.saved_count, duration)], error=error)
    lines = summary(
        store.counts(),
        store.changes(),
        context.throttle,
        unavailable={
            each.service: each.unavailable_reason
            for each in context.lookup_runner.opened
            if each.unavailable_reason is not None
        },
        left=store.remaining(context.kinds, context.worker.due_by),
        duration=duration,
    )
    return RunSummary(lines, fail_on_message(store.newly_in(context.options.fail_on)), error)


def image_store_error(run: Run) -> str | None:
    """Return why images cannot be saved, or are saved but not sent, as one line; None if nothing is wrong."""
    return run.context.workspace.image_store.problem


def interrupted_line(run: Run) -> str:
    """Return the message of an interrupted run: how many links were checked, and how to continue."""
    is_known = run.context.worker.run.due_by is not None
    links = sum(done for *_, done in run.counts()) if is_known else 0
    counted = f"{links} link{'' if links == 1 else 's'} checked and saved"
    return f"interrupted: {counted}; run the same command again to continue"
