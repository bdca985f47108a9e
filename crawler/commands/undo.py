"""`scrapy undo`: give the user's own notes back as they were before `scrapy publish --in-place`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.misc import load_object

from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Undoes a run."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is called."""
        return "[options]"

    def short_desc(self) -> str:
        """Say what it does."""
        return "Restore the notes that publish --in-place edited"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take the number of a run."""
        super().add_options(parser)
        parser.add_argument("--run", type=int, metavar="N", help="the run to undo (default: the last not undone)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Restore the notes; exit with 1 where one could not be."""
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before it calls
        if args:
            raise UsageError(f"undo takes no {args[0]!r}")
        try:
            report = load_object(self.settings["UNDO"])(self.settings, opts.run)
        except UserError as error:
            print(f"notemend: {error}", file=sys.stderr)
            self.exitcode = 1
            return
        for line in report.left_alone:
            print(f"notemend: {line}", file=sys.stderr)
        print(report.summary)
        self.exitcode = 1 if report.failed else 0
