"""Write results to the store in batches."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from crawler.signals import run_opened

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.link_checking.result_queue import ResultQueue
    from crawler.models.result import CheckResult
    from crawler.store.link_store import LinkStore

BATCH = 64
DELAY = 0.1
"""Results per transaction, and seconds that the first waits for others: a killed run loses one batch at most."""


class StorePipeline:
    """Writes results to the store; an item leaves the pipeline when its transaction is committed."""

    _store: LinkStore
    _queue: ResultQueue

    def __init__(self) -> None:
        self._batch: list[CheckResult] = []
        self._is_written: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline; it gets store and queue with the signal `run_opened`."""
        pipeline = cls()
        crawler.signals.connect(pipeline.run_opened, run_opened)
        return pipeline

    def run_opened(self, store: LinkStore, queue: ResultQueue) -> None:
        """Set the store of the run, and the queue from which the results come."""
        self._store = store
        self._queue = queue

    async def process_item(self, item: CheckResult) -> CheckResult:
        """Return the result once its batch is written; raise the error of the transaction if that fails."""
        loop = asyncio.get_running_loop()
        self._batch.append(item)
        if self._is_written is None:
            self._is_written = loop.create_future()
            self._timer = loop.call_later(DELAY, self._write)
        written = self._is_written
        if len(self._batch) >= BATCH:
            self._write()
        await asyncio.shield(written)
        return item

    def _write(self) -> None:
        batch, written, timer = self._batch, self._is_written, self._timer
        self._batch, self._is_written, self._timer = [], None, None
        if timer is not None:
            timer.cancel()
        if written is None:
            return
        try:
            self._store.save(batch)
        except Exception as error:  # noqa: BLE001 - raised again for every item of the batch
            written.set_exception(error)
        else:
            written.set_result(None)
            self._queue.saved(batch)
