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


@dataclass(slots=True)
class RunProgress:
    """Links checked and due by kind, and remaining links of the `MAX_HOSTS` slowest hosts, by kind and host."""

    done: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    remaining: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def from_counts(
        cls, counts: Iterable[tuple[str, str, int, int]], seconds_each: Callable[[str, str], float]
    ) -> Self:
        """Return the sum of rows (kind, host, links due, links checked).

        `seconds_each` returns the minimum time of one link of a kind and host. Memory does not grow with the hosts.
        """
        progress = cls()

        def durations() -> Iterable[tuple[float, str, str, int]]:
            for kind, host, due, done in counts:
                progress.due[kind] += due
                progress.done[kind] += done
                yield (due - done) * seconds_each(kind, host), kind, host, due - done

        progress.remaining = {
            (kind, host): left for _, kind, host, left in heapq.nlargest(MAX_HOSTS, durations()) if left
        }
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
        waits = dict(paused)
        hosts: defaultdict[str, float] = defaultdict(float)
        closed = 0
        for (kind, host), left in self.remaining.items():
            if math.isinf(waits.get(host, 0)):
                closed += left
            elif left:
                hosts[host] += left * seconds_each(kind, host)
        busiest = max(((seconds + waits.get(host, 0), host) for host, seconds in hosts.items()), default=(0.0, ""))
        rest = self.due.total() - self.done.total() - closed
        at_this_rate = rest / rate if rate else 0.0
        return max(busiest, (at_this_rate, ""))


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


def format_duration(seconds: float) -> str:
    """Return seconds as a short text, rounded up: `40 s`, `12 min`, `2 h 5 min`."""
    if seconds < 100:  # noqa: PLR2004 - `90 s` is read as easily as `2 min`
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004 - minutes
