"""`notemend publish`: render all outputs from the link database and the current notes, without checking links.

With `--in-place` the notes themselves are edited, too; `--diff` shows these edits and writes nothing.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.cli.command import NotesCommand
from crawler.cli.terminal import until_closed
from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from crawler.config.crawl_options import CrawlOptions


class Command(NotesCommand):
    """Renders the outputs."""

    def short_desc(self) -> str:
        """Return the help text."""
        return "Render all outputs again, without crawling"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --in-place and --diff."""
        super().add_options(parser)
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--in-place", action="store_true", help="also edit the notes themselves")
        group.add_argument("--diff", action="store_true", help="show the edits of --in-place, make none")

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Register the notes and render the outputs; with --in-place edit the notes, with --diff only print diffs."""
        from crawler.run.workspace import open_workspace
        from pipelines.reports.publish import diff, edit_in_place, publish

        with open_workspace(options) as workspace:
            if opts.diff:
                in_color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
                _print_diffs(diff(options, workspace, in_color))
                return
            workspace.read(datetime.now(UTC))
            publish(options, workspace)
            if opts.in_place:
                self.print_report(edit_in_place(options, workspace, print))
            if workspace.image_store.problem:
                raise UserError(workspace.image_store.problem)


def _print_diffs(diffs: Iterable[str]) -> None:
    with until_closed():
        for diff in diffs:
            sys.stdout.buffer.write(diff.encode(errors="surrogateescape"))
