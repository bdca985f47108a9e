"""Spider that checks one shard of a run, in a process of its own (`python -m crawler.spiders.shard DESCRIPTOR`)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from crawler.cli import masked_log
from crawler.executors.child import Parent
from crawler.run.context import open_shard
from crawler.run.run import Stages
from crawler.run.stages.link_stages import CheckLinks
from crawler.run.summary import RunSummary
from crawler.scheduling.tasks import ShardSummary
from crawler.spiders.notes import NotesSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection
    from contextlib import AbstractContextManager

    from crawler.models.result import CheckResult
    from crawler.run.context import RunContext
    from crawler.run.run import Run
    from crawler.scheduling.tasks import ShardTask

POLL = 1.0
"""Seconds between two looks whether the run was interrupted."""


class ShardSpider(NotesSpider):
    """Checks the links of a shard; `brought` is what its run needs of it beside the saved results."""

    name = "shard"

    def __init__(self, task: ShardTask, report: Callable[[object], None] | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._task = task
        self._report = report
        self.brought = ShardSummary()

    def _open_context(self, kinds: Collection[str]) -> AbstractContextManager[RunContext]:  # noqa: ARG002 - the task says which
        return open_shard(self.crawler, self._task, self._interruption, self._report)

    def listen(self) -> None:
        """Ignore signals: the run tells its shards when it is interrupted, wherever they are."""

    def stages(self, context: RunContext) -> Stages:
        """Return the one stage of a shard."""
        return Stages(read=None, checks=(CheckLinks(context, is_retry=self._task.is_retry),))

    async def results(self, run: Run) -> AsyncIterator[CheckResult]:
        """Yield the results of the shard, unless its run was interrupted; release its hosts."""
        context, store = run.context, run.context.workspace.store
        watching = asyncio.ensure_future(self._end_with_run(context))
        try:
            if not store.is_stopping():
                await asyncio.sleep(context.take_hosts())
                async for result in run.results():
                    yield result
                context.release_hosts()
        finally:
            watching.cancel()
        self.brought = _summary(run)

    async def _end_with_run(self, context: RunContext) -> None:
        """Interrupt this shard when its run is interrupted."""
        while not context.workspace.store.is_stopping():  # noqa: ASYNC110 - another process says so in the database
            await asyncio.sleep(POLL)
        self._interruption.set()

    def summarise(self, run: Run) -> RunSummary:  # noqa: ARG002 - the run shows the summary of all shards
        """Return no lines."""
        return RunSummary(())

    def quit(self, run: Run) -> None:
        """Go on: the process ends when it has sent its summary."""


def _summary(run: Run) -> ShardSummary:
    context = run.context
    return ShardSummary(
        failed=tuple(context.retries.failed),
        failed_again=tuple(context.retries.failed_again),
        reached=frozenset(context.connectivity.reached),
        unreachable=frozenset(context.connectivity.unreachable),
        responses=context.throttle.responses(),
        fetched_bytes=context.image_fetcher.fetched_bytes,
        image_store_problem=context.workspace.image_store.unavailable_reason,
        is_suspicious=run.outage is not None,
    )


def crawl_shard(task: ShardTask, report: Callable[[object], None] | None = None) -> ShardSummary:
    """Check the links of a shard and return its summary; only once in a process, as the reactor starts once."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.utils.project import get_project_settings

    masked_log.install()
    settings = get_project_settings()
    settings.setdict(dict(task.settings), priority="cmdline")
    without_progress = settings.getdict("EXTENSIONS") | {"crawler.cli.progress.progress.Progress": None}
    settings.set("EXTENSIONS", without_progress, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(ShardSpider)
    process.crawl(crawler, task=task, report=report)
    process.start(install_signal_handlers=False)
    spider = crawler.spider
    if not isinstance(spider, ShardSpider):
        return ShardSummary(error="a shard could not be started")  # Scrapy has logged why
    return ShardSummary(error=spider.error) if spider.error else spider.brought


def main() -> None:
    """Execute the task that the process of the run sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run tells its shards, wherever they are
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: F401 - takes a second, while there is no task yet

    parent = Parent(int(sys.argv[1]))
    task: ShardTask = parent.task
    parent.finish(crawl_shard(task, parent.send if task.one_by_one else None))


if __name__ == "__main__":
    main()
