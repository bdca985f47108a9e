"""`scrapy publish`: render all outputs again from the store and the notes as they are now, without crawling.

With `--in-place` the user's own notes are edited, too; `--diff` shows how and writes nothing.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.cli.command import NotesCommand
from crawler.cli.terminal import until_closed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from crawler.config.crawl_options import CrawlOptions


class Command(NotesCommand):
    """Renders the outputs."""

    def short_desc(self) -> str:
        """Say what it does."""
        return "Render all outputs again, without crawling"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take what becomes of the user's own notes."""
        super().add_options(parser)
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--in-place", action="store_true", help="also edit the notes themselves")
        either.add_argument("--diff", action="store_true", help="show the edits of --in-place, make none")

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Read the notes, render the outputs."""
        from crawler.run.workspace import open_workspace
        from pipelines.reports.publish import diff, edit_in_place, publish

        with open_workspace(options) as workspace:
            what = options, workspace
            if opts.diff:
                in_colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
                _print_diffs(diff(*what, in_colour))
                return
            workspace.read(datetime.now(UTC))
            publish(*what)
            if opts.in_place:
                self.print_report(edit_in_place(*what))


def _print_diffs(diffs: Iterable[str]) -> None:
    with until_closed():
        for diff in diffs:
            sys.stdout.buffer.write(diff.encode())
