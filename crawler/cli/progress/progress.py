"""Extension that shows the progress of a run: updated on a terminal, else one line on stderr every minute."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from scrapy import signals

from crawler.cli.interrupts import interrupts
from crawler.cli.progress.eta import Rate, RunProgress
from crawler.cli.terminal import is_live, print_error
from crawler.config.sources import settings_file
from crawler.errors import UserError
from crawler.messages import format_duration, say
from crawler.signals import notes_read, run_opened

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Callable, Iterable, Iterator

    from scrapy.crawler import Crawler

    from crawler.cli.progress.display import Display
    from crawler.models.link import Link

MAX_NAMED = 4
"""Hosts named in a line."""

COUNT_INTERVAL = 5.0
"""Minimum seconds between two counts in the link database, for links that other workers check."""

COUNT_TIME_SHARE = 0.02
"""Maximum share of the time that counting takes."""


class RunProgressSource(Protocol):
    """A run, as far as its progress is shown."""

    @property
    def stage(self) -> str:
        """Name of the present stage."""

    @property
    def is_checking(self) -> bool:
        """Whether this stage checks the links that `counts` counts."""

    @property
    def time_left(self) -> float:
        """Seconds until RUN_TIMEOUT."""

    def counts(self) -> Iterable[tuple[str, str, int, int]]:
        """Yield kind, host, number of links to check in this run, and number of links checked."""

    def note_count(self) -> int:
        """Return the number of notes with links."""

    def seconds_each(self, kind: str, host: str) -> float:
        """Return the minimum seconds for one link of a kind and host."""

    def on_saved(self, callback: Callable[[Link], None]) -> None:
        """Call a function with the link of each saved result."""

    def paused_hosts(self) -> list[tuple[str, float]]:
        """Return the hosts that get no requests now, with the seconds, infinite for the rest of the run."""


class Progress:
    """Draws the progress on a terminal, or prints a line at intervals, unless only what is wrong is asked for."""

    draw_interval: ClassVar[float] = 0.5
    print_interval: ClassVar[float] = 60.0
    slow_after: ClassVar[float] = 3.0
    """Seconds without a response after which a host is named."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._is_quiet = crawler.settings.getbool("_QUIET")
        self._run_progress = RunProgress()
        self._rate = Rate()
        self._display = _open_display() if is_live(sys.stderr) else None
        self._task: Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals for the start and end of the run."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.run_opened, run_opened)
        if crawler.settings.getbool("_ANNOUNCE"):
            crawler.signals.connect(extension.notes_read, notes_read)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        """Start the display."""
        if self._display is not None:
            interrupts.call_before_end(self._display.stop)
            self._display.start()

    def run_opened(self, run: RunProgressSource) -> None:
        """Start to count checked links, and to show the progress of a run."""
        run.on_saved(self._count)
        if self._display is not None or not self._is_quiet:
            self._task = asyncio.create_task(self._watch(run))

    def notes_read(self, run: RunProgressSource) -> None:
        """Print which settings are used, what the run is going to do, and how long that takes at least."""
        if (file := settings_file(self._crawler.settings)) is not None:
            print_error(say("opening_settings", file=file.shown))
        print_error(opening(run))

    def _count(self, link: Link) -> None:
        self._run_progress.record(link)

    def spider_closed(self) -> None:
        """Stop the display and restore the terminal."""
        if self._task is not None:
            self._task.cancel()
        if self._display is not None:
            self._display.stop()

    async def _watch(self, run: RunProgressSource) -> None:
        next_count = -math.inf
        self._rate.update(time.monotonic(), 0)
        while True:
            await asyncio.sleep(self.print_interval if self._display is None else self.draw_interval)
            if run.is_checking and time.monotonic() >= next_count:
                began = time.monotonic()
                with suppress(UserError):  # the run reports errors of its database
                    self._run_progress = await asyncio.to_thread(
                        lambda: RunProgress.from_counts(run.counts(), run.seconds_each)
                    )
                ended = time.monotonic()
                next_count = ended + max(COUNT_INTERVAL, (ended - began) / COUNT_TIME_SHARE)
            lines = list(self._lines(run))
            if self._display is None:
                print_error(say("between_parts").join(lines))
            else:
                self._display.draw(lines, self._run_progress)

    def _lines(self, run: RunProgressSource) -> Iterator[str]:
        """Yield stage, links checked and remaining time; the hosts that take longest; those waited for, or paused."""
        done, due = self._run_progress.done.total(), self._run_progress.due.total()
        rate = self._rate.update(time.monotonic(), done)
        stage = say(f"stage.{run.stage}")
        if not due or not run.is_checking:
            yield stage
        else:
            left = self._time_left(run, rate)
            yield say("progress_links", stage=stage, done=done, due=due, rate=rate, left=left)
            yield from _listed("slowest_hosts", self._hosts_left(run))
        if due:
            slow = (f"{host} ({format_duration(seconds)})" for host, seconds in self._slow_hosts())
            yield from _listed("progress_waiting", slow)
            yield from _listed("progress_paused", (_paused_host(*each) for each in run.paused_hosts()))

    def _hosts_left(self, run: RunProgressSource) -> Iterator[str]:
        """Yield links checked and due, and the time left, of the hosts that take longest."""
        for each in self._run_progress.slowest_hosts(run.seconds_each, run.paused_hosts()):
            if not math.isinf(each.seconds):  # such a host is among the paused ones
                time_left = format_duration(each.seconds)
                yield say("progress_host", host=each.host, done=each.done, due=each.due, time=time_left)

    def _time_left(self, run: RunProgressSource, rate: float) -> str:
        """Return the estimated remaining time, or that until RUN_TIMEOUT if it is shorter."""
        seconds, host = self._run_progress.time_left(rate, run.seconds_each, run.paused_hosts())
        if run.time_left < seconds:
            return say("progress_timeout", time=format_duration(run.time_left))
        return say("progress_left_host" if host else "progress_left", time=format_duration(seconds), host=host)

    def _slow_hosts(self) -> list[tuple[str, float]]:
        """Return the hosts with active requests and no response for `slow_after` seconds, the slowest first."""
        assert self._crawler.engine is not None  # noqa: S101 - the spider is open
        now = time.monotonic()
        slots = self._crawler.engine.downloader.slots.items()
        waiting = [(host, now - slot.lastseen) for host, slot in slots if slot.transferring and ":" not in host]
        return sorted((each for each in waiting if each[1] >= self.slow_after), key=lambda each: -each[1])


def opening(run: RunProgressSource) -> str:
    """Return how many notes and links there are, and about how long checking takes, for the slowest host."""
    progress = RunProgress.from_counts(run.counts(), run.seconds_each)
    notes, due = say("count_notes", n=run.note_count()), progress.due.total() - progress.done.total()
    if not due:
        return say("opening_none", notes=notes)
    seconds, host = progress.time_left(0, run.seconds_each)
    time_needed = ""
    if host and seconds >= 1:
        kind = next(kind for kind, name in progress.remaining if name == host)
        pace = run.seconds_each(kind, host)
        time_needed = say("opening_host", time=format_duration(seconds), host=host, seconds=pace)
    return say("opening", notes=notes, links=say("count_links", n=due), time=time_needed)


def _open_display() -> Display:
    from crawler.cli.progress.display import Display

    return Display()


def _paused_host(host: str, seconds: float) -> str:
    return f"{host} ({say('progress_next_run') if math.isinf(seconds) else format_duration(seconds)})"


def _listed(key: str, items: Iterable[str]) -> Iterator[str]:
    """Yield the text with the first items; none without items."""
    if named := list(islice(items, MAX_NAMED)):
        yield say(key, list=say("comma").join(named))
