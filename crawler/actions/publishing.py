"""Render the outputs, and show, make or undo the edits of the notes themselves."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crawler.cli.exit_codes import EXIT_ERROR
from crawler.cli.terminal import is_colored, print_error, until_closed
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.config.crawl_options import CrawlOptions
    from crawler.run.workspace import Workspace
    from pipelines.rewriting.in_place.choices import Listed


class Report(Protocol):
    """Result of editing or restoring notes."""

    @property
    def summary(self) -> str:
        """Return the result in one line."""

    @property
    def skipped(self) -> tuple[str, ...]:
        """Return a line with the reason for each note that was skipped."""

    @property
    def failed(self) -> bool:
        """Return whether a note could not be changed."""


def publish_outputs(options: CrawlOptions, *, in_place: bool = False, listed: str | None = None) -> int:
    """Register the notes and render the outputs; with `in_place` edit the notes, too, `listed` limits the edits."""
    from pipelines.reports.publish import check_outputs, publish

    check_outputs(options)
    code, only = 0, None if listed is None else _listed(listed)
    with _open_crawled(options) as workspace:
        workspace.read(datetime.now(UTC))
        publish(options, workspace)
        if in_place:
            code = _edit(options, workspace, only)
        if only is not None and (left := only.left.total()):
            print(say("review_left", n=left, file=listed))
        if workspace.image_store.problem:
            raise UserError(workspace.image_store.problem)
    return code


def _listed(file: str) -> Listed:
    """Return the edits of a file; raise UserError if it cannot be read."""
    from pipelines.rewriting.in_place.choices import Listed

    return Listed(Path(file))


def _edit(options: CrawlOptions, workspace: Workspace, only: Listed | None) -> int:
    """Edit the notes, print the result and return the exit code."""
    from pipelines.reports.planning.originals import edit_in_place

    return _print_report(edit_in_place(options, workspace, print, None if only is None else only.choose))


def review_edits(options: CrawlOptions) -> int:
    """Ask about each edit of the notes, and make those that are accepted."""
    from crawler.actions.reviewing import Review, edit_in_editor, read_line
    from pipelines.reports.planning.originals import edit_in_place
    from pipelines.rewriting.in_place.choices import Declined

    with _open_crawled(options) as workspace:
        workspace.read(datetime.now(UTC))
        review = Review(Declined(options.output_dir), read_line, edit_in_editor)
        return _print_report(edit_in_place(options, workspace, print, review.choose))


def show_diff(options: CrawlOptions) -> int:
    """Print a unified diff of each note that `publish_outputs` would edit in place; write nothing."""
    from pipelines.reports.planning.originals import diff

    with _open_crawled(options) as workspace, until_closed():
        for each in diff(options, workspace, is_colored(sys.stdout)):
            sys.stdout.buffer.write(each.encode(errors="surrogateescape"))
    return 0


def undo_edits(options: CrawlOptions, number: int | None = None) -> int:
    """Restore the notes that a run edited, by default the last one that is not undone."""
    from pipelines.rewriting.in_place.editor import undo

    return _print_report(undo(options.output_dir, options.require_notes_dir(), number))


@contextmanager
def _open_crawled(options: CrawlOptions) -> Iterator[Workspace]:
    """Open notes and results; raise UserError if these are not the results of these notes, or if there are none."""
    from crawler.run.workspace import open_workspace

    with open_workspace(options, needs_store=True) as workspace:
        workspace.refuse_other_notes()
        yield workspace


def _print_report(report: Report) -> int:
    """Print the result of editing notes; return exit code 2 if a note could not be changed."""
    for line in report.skipped:
        print_error(line)
    print(report.summary)
    return EXIT_ERROR if report.failed else 0
