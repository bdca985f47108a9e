"""Write results to the store in batches."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from crawler.errors import UserError
from crawler.models.check import Check, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.signals import run_opened
from crawler.store.database import UnstorableError
from crawler.text import describe_error
from pipelines.items.verdict import VerdictPipeline

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.link_checking.result_queue import ResultQueue
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)

BATCH = 64
DELAY = 0.1
"""Results per transaction, and seconds that the first waits for others: a killed run loses one batch at most."""


class StorePipeline:
    """Writes results to the store; an item leaves the pipeline when its transaction is committed."""

    _store: LinkStore
    _queue: ResultQueue

    def __init__(self, verdicts: VerdictPipeline) -> None:
        self._verdicts = verdicts
        self._batch: list[CheckResult] = []
        self._is_written: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline; it gets store and queue with the signal `run_opened`."""
        pipeline = cls(VerdictPipeline.from_crawler(crawler))
        crawler.signals.connect(pipeline.run_opened, run_opened)
        return pipeline

    def run_opened(self, store: LinkStore, queue: ResultQueue) -> None:
        """Set the store of the run, and the queue from which the results come."""
        self._store = store
        self._queue = queue

    async def process_item(self, item: CheckResult) -> CheckResult:
        """Return the result once its batch is written; end the run if that fails.

        The error is not raised, since Scrapy would log it for each result of the batch.
        """
        loop = asyncio.get_running_loop()
        self._batch.append(item)
        if self._is_written is None:
            self._is_written = loop.create_future()
            self._timer = loop.call_later(DELAY, self._write)
        written = self._is_written
        if len(self._batch) >= BATCH:
            self._write()
        try:
            await asyncio.shield(written)
        except Exception as error:  # noqa: BLE001 - the run ends with it
            self._queue.not_saved(item, error)
        return item

    def _write(self) -> None:
        batch, written, timer = self._batch, self._is_written, self._timer
        self._batch, self._is_written, self._timer = [], None, None
        if timer is not None:
            timer.cancel()
        if written is None:
            return
        try:
            self._save(batch)
        except Exception as error:  # noqa: BLE001 - raised again for every item of the batch
            written.set_exception(error)
        else:
            written.set_result(None)
            self._queue.saved(batch)

    def _save(self, batch: list[CheckResult]) -> None:
        """Save results in one transaction; if a value of one cannot be stored, each in one of its own."""
        try:
            self._store.save(batch)
        except Exception as error:  # whatever a driver raises for a value
            if not _is_of_value(error):
                raise
            for result in batch:
                self._save_alone(result)

    def _save_alone(self, result: CheckResult) -> None:
        """Save a result; if a value of it cannot be stored, only that, with a warning. The link keeps its verdict."""
        try:
            self._store.save([result])
        except Exception as error:  # as above
            if not _is_of_value(error):
                raise
            check = Check(Outcome.SKIPPED, Reason(ReasonCode.UNSTORABLE), datetime.now(UTC), result.check.how)
            bare = CheckResult(result.link, check, history=result.history)
            self._store.save([self._verdicts.process_item(bare)])
            cause = str(error) if isinstance(error, UnstorableError) else describe_error(error)
            logger.warning("%s: result set aside: %s", result.link.url, cause)


def _is_of_value(error: Exception) -> bool:
    """Return whether an error is that of a value, and not of the database, a disk or another process."""
    return isinstance(error, UnstorableError) or not isinstance(error, UserError | OSError)
