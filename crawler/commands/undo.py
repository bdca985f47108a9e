"""`notemend undo`: restore the notes that `notemend publish --in-place` edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import command

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(command.NotesCommand):
    """Undoes the edits of one `publish --in-place`."""

    def short_desc(self) -> str:
        """Return the help text."""
        return "Restore the notes that publish --in-place edited"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --run."""
        super().add_options(parser)
        parser.add_argument("--run", type=int, metavar="N", help="run to undo (default: the last that was not undone)")

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> int:
        """Restore the notes; return exit code 2 if one cannot be restored."""
        from crawler.actions.publishing import undo_edits

        return undo_edits(options, opts.run)
