"""Progress of a run, and estimate of the remaining time. Pure."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crawler.models.link import Link

MAX_HOSTS = 100
"""Hosts whose remaining links are counted: those that will take longest."""

WINDOW = 30.0
"""Seconds over which the rate is measured."""


@dataclass(frozen=True, slots=True)
class HostProgress:
    """Links of a host that are checked and due, and the seconds that the rest takes at its rate limit."""

    host: str
    done: int
    due: int
    seconds: float
    """Infinite if the host gets no more requests in this run."""


@dataclass(slots=True)
class RunProgress:
    """Links checked and due by kind, and links of the `MAX_HOSTS` slowest hosts, by kind and host."""

    done: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    remaining: dict[tuple[str, str], int] = field(default_factory=dict)
    _due_of: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def from_counts(
        cls, counts: Iterable[tuple[str, str, int, int]], seconds_each: Callable[[str, str], float]
    ) -> Self:
        """Return the sum of rows (kind, host, links due, links checked).

        `seconds_each` returns the minimum time of one link of a kind and host. Memory does not grow with the hosts.
        """
        progress = cls()

        def durations() -> Iterable[tuple[float, str, str, int, int]]:
            for kind, host, due, done in counts:
                progress.due[kind] += due
                progress.done[kind] += done
                yield (due - done) * seconds_each(kind, host), kind, host, due - done, due

        for _, kind, host, left, due in heapq.nlargest(MAX_HOSTS, durations()):
            if left:
                progress.remaining[kind, host], progress._due_of[kind, host] = left, due
        return progress

    def record(self, link: Link) -> None:
        """Count a link as checked."""
        self.done[link.kind] += 1
        self.due[link.kind] = max(self.due[link.kind], self.done[link.kind])  # links may become due during the run
        if (left := self.remaining.get((link.kind, link.host))) is not None:
            self.remaining[link.kind, link.host] = max(0, left - 1)

    def time_left(
        self, rate: float, seconds_each: Callable[[str, str], float], paused: Iterable[tuple[str, float]] = ()
    ) -> tuple[float, str]:
        """Return the remaining seconds, and the host that determines them; empty if the rate does.

        `rate` is in links per second. `paused` are the hosts that get no requests for some seconds; those with
        infinite seconds, paused for the rest of the run, do not count.
        """
        hosts = self.slowest_hosts(seconds_each, paused)
        closed = sum(each.due - each.done for each in hosts if math.isinf(each.seconds))
        busiest = next(((each.seconds, each.host) for each in hosts if not math.isinf(each.seconds)), (0.0, ""))
        rest = self.due.total() - self.done.total() - closed
        at_this_rate = rest / rate if rate else 0.0
        return max(busiest, (at_this_rate, ""))

    def slowest_hosts(
        self, seconds_each: Callable[[str, str], float], paused: Iterable[tuple[str, float]] = ()
    ) -> list[HostProgress]:
        """Return the hosts with links left, the one that takes longest first; `paused` as in `time_left`."""
        waits = dict(paused)
        seconds: defaultdict[str, float] = defaultdict(float)
        left, due = Counter[str](), Counter[str]()
        for (kind, host), count in self.remaining.items():
            seconds[host] += count * seconds_each(kind, host)
            left[host] += count
            due[host] += self._due_of[kind, host]
        hosts = (
            HostProgress(host, due[host] - count, due[host], seconds[host] + waits.get(host, 0))
            for host, count in left.items()
            if count
        )
        return sorted(hosts, key=lambda each: (-each.seconds, each.host))


@dataclass(slots=True)
class Rate:
    """Links checked per second over the last `WINDOW` seconds."""

    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def update(self, now: float, done: int) -> float:
        """Record the number of links checked until `now`, in seconds of a monotonic clock; return links per second."""
        self._samples.append((now, done))
        while len(self._samples) > 2 and now - self._samples[1][0] >= WINDOW:  # noqa: PLR2004 - both ends of the window
            self._samples.popleft()
        then, before = self._samples[0]
        return max(0, done - before) / (now - then) if now > then else 0.0
