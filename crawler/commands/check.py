"""`scrapy check FILE…`: look at the links of some notes before they are committed, beside the nightly store."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.cli.exit_codes import EXIT_ERROR
from crawler.cli.terminal import print_error
from crawler.commands.crawl import run_to_its_end
from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Checks the links of the notes that are named."""

    requires_project = True

    def syntax(self) -> str:
        """Say how it is called."""
        return "[options] FILE ..."

    def short_desc(self) -> str:
        """Say what it does."""
        return "Check the links of some notes only; write only to a cache"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the notes."""
        super().process_options(args, opts)
        if not args:
            raise UsageError("name the notes: notemend check FILE ...")
        gc.disable()  # as for crawl

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Check; exit with 1 where a link is dead (or what else FAIL_ON names), with 2 where it could not be done."""
        from crawler.spiders.check import CheckSpider

        assert self.crawler_process is not None  # noqa: S101 - Scrapy sets it before it calls
        try:
            crawler = self.crawler_process.create_crawler(CheckSpider)
        except UserError as error:
            print_error(str(error))
            self.exitcode = EXIT_ERROR
        else:
            self.exitcode = run_to_its_end(self.crawler_process, crawler, files=args)
