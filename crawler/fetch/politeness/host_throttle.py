"""Response times and refusals of each host in a run, and when the next request may be sent to it."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from crawler.models.check import Outcome
from crawler.models.reasons.reason import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from crawler.models.check import Check

MAX_WAIT = 120.0
"""Longest Retry-After in seconds that is waited for within a run; after a longer one, a host gets no more requests."""

REFUSALS = 3
"""Refusals in a row after which a host gets no more requests in this run."""


_GATES = frozenset(
    {
        ReasonCode.CONSENT_PAGE,
        ReasonCode.WARNING_PAGE,
        ReasonCode.REGION_BLOCKED,
        ReasonCode.NEEDS_JAVASCRIPT,
        ReasonCode.PRIVATE_OR_MISSING,
        ReasonCode.UNKNOWN_NOTICE,
        ReasonCode.PAGE_REDIRECTS,
        ReasonCode.SHOWN_WITH_STATUS,
    }
)
"""Reasons of `blocked` that are a page's own, not a refusal of this client: other links of the host are requested."""


class HostUnavailableError(IgnoreRequest):
    """A request was not sent, since its host gets none now.

    `for_run`: the host gets none until the run ends. `elsewhere`: another shard of the run may send requests to it.
    """

    def __init__(self, host: str, *, for_run: bool = False, elsewhere: bool = False) -> None:
        super().__init__(host)
        self.host = host
        self.for_run = for_run
        self.elsewhere = elsewhere


@dataclass(slots=True)
class HostState:
    """What is known of a host in a run; `free_at` is the time of the throttle's clock at which it may get a request."""

    responses: int = 0
    total_time: timedelta = timedelta(0)
    refusals: int = 0
    refusals_in_a_row: int = 0
    free_at: float = 0.0


class HostThrottle:
    """Circuit breakers of the hosts of one run, and the time that is left for requests.

    A refusal is a captcha, bot protection, a 429 or any response with Retry-After. `clock` returns seconds; `deadline`
    is the time on that clock after which no request is sent: RUN_TIMEOUT, less what is reserved for the outputs.
    """

    def __init__(self, clock: Callable[[], float], deadline: float = math.inf) -> None:
        self._clock = clock
        self._deadline = deadline
        self._hosts: defaultdict[str, HostState] = defaultdict(HostState)
        self._backed_off: set[str] = set()

    @property
    def time_left(self) -> float:
        """Return the seconds until no request is sent any more."""
        return max(0.0, self._deadline - self._clock())

    def reserve(self, seconds: float, least: float = 0.0) -> None:
        """Stop requests so many seconds before RUN_TIMEOUT, but use half of the time that is left, and `least` seconds.

        RUN_TIMEOUT is exceeded for `least`: each run has to check links, however long it has read notes.
        """
        left = self.time_left
        if left < math.inf:
            self._deadline = self._clock() + max(left - seconds, left / 2, least)

    def seconds_until_free(self, name: str) -> float:
        """Return the seconds until a host may get a request; infinite if not in this run."""
        now = self._clock()
        free_at = self._hosts[name].free_at if name in self._hosts else 0.0
        return math.inf if max(now, free_at) >= self._deadline else max(0.0, free_at - now)

    def record_answer(self, name: str, check: Check, retry_after: float | None = None) -> bool:
        """Record a response; return whether it has a Retry-After that ends within the run."""
        host = self._hosts[name]
        host.responses += 1
        host.total_time += check.elapsed or timedelta(0)
        is_refusal = check.outcome is Outcome.BLOCKED and check.reason.code not in _GATES
        if not is_refusal and retry_after is None:
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
        """Send no request to a host for some seconds; infinite: until the run ends."""
        host = self._hosts[name]
        host.free_at = max(host.free_at, self._clock() + seconds)
        self._backed_off.add(name)

    def open_circuit(self, name: str) -> None:
        """Send no request to a host until the run ends."""
        self.back_off(name, math.inf)

    def is_circuit_open(self, name: str) -> bool:
        """Return whether a host gets no more requests in this run because of its refusals, not of RUN_TIMEOUT."""
        return name in self._hosts and math.isinf(self._hosts[name].free_at)

    def backed_off_hosts(self) -> list[tuple[str, float]]:
        """Return the hosts that are backing off, longest first, with the seconds left; infinite: until the run ends."""
        waits = {name: self.seconds_until_free(name) for name in sorted(self._backed_off)}
        self._backed_off = {name for name, seconds in waits.items() if seconds}
        return sorted(((name, waits[name]) for name in self._backed_off), key=lambda pair: (-pair[1], pair[0]))

    @property
    def closed_hosts(self) -> list[str]:
        """Return the hosts that get no more requests in this run because of their refusals."""
        return [name for name in self._hosts if self.is_circuit_open(name)]

    def waits(self) -> dict[str, float]:
        """Return the seconds until hosts may get a request, of those that are backing off for some time."""
        now = self._clock()
        waits = {name: host.free_at - now for name, host in self._hosts.items()}
        return {name: seconds for name, seconds in waits.items() if 0 < seconds < math.inf}

    def responses(self) -> dict[str, tuple[int, timedelta, int]]:
        """Return the number of responses of each host, the time they took in total, and the number of refusals."""
        found = self._hosts.items()
        return {name: (host.responses, host.total_time, host.refusals) for name, host in found if host.responses}

    def add_responses(self, found: Mapping[str, tuple[int, timedelta, int]]) -> None:
        """Add what another process has got from hosts, to `slowest` and `most_blocking`."""
        for name, (responses, total_time, refusals) in found.items():
            host = self._hosts[name]
            host.responses += responses
            host.total_time += total_time
            host.refusals += refusals

    def slowest(self, limit: int) -> list[tuple[str, float]]:
        """Return up to `limit` hosts with the longest mean response time, slowest first, and that time in seconds."""
        means = (
            (name, host.total_time.total_seconds() / host.responses)
            for name, host in self._hosts.items()
            if host.responses
        )
        return sorted(means, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def most_blocking(self, limit: int) -> list[tuple[str, int]]:
        """Return up to `limit` hosts with the most refusals, and their numbers of refusals."""
        refusing = ((name, host.refusals) for name, host in self._hosts.items() if host.refusals)
        return sorted(refusing, key=lambda pair: (-pair[1], pair[0]))[:limit]


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds from now of a Retry-After header (RFC 9110, 10.2.3); None if it is missing or invalid."""
    if value is None:
        return None
    if (seconds := value.strip()).isdecimal():
        return float(seconds)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
