"""`notemend check FILE…`: check the links of some notes or of added lines, for example before a commit."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.cli.exit_codes import EXIT_ERROR
from crawler.cli.terminal import print_error
from crawler.commands.crawl import run_spider
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Checks the links of the given notes."""

    requires_project = True

    def syntax(self) -> str:
        """Return the arguments for the usage line."""
        return "[options] [FILE ...]"

    def short_desc(self) -> str:
        """Return the help text."""
        return "Check the links of some notes only; write only to a cache"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --since and --sarif."""
        super().add_options(parser)
        parser.add_argument(
            "--since", metavar="COMMIT", help="only links on lines added since a commit, such as origin/main"
        )
        parser.add_argument("--sarif", metavar="FILE", help="also write what is found as SARIF")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options; raise UsageError without arguments."""
        super().process_options(args, opts)
        if not args and opts.since is None:
            raise UsageError(say("error.no_files"))
        gc.disable()  # as for crawl

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the notes; exit with 1 if a link has a verdict of FAIL_ON (default: dead), with 2 after an error."""
        from crawler.spiders.check import CheckSpider

        assert self.crawler_process is not None  # noqa: S101 - set by Scrapy
        try:
            crawler = self.crawler_process.create_crawler(CheckSpider)
        except UserError as error:
            print_error(str(error))
            self.exitcode = EXIT_ERROR
        else:
            self.exitcode = run_spider(self.crawler_process, crawler, files=args, since=opts.since, sarif=opts.sarif)
