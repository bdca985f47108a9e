"""Results from the moment that they are known until they are safe in the store."""

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

AT_ONCE = 1024
"""Links handed out at a time, over all hosts: few kB each, and 64 slow hosts do not stop the others."""

WAIT = 0.05
"""Seconds that are waited at a time for results to be saved, where no event tells of it."""


class ResultQueue:
    """Passes results on to the pipelines, and wakes who waits for something to happen in the run."""

    def __init__(self) -> None:
        self.saved_count = 0
        """Results that passed all pipelines."""
        self._waiting: deque[CheckResult] = deque()
        self._saving: set[str] = set()  # URLs of results that were passed on and are not yet safe in the store
        self._news = asyncio.Event()
        self._error: BaseException | None = None
        self._saved_callbacks: list[Callable[[Link], None]] = []

    @property
    def is_full(self) -> bool:
        """Return whether lookups should wait until more of what they found is safe."""
        return len(self._waiting) + len(self._saving) > AT_ONCE

    @property
    def is_empty(self) -> bool:
        """Return whether every result was passed on and is safe."""
        return not (self._waiting or self._saving)

    def put(self, results: Iterable[CheckResult]) -> None:
        """Add results to be passed on."""
        self._waiting += results
        self.notify()

    def take(self) -> Iterator[CheckResult]:
        """Yield what is to be passed on now; each is being saved from then on."""
        while self._waiting:
            result = self._waiting.popleft()
            self._saving.add(result.link.url)
            yield result

    def notify(self) -> None:
        """Wake who waits."""
        self._news.set()

    async def wait(self, seconds: float = math.inf) -> None:
        """Wait until something has happened, or so many seconds; raise the error that ends the run."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), None if math.isinf(seconds) else seconds)
        self._news.clear()
        if self._error is not None:
            raise self._error

    def fail(self, error: BaseException | None) -> None:
        """End the run with an error: `wait` raises it."""
        self._error = error
        self.notify()

    def on_saved(self, callback: Callable[[Link], None]) -> None:
        """Call a function for each link whose result is safe."""
        self._saved_callbacks.append(callback)

    def item_saved(self, item: CheckResult) -> None:
        """Take note that a result has left the pipelines (a receiver of Scrapy's signals)."""
        self.saved_count += 1
        self._saving.discard(item.link.url)
        for callback in self._saved_callbacks:
            callback(item.link)
        self.notify()

    def item_failed(self, failure: Failure, item: CheckResult) -> None:
        """End the run when a result cannot be kept: going on would only lose more (a receiver of Scrapy's signals)."""
        self._saving.discard(item.link.url)
        self.fail(failure.value)


async def pipelines_idle(crawler: Crawler) -> None:
    """Wait until no result is in a pipeline: Scrapy would wait for it for ever when it closes.

    Its signals come a moment before a result has left the last pipeline.
    """
    assert crawler.engine is not None  # noqa: S101 - it is the engine that runs this
    while (slot := crawler.engine.scraper.slot) is not None and slot.itemproc_size:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(WAIT)
