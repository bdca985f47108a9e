"""What a run has seen of each host: how slow it is, how often it refuses, and when it is left alone for the night."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from crawler.models.check import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawler.models.check import Check

MAX_WAIT = 120.0
"""Seconds that a Retry-After is waited for within a run; who asks for more is left for the next night."""

REFUSALS = 3
"""Refusals in a row after which a host is left alone for the rest of the night."""


class HostUnavailableError(IgnoreRequest):
    """A request was not sent: its host is left alone for now, for the rest of the night, or is another worker's."""

    def __init__(self, host: str, *, for_run: bool = False, leased: bool = False) -> None:
        super().__init__(host)
        self.host = host
        self.for_run = for_run
        self.leased = leased


@dataclass(slots=True)
class _HostState:
    answers: int = 0
    total_time: timedelta = timedelta(0)
    refusals: int = 0
    refusals_in_a_row: int = 0
    free_at: float = 0.0


class HostThrottle:
    """The hosts of one run: a breaker for each that opens when it keeps refusing, and the time that the run has.

    A refusal is a captcha, a wall, a 429 or any answer that asks to come back later: it says that we come too often.
    `clock` counts seconds, `deadline` is when the time budget is spent.
    """

    def __init__(self, clock: Callable[[], float], deadline: float = math.inf) -> None:
        self._clock = clock
        self._deadline = deadline
        self._hosts: defaultdict[str, _HostState] = defaultdict(_HostState)
        self._backed_off: set[str] = set()

    @property
    def time_left(self) -> float:
        """Return the seconds until nobody is asked any more."""
        return max(0.0, self._deadline - self._clock())

    def seconds_until_free(self, name: str) -> float:
        """Return the seconds that a host is to be left alone, infinite for the rest of the night."""
        now = self._clock()
        free_at = self._hosts[name].free_at if name in self._hosts else 0.0
        return math.inf if max(now, free_at) >= self._deadline else max(0.0, free_at - now)

    def record_answer(self, name: str, check: Check, retry_after: float | None = None) -> bool:
        """Take note of an answer; tell whether the host asks to come back, and this is worth it within the run."""
        host = self._hosts[name]
        host.answers += 1
        host.total_time += check.elapsed or timedelta(0)
        if check.outcome is not Outcome.BLOCKED and retry_after is None:
            host.refusals_in_a_row = 0
            return False
        host.refusals += 1
        host.refusals_in_a_row += 1
        if host.refusals_in_a_row >= REFUSALS or (retry_after or 0) > MAX_WAIT:
            self.open_circuit(name)
        elif retry_after is not None:
            self.back_off(name, retry_after)
        return retry_after is not None and not math.isinf(self.seconds_until_free(name))

    def back_off(self, name: str, seconds: float) -> None:
        """Leave a host alone for so many seconds, infinite for the rest of the night."""
        host = self._hosts[name]
        host.free_at = max(host.free_at, self._clock() + seconds)
        self._backed_off.add(name)

    def open_circuit(self, name: str) -> None:
        """Leave a host alone for the rest of the night."""
        self.back_off(name, math.inf)

    def is_circuit_open(self, name: str) -> bool:
        """Tell whether a host itself is left alone for the rest of the night, not only because the time is up."""
        return name in self._hosts and math.isinf(self._hosts[name].free_at)

    def backed_off_hosts(self) -> list[tuple[str, float]]:
        """Return the hosts that are left alone now, with the seconds that is so, infinite for the rest of the night."""
        waits = {name: self.seconds_until_free(name) for name in sorted(self._backed_off)}
        self._backed_off = {name for name, seconds in waits.items() if seconds}
        return sorted(((name, waits[name]) for name in self._backed_off), key=lambda pair: (-pair[1], pair[0]))

    def slowest(self, most: int) -> list[tuple[str, float]]:
        """Return the hosts whose answers took longest, with the mean in seconds."""
        means = (
            (name, host.total_time.total_seconds() / host.answers) for name, host in self._hosts.items() if host.answers
        )
        return sorted(means, key=lambda pair: (-pair[1], pair[0]))[:most]

    def most_blocking(self, most: int) -> list[tuple[str, int]]:
        """Return the hosts that refused most often, with how often."""
        refusing = ((name, host.refusals) for name, host in self._hosts.items() if host.refusals)
        return sorted(refusing, key=lambda pair: (-pair[1], pair[0]))[:most]


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3), as seconds from now."""
    if value is None:
        return None
    if (seconds := value.strip()).isdecimal():
        return float(seconds)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
