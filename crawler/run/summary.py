"""The summary of a run: lines for the terminal, the FAIL_ON message and the error."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.cli.summary import fail_on_message, summary

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
    """Return the summary of a run."""
    context, store = run.context, run.context.workspace.store
    error = run.outage or image_store_error(run)
    duration = timedelta(seconds=time.monotonic() - context.began_at)
    lines = summary(
        store.counts(),
        store.changes(),
        context.throttle,
        unavailable={
            each.service: each.unavailable_reason
            for each in context.lookup_runner.opened
            if each.unavailable_reason is not None
        },
        left=store.remaining(context.kinds, context.due_by),
        duration=duration,
    )
    return RunSummary(lines, fail_on_message(store.newly_in(context.options.fail_on)), error)


def image_store_error(run: Run) -> str | None:
    """Return why images cannot be saved, or are saved but not sent, as one line; None if nothing is wrong."""
    return run.context.workspace.image_store.problem


def interrupted_line(run: Run) -> str:
    """Return the message of an interrupted run: how many links were checked, and how to continue."""
    links = sum(done for *_, done in run.counts()) if run.context.has_read else 0
    counted = f"{links} link{'' if links == 1 else 's'} checked and saved"
    return f"interrupted: {counted}; run the same command again to continue"
