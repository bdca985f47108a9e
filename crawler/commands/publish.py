"""`notemend publish`: render all outputs from the link database and the current notes, without checking links.

With `--in-place` the notes themselves are edited, too; `--diff` shows these edits and writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli.command import NotesCommand

if TYPE_CHECKING:
    import argparse

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

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> int:
        """Register the notes and render the outputs; with --in-place edit the notes, with --diff only print diffs."""
        from crawler.actions.publishing import publish_outputs, show_diff

        return show_diff(options) if opts.diff else publish_outputs(options, in_place=opts.in_place)
