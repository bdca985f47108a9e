"""The queue of results from their check until they are saved in the store."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.models.link import Link
    from crawler.models.result import CheckResult

MAX_IN_FLIGHT = 1024
"""Maximum number of links being checked; they take few kB each, and 64 slow hosts do not block the others."""

POLL_SECONDS = 0.05
"""Interval for polling whether results are saved, if no event tells of it."""


class ResultQueue:
    """Passes results to the pipelines, and wakes the stage that waits for events of the run."""

    def __init__(self) -> None:
        self.saved_count = 0
        """Number of results that are saved, or were dropped by a pipeline."""
        self._waiting: deque[CheckResult] = deque()
        self._saving: set[str] = set()  # URLs of results in the pipelines
        self._event = asyncio.Event()
        self._error: BaseException | None = None
        self._saved_callbacks: list[Callable[[Link], None]] = []

    @property
    def is_full(self) -> bool:
        """Return whether lookups should wait until more results are saved."""
        return len(self._waiting) + len(self._saving) > MAX_IN_FLIGHT

    @property
    def is_empty(self) -> bool:
        """Return whether all results are saved."""
        return not (self._waiting or self._saving)

    def put(self, results: Iterable[CheckResult]) -> None:
        """Add results for the pipelines."""
        self._waiting += results
        self.notify()

    def take(self) -> Iterator[CheckResult]:
        """Yield the waiting results; each counts as being saved from then on."""
        while self._waiting:
            result = self._waiting.popleft()
            self._saving.add(result.link.url)
            yield result

    def notify(self) -> None:
        """Wake the caller of `wait`."""
        self._event.set()

    async def wait(self, seconds: float = math.inf) -> None:
        """Wait for `notify`, at most `seconds`; raise the exception given to `fail`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), None if math.isinf(seconds) else seconds)
        self._event.clear()
        if self._error is not None:
            raise self._error

    def fail(self, error: BaseException | None) -> None:
        """End the run: `wait` raises the exception."""
        self._error = error
        self.notify()

    def on_saved(self, callback: Callable[[Link], None]) -> None:
        """Call a function with the link of each saved result."""
        self._saved_callbacks.append(callback)

    def saved(self, results: Iterable[CheckResult]) -> None:
        """Record that results are saved.

        The pipeline calls it: Scrapy's signal for items starts a task for each item and receiver, which takes as long
        as to save the item (measured).
        """
        for result in results:
            self.saved_count += 1
            self._saving.discard(result.link.url)
            for callback in self._saved_callbacks:
                callback(result.link)
        self.notify()

    def item_dropped(self, item: CheckResult) -> None:
        """Count a result that a pipeline drops as saved (receives Scrapy's item_dropped)."""
        self.saved([item])

    def item_failed(self, failure: Failure, item: CheckResult) -> None:
        """End the run if a result cannot be saved, as all others would be lost too (receives Scrapy's item_error)."""
        self.not_saved(item, failure.value)

    def not_saved(self, result: CheckResult, error: BaseException | None) -> None:
        """End the run with an error: a result could not be saved."""
        self._saving.discard(result.link.url)
        self.fail(error)


async def pipelines_idle(crawler: Crawler) -> None:
    """Wait until no result is in a pipeline; otherwise Scrapy never finishes closing the spider.

    Scrapy sends its signals shortly before a result has left the last pipeline.
    """
    assert crawler.engine is not None  # noqa: S101 - only called while the engine runs
    while (slot := crawler.engine.scraper.slot) is not None and slot.itemproc_size:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(POLL_SECONDS)
