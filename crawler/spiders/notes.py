"""Scrapy's face of a run (`crawler.run`) that checks the links of a folder of notes."""

from __future__ import annotations

import gc
import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from scrapy import Spider, signals
from scrapy.exceptions import CloseSpider

from crawler.cli.interrupts import interrupts
from crawler.config.crawl_options import read_options
from crawler.errors import UserError
from crawler.kinds.registry import kind_names, kinds_named
from crawler.link_checking.result_queue import pipelines_idle
from crawler.run.context import open_context
from crawler.run.interruption import Interruption
from crawler.run.run import Run, Stages
from crawler.run.stages import AskArchive, AskBibliographies, Publish, ReadNotes, check_stages
from crawler.run.summary import interrupted_line, summarise_run
from crawler.signals import run_opened
from pipelines.venues import citation_stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from crawler.cli.terminal import Table
    from crawler.models.result import CheckResult
    from crawler.run.context import RunContext
    from crawler.run.summary import RunSummary


class NotesSpider(Spider):
    """Crawls the links of a folder of notes."""

    name = "notes"
    kinds: ClassVar[str] = ""
    """Kinds to crawl, separated by commas; empty means all."""

    def __init__(self, notes: str | None = None, only: str | None = None, **unknown: Any) -> None:
        super().__init__()
        self.notes = notes
        self._only = only if only is not None else self.kinds
        self._unknown = sorted(unknown)
        self._resources = ExitStack()
        self._interruption = Interruption()
        self.error: str | None = "the run was broken off"
        """Why the run failed, in one line; None after a good run."""
        self.summary: Sequence[str | Table] = ()
        """What the run found, in a few lines."""
        self.fail_on_message: str | None = None
        """What it found that FAIL_ON asks for, in one line."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Check the user's settings and turn DOWNLOAD_DELAYS into Scrapy's terms."""
        super().update_settings(settings)
        options = read_options(settings, kind_names()).requests
        settings.set("USER_AGENT", options.user_agent, priority="spider")
        settings.set("DOWNLOAD_DELAY", options.delay("*"), priority="spider")
        slots = {host: {"delay": delay} for host, delay in options.delays.items() if host != "*"}
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Let `-a notes=DIR` stand above the setting."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.notes is not None:
            crawler.settings.set("NOTES_DIR", spider.notes, priority="cmdline")
        return spider

    def stages(self, context: RunContext) -> Stages:
        """Return the stages of the run."""
        from pipelines.reports.publish import publish

        return Stages(
            read=ReadNotes(context.workspace),
            rounds=check_stages(context),
            requests=(AskArchive(context), AskBibliographies(context, citation_stage.resolve)),
            outputs=(Publish(context, publish),),
        )

    async def start(self) -> AsyncIterator[CheckResult]:
        """Yield the results of the run, and say why it failed if it did.

        Requests go to Scrapy's downloader directly: the store is the queue, and Scrapy's scheduler would be another.
        """
        interrupts.call_on_signal(self._interruption.set)
        try:
            run = self._open()
            async for result in run.results():
                yield result
            if self._interruption.is_set:
                await pipelines_idle(self.crawler)
                self._quit(run)
            found = self.summarise(run)
            self.summary, self.fail_on_message, self.error = found.lines, found.fail_on_message, found.error
        except UserError as error:
            self.error = str(error)
        except OSError as error:  # a full disk, a folder that went away
            self.error = f"{error.filename or 'outputs'}: {error.strerror or error}"
        except Exception as error:
            self.error = f"the run was broken off: {error!r}"
            raise
        if self.error is not None:
            if self._interruption.is_set:
                interrupts.end(self.error)
            await pipelines_idle(self.crawler)
            raise CloseSpider("failed")

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Let go of store and threads when the last result is written."""
        self._resources.close()

    def summarise(self, run: Run) -> RunSummary:
        """Return what the run says of itself."""
        return summarise_run(run)

    def _open(self) -> Run:
        """Open what the run works with, and hand it to Scrapy's components."""
        if self._unknown:
            raise UserError(f"-a {self._unknown[0]}=: no such argument; there are notes and only")
        kinds = kinds_named(self._only)
        logging.getLogger("scrapy").setLevel(self.settings["LOG_LEVEL"])  # Scrapy makes records that nobody sees
        gc.freeze()  # what is there now stays: collecting it again and again would cost a tenth of the speed (measured)
        gc.set_threshold(10_000, 20, 20)
        context = self._resources.enter_context(
            open_context(self.crawler, kinds, self._interruption, is_finished=lambda: self.error is None)
        )
        run = Run(self.crawler, context, self.stages(context))
        for signal in (signals.item_scraped, signals.item_dropped):
            self.crawler.signals.connect(context.queue.item_saved, signal)
        self.crawler.signals.connect(context.queue.item_failed, signals.item_error)
        opened = {
            "store": context.workspace.store,
            "image_store": context.workspace.image_store,
            "turns": context.turns,
        }
        self.crawler.signals.send_catch_log(run_opened, run=run, **opened)
        return run

    def _quit(self, run: Run) -> NoReturn:
        """Let go of helpers and store, say how far the run came, and end the process without waiting for threads."""
        if run.context.worker_processes is not None:
            run.context.worker_processes.close(finished=False)
        line = "" if run.context.options.workers.parent_pipe else interrupted_line(run)
        self._resources.close()
        interrupts.end(line)
