"""`scrapy crawl`: Scrapy's own, with one line for what only the user can mend, a summary, and a true exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler.command import FAILED, FOUND
from crawler.errors import UserError
from crawler.spiders.notes import NotesSpider
from crawler.terminal import remark, show

if TYPE_CHECKING:
    import argparse


class Command(crawl.Command):
    """Runs a spider."""

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
            remark(str(error))
            self.exitcode = FAILED
            return
        crawler.settings.set("COMMAND", _words(args[0], opts), priority="cmdline")
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        spider = crawler.spider
        if not isinstance(spider, NotesSpider) or self.crawler_process.bootstrap_failed:
            self.exitcode = FAILED  # Scrapy has said why
        elif spider.error is not None:
            remark(spider.error)
            self.exitcode = FAILED
        else:
            show(spider.summary)
            if spider.alarm is not None:
                remark(spider.alarm)
                self.exitcode = FOUND


def _words(spider: str, opts: argparse.Namespace) -> list[str]:
    """Return the words that start the same crawl again."""
    words = ["crawl", spider]
    words += [word for each in opts.set for word in ("-s", each)]
    words += [word for name, value in opts.spargs.items() for word in ("-a", f"{name}={value}")]
    words += [
        word for name in ("logfile", "loglevel") if (value := getattr(opts, name)) for word in (f"--{name}", value)
    ]
    return words + ["--nolog"] * opts.nolog
