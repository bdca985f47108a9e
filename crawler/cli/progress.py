"""Shows how far a run is: over and over on a terminal, elsewhere in a line every five minutes. It only watches."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from scrapy import signals

from crawler.cli.eta import Rate, RunProgress, format_duration
from crawler.cli.interrupts import interrupts
from crawler.cli.terminal import live, print_error
from crawler.errors import UserError
from crawler.signals import run_opened

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Iterable, Iterator

    from scrapy.crawler import Crawler

    from crawler.cli.display import Display
    from crawler.models.result import CheckResult

MOST = 4
"""Hosts named at a time."""

COUNTED = 5.0
"""Seconds after which the store is asked anew at the earliest: other workers look at links, too."""

SHARE = 0.02
"""How much of the time asking it may take."""


class RunProgressSource(Protocol):
    """What is shown of a run."""

    @property
    def stage(self) -> str:
        """What the run is doing."""

    @property
    def is_checking(self) -> bool:
        """Whether that is to check the links that `counts` counts."""

    @property
    def time_left(self) -> float:
        """Seconds until no request is sent any more."""

    def counts(self) -> Iterable[tuple[str, str, int, int]]:
        """Yield kind and host with the links that this run is to check, and how many it has."""

    def seconds_each(self, kind: str, host: str) -> float:
        """Return how long a link of a host takes at least."""

    def resting(self) -> list[tuple[str, float]]:
        """Return the hosts that are left alone now, with the seconds that is so, infinite for the rest of the night."""


class Progress:
    """Draws a few lines that are drawn over at the next time, or prints one every five minutes."""

    draw_interval: ClassVar[float] = 0.5
    print_interval: ClassVar[float] = 300.0
    slow_after: ClassVar[float] = 3.0
    """Seconds without an answer from which a host is named."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._run_progress = RunProgress()
        self._rate = Rate()
        self._display = _open_display() if live(sys.stderr) else None
        self._task: Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to the run's beginning and end, and to each result that is safe."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.run_opened, run_opened)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        """Take the terminal."""
        if self._display is not None:
            interrupts.before_end(self._display.stop)
            self._display.start()

    def run_opened(self, run: RunProgressSource) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch(run))

    def item_scraped(self, item: CheckResult) -> None:
        """Count a link."""
        self._run_progress.record(item.link)

    def spider_closed(self) -> None:
        """Leave the terminal as it was."""
        if self._task is not None:
            self._task.cancel()
        if self._display is not None:
            self._display.stop()

    async def _watch(self, run: RunProgressSource) -> None:
        counted = -math.inf
        self._rate.update(time.monotonic(), 0)
        while True:
            await asyncio.sleep(self.print_interval if self._display is None else self.draw_interval)
            if run.is_checking and time.monotonic() >= counted:
                began = time.monotonic()
                with suppress(UserError):  # the run itself says what is wrong with its store
                    self._run_progress = await asyncio.to_thread(
                        lambda: RunProgress.from_counts(run.counts(), run.seconds_each)
                    )
                ended = time.monotonic()
                counted = ended + max(COUNTED, (ended - began) / SHARE)
            lines = list(self._lines(run))
            if self._display is None:
                print_error("; ".join(lines))
            else:
                self._display.draw(lines, self._run_progress)

    def _lines(self, run: RunProgressSource) -> Iterator[str]:
        """Say what the run does, how far it is and how long it will take, and who keeps it waiting."""
        done, due = self._run_progress.done.total(), self._run_progress.due.total()
        rate = self._rate.update(time.monotonic(), done)
        if not due or not run.is_checking:
            yield run.stage
        else:
            yield f"{run.stage}: {done:,} of {due:,} links, {rate:.1f} a second, {self._time_left(run, rate)}"
        if due:
            if slow := [f"{host} ({format_duration(seconds)})" for host, seconds in self._slow()[:MOST]]:
                yield f"waiting for {', '.join(slow)}"
            if resting := [_until(*each) for each in run.resting()[:MOST]]:
                yield f"left alone: {', '.join(resting)}"

    def _time_left(self, run: RunProgressSource, rate: float) -> str:
        seconds, host = self._run_progress.time_left(rate, run.seconds_each, run.resting())
        if run.time_left < seconds:
            return f"{format_duration(run.time_left)} left of RUN_TIMEOUT"
        return f"about {format_duration(seconds)} left" + (f" for {host}" if host else "")

    def _slow(self) -> list[tuple[str, float]]:
        """Return the hosts of which no request was answered for a while, the slowest first."""
        assert self._crawler.engine is not None  # noqa: S101 - it runs
        now = time.monotonic()
        slots = self._crawler.engine.downloader.slots.items()
        waiting = [(host, now - slot.lastseen) for host, slot in slots if slot.transferring and ":" not in host]
        return sorted((each for each in waiting if each[1] >= self.slow_after), key=lambda each: -each[1])


def _open_display() -> Display:
    from crawler.cli.display import Display

    return Display()


def _until(host: str, seconds: float) -> str:
    return f"{host} ({'until the next run' if math.isinf(seconds) else format_duration(seconds)})"
