"""How far a run is, and how long the rest will take. Pure."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crawler.models.link import Link

BUSIEST = 100
"""Hosts of which it is known what is left: those that will take longest."""

WINDOW = 30.0
"""Seconds over which the rate is measured."""


@dataclass(slots=True)
class RunProgress:
    """Links done and due by kind, and what is left of the busiest hosts, by kind and host."""

    done: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    remaining: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def from_counts(
        cls, counts: Iterable[tuple[str, str, int, int]], seconds_each: Callable[[str, str], float]
    ) -> Self:
        """Gather from kind, host, due and done; memory does not grow with the number of hosts."""
        tally = cls()

        def counted() -> Iterable[tuple[float, str, str, int]]:
            for kind, host, due, done in counts:
                tally.due[kind] += due
                tally.done[kind] += done
                yield (due - done) * seconds_each(kind, host), kind, host, due - done

        tally.remaining = {(kind, host): left for _, kind, host, left in heapq.nlargest(BUSIEST, counted()) if left}
        return tally

    def record(self, link: Link) -> None:
        """Take note that a link was looked at."""
        self.done[link.kind] += 1
        self.due[link.kind] = max(self.due[link.kind], self.done[link.kind])  # what became due meanwhile
        if (left := self.remaining.get((link.kind, link.host))) is not None:
            self.remaining[link.kind, link.host] = max(0, left - 1)

    def time_left(
        self, rate: float, seconds_each: Callable[[str, str], float], resting: Iterable[tuple[str, float]] = ()
    ) -> tuple[float, str]:
        """Return how long the rest will take, and the host that decides it; empty where it is the rate that does.

        `rate` is in links a second. Who is left alone for the rest of the night takes no time.
        """
        waits = dict(resting)
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
    """Links a second, of late."""

    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def update(self, now: float, done: int) -> float:
        """Take note of how many are done by now (seconds of any clock); return the rate."""
        self._samples.append((now, done))
        while len(self._samples) > 2 and now - self._samples[1][0] >= WINDOW:  # noqa: PLR2004 - two ends
            self._samples.popleft()
        then, before = self._samples[0]
        return max(0, done - before) / (now - then) if now > then else 0.0


def format_duration(seconds: float) -> str:
    """Return a time as people say it, rounded up: `40 s`, `12 min`, `2 h 5 min`."""
    if seconds < 100:  # noqa: PLR2004 - up to there people say seconds
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004 - minutes
