"""`scrapy undo`: give the user's own notes back as they were before `scrapy publish --in-place`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import command

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(command.Command):
    """Undoes a run."""

    def short_desc(self) -> str:
        """Say what it does."""
        return "Restore the notes that publish --in-place edited"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take the number of a run."""
        super().add_options(parser)
        parser.add_argument("--run", type=int, metavar="N", help="run to undo (default: the last that was not undone)")

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Restore the notes; exit with 2 where one could not be."""
        from pipelines.rewriting.in_place.editor import undo

        self.print_report(undo(options.output_dir, opts.run))
