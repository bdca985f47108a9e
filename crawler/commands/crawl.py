"""`scrapy crawl`: Scrapy's own, with one line for what only the user can mend, a summary, and a true exit code."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler.cli.exit_codes import EXIT_ERROR, EXIT_FOUND
from crawler.cli.interrupts import interrupts
from crawler.cli.terminal import print_error, print_parts
from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler, CrawlerProcessBase


class Command(crawl.Command):
    """Runs a spider."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options."""
        super().process_options(args, opts)
        gc.disable()  # until the run starts: nothing that is imported is garbage, and to look for some takes 0.1 s

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the named spider; exit with 2 when it says that it failed, with 1 when it found what FAIL_ON names."""
        if len(args) != 1:
            raise UsageError("name one spider: scrapy crawl notes")
        assert self.crawler_process is not None  # noqa: S101 - Scrapy sets it before it calls
        try:
            crawler = self._create_crawler(args[0])
        except KeyError:
            raise UsageError(
                f"no such spider: {args[0]}; there are {', '.join(self.crawler_process.spider_loader.list())}"
            ) from None
        except UserError as error:
            print_error(str(error))
            self.exitcode = EXIT_ERROR
            return
        crawler.settings.set("COMMAND", _words(args[0], opts), priority="cmdline")
        self.exitcode = run_to_its_end(self.crawler_process, crawler, **opts.spargs)


def run_to_its_end(process: CrawlerProcessBase, crawler: Crawler, **arguments: Any) -> int:
    """Run a spider, show what it found, and return the exit code."""
    interrupts.catch()  # before what takes long to import
    from crawler.spiders.notes import NotesSpider

    process.crawl(crawler, **arguments)
    gc.freeze()
    gc.enable()
    process.start(install_signal_handlers=False)
    spider = crawler.spider
    if not isinstance(spider, NotesSpider) or process.bootstrap_failed:
        return interrupts.exit_code or EXIT_ERROR  # Scrapy has said why
    if spider.error is not None:
        print_error(spider.error)
        return interrupts.exit_code or EXIT_ERROR
    print_parts(spider.summary)
    if spider.fail_on_message is not None:
        print_error(spider.fail_on_message)
        return EXIT_FOUND
    return 0


def _words(spider: str, opts: argparse.Namespace) -> list[str]:
    """Return the words that start the same crawl again."""
    words = ["crawl", spider]
    words += [word for each in opts.set for word in ("-s", each)]
    words += [word for name, value in opts.spargs.items() for word in ("-a", f"{name}={value}")]
    words += [
        word for name in ("logfile", "loglevel") if (value := getattr(opts, name)) for word in (f"--{name}", value)
    ]
    return words + ["--nolog"] * opts.nolog
