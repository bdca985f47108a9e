"""Spider that executes a run (`crawler.run`) over the links of a notes folder."""

from __future__ import annotations

import gc
import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar, Self

from scrapy import Spider, signals
from scrapy.exceptions import CloseSpider

from crawler.cli.interrupts import interrupts
from crawler.config.crawl_options import options_of, read_options
from crawler.errors import UserError
from crawler.kinds.registry import kind_names, kinds_named
from crawler.link_checking.result_queue import pipelines_idle
from crawler.messages import say
from crawler.run.context import open_context
from crawler.run.interruption import Interruption
from crawler.run.run import Run, Stages
from crawler.run.shards import check_stages
from crawler.run.stages.last_stages import AskArchive, LookUpPublications, Publish
from crawler.run.stages.link_stages import ReadNotes
from crawler.run.summary import OutputForm, interrupted_line, summarise_run
from crawler.signals import run_opened
from crawler.text import describe_os_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from crawler.cli.terminal import Line, Table
    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.result import CheckResult
    from crawler.run.context import RunContext
    from crawler.run.summary import RunSummary
    from crawler.store.link_store import LinkStore


class NotesSpider(Spider):
    """Checks the links of a notes folder."""

    name = "notes"
    kinds: ClassVar[str] = ""
    """Kinds of links to check, separated by commas; empty: all."""

    def __init__(self, notes: str | None = None, only: str | None = None, **unknown: Any) -> None:
        super().__init__()
        self.notes = notes
        self._only = only if only is not None else self.kinds
        self._unknown = sorted(unknown)
        self._resources = ExitStack()
        self._interruption = Interruption()
        self.error: str | None = "run interrupted"
        """Why the run failed, as one line; None if it succeeded."""
        self.summary: Sequence[str | Line | Table] = ()
        """The summary of the run."""
        self.fail_on_message: str | None = None
        """The links that newly have a verdict of FAIL_ON, as one line; None if there are none."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Check the user's settings, and set Scrapy's settings for DOWNLOAD_DELAYS and the User-Agent."""
        super().update_settings(settings)
        options = read_options(settings, kind_names()).requests
        settings.set("USER_AGENT", options.user_agent, priority="spider")
        settings.set("DOWNLOAD_DELAY", options.delay("*"), priority="spider")
        slots = {host: {"delay": delay} for host, delay in options.delays.items() if host != "*"}
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider; `-a notes=DIR` overrides NOTES_DIR."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.notes is not None:
            crawler.settings.set("NOTES_DIR", spider.notes, priority="cmdline")
        return spider

    def stages(self, context: RunContext) -> Stages:
        """Return the stages of the run."""
        from pipelines.reports.notices.webhook import notify
        from pipelines.reports.publish import publish

        return Stages(
            read=ReadNotes(context.workspace),
            checks=check_stages(context),
            requests=(
                AskArchive(context),
                LookUpPublications(context, _look_up_papers, _look_up_titles),
            ),
            outputs=(Publish(context, publish), Publish(context, notify)),
        )

    async def start(self) -> AsyncIterator[CheckResult]:
        """Yield the results of the run; set `summary`, `fail_on_message` and `error`.

        Requests go to Scrapy's downloader directly, since the link database is the queue (see docs/architecture.md).
        """
        self.listen()
        try:
            run = self._open()
            async for result in self.results(run):
                yield result
            if self._interruption.is_set:
                await pipelines_idle(self.crawler)
                self.quit(run)
            summary = self.summarise(run)
            self.summary, self.fail_on_message, self.error = summary.lines, summary.fail_on_message, summary.error
        except UserError as error:
            self.error = str(error)
        except OSError as error:  # such as a full disk or an unmounted folder
            self.error = describe_os_error(error)
        except Exception as error:  # noqa: BLE001 - a traceback on the screen helps no user
            from crawler.cli.unforeseen_errors import explain

            self.error = explain(error, options_of(self.crawler))
        if self.error is not None:
            if self._interruption.is_set and interrupts.number:
                interrupts.end(self.error)
            await pipelines_idle(self.crawler)
            raise CloseSpider("failed")

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Close database, image store and executor after the last result was saved."""
        self._resources.close()

    def summarise(self, run: Run) -> RunSummary:
        """Return the summary of the run."""
        return summarise_run(run, OutputForm.of(self.settings))

    def check_outputs(self) -> None:
        """Raise UserError if an output cannot be written where it should be."""
        from pipelines.reports.publish import check_outputs

        check_outputs(options_of(self.crawler))

    def _open(self) -> Run:
        """Return the run, with its context opened and passed to Scrapy's components by `run_opened`."""
        if self._unknown:
            raise UserError(say("error.spider_argument", name=self._unknown[0]))
        self.check_outputs()
        kinds = kinds_named(self._only)
        logging.getLogger("scrapy").setLevel(self.settings["LOG_LEVEL"])  # saves creating records that are not shown
        gc.freeze()  # imported objects live until the end; scanning them repeatedly takes 10 % of a run (measured)
        gc.set_threshold(10_000, 20, 20)
        context = self._resources.enter_context(self._open_context(kinds))
        run = Run(self.crawler, context, self.stages(context))
        self.crawler.signals.connect(context.queue.item_dropped, signals.item_dropped)
        self.crawler.signals.connect(context.queue.item_failed, signals.item_error)
        arguments = {
            "store": context.workspace.store,
            "image_store": context.workspace.image_store,
            "turns": context.turns,
            "bodies": context.bodies,
            "queue": context.queue,
        }
        self.crawler.signals.send_catch_log(run_opened, run=run, **arguments)
        return run

    def _open_context(self, kinds: Collection[str]) -> AbstractContextManager[RunContext]:
        return open_context(self.crawler, kinds, self._interruption)

    def listen(self) -> None:
        """End the run at the first signal."""
        interrupts.call_on_signal(self._interruption.set)

    def results(self, run: Run) -> AsyncIterator[CheckResult]:
        """Yield the results of the run."""
        return run.results()

    def quit(self, run: Run) -> None:
        """Close all resources, print how many links were checked, and end the process without waiting for threads."""
        line = interrupted_line(run)
        self._resources.close()
        interrupts.end(line)


def _look_up_papers(options: CrawlOptions, store: LinkStore, now: datetime, time_left: Callable[[], float]) -> None:
    """Look up the mentioned papers in bibliographies, if there are any."""
    if store.has_papers():
        from pipelines.venues.citation_stage import look_up_papers

        look_up_papers(options, store, now, time_left)


def _look_up_titles(options: CrawlOptions, store: LinkStore, now: datetime, time_left: Callable[[], float]) -> None:
    """Look up the papers that notes list without a link, if there are any."""
    if store.has_bare_titles():
        from pipelines.works.title_stage import search_titles

        search_titles(options, store, now, time_left)
