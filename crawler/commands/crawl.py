"""`notemend crawl`: Scrapy's command with one-line errors, a summary and exit codes."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler.cli import masked_log
from crawler.cli.exit_codes import EXIT_ERROR, EXIT_FOUND
from crawler.cli.interrupts import interrupts
from crawler.cli.terminal import prepare_streams, print_error, print_parts
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler, CrawlerProcessBase


class Command(crawl.Command):
    """Runs a spider."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options."""
        super().process_options(args, opts)
        gc.disable()  # until the run starts: imports create no garbage, and scanning for it takes 0.1 s

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run a spider; exit with 2 if the run failed, with 1 if a link newly has a verdict of FAIL_ON."""
        if len(args) != 1:
            raise UsageError(say("error.one_spider"))
        assert self.crawler_process is not None  # noqa: S101 - set by Scrapy
        if "notes" in opts.spargs:  # the settings beside these notes count
            self.crawler_process.settings.set("NOTES_DIR", opts.spargs["notes"], priority="cmdline")
        try:
            crawler = self._create_crawler(args[0])
        except KeyError:
            valid = ", ".join(self.crawler_process.spider_loader.list())
            raise UsageError(say("error.unknown_spider", name=args[0], valid=valid)) from None
        except UserError as error:
            print_error(str(error))
            self.exitcode = EXIT_ERROR
            return
        self.exitcode = run_spider(self.crawler_process, crawler, **opts.spargs)


def run_spider(process: CrawlerProcessBase, crawler: Crawler, **arguments: Any) -> int:
    """Run a spider, print its summary or error, and return the exit code."""
    interrupts.catch()  # before imports that take long
    prepare_streams()
    masked_log.install()
    from crawler.spiders.notes import NotesSpider

    process.crawl(crawler, **arguments)
    gc.freeze()
    gc.enable()
    process.start(install_signal_handlers=False)
    gc.freeze()  # the interpreter scans all objects several times when it ends: 0.1 s
    spider = crawler.spider
    if not isinstance(spider, NotesSpider) or process.bootstrap_failed:
        return interrupts.exit_code or EXIT_ERROR  # Scrapy has logged why
    if spider.error is not None:
        print_error(spider.error)
        return interrupts.exit_code or EXIT_ERROR
    try:
        print_parts(spider.summary)
    except UserError as error:
        print_error(str(error))
        return EXIT_ERROR
    if spider.fail_on_message is not None:
        print_error(spider.fail_on_message)
        return EXIT_FOUND
    return 0
