"""One worker among those that share a run: its hosts, its heartbeat, its place as leader or helper."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.fetch.host_throttle import NotNowError
from crawler.store.leases import clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from crawler.fetch.host_throttle import Hosts
    from crawler.store.link_store import Store
    from crawler.store.runs import Run

POLL = 1.0
"""Seconds between two looks at what the other workers are doing, while there is nothing else to do."""

PAGES = "pages"
"""Who needs a host that is asked for pages; a lookup needs one under the name of its kind."""

BEATS = 3
"""Heartbeats while a lease lasts: two may be late."""


class Crew:
    """Keeps the hosts of this worker apart from those of the others.

    `pace` is a host's seconds between two requests, `hosts` what this worker has seen of each; `family` is how many
    workers were started together, before the store has heard of all of them.
    """

    has_read = False
    """Whether this worker has read the notes, as every leader does."""

    def __init__(self, store: Store, hosts: Hosts, pace: Callable[[str], float], family: int = 1) -> None:
        self._store = store
        self._hosts = hosts
        self.pace = pace
        self._family = family
        self._gathered = clock() + self._beat
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._under_way: Counter[str] = Counter()
        self._kept: set[str] = set()
        self._lingering: dict[str, asyncio.TimerHandle] = {}

    @property
    def _beat(self) -> float:
        """Seconds between two heartbeats."""
        return self._store.length.total_seconds() / BEATS

    @property
    def run(self) -> Run:
        """The run, as it was at the last heartbeat."""
        assert self._store.run is not None  # noqa: S101 - a crew works on a run
        return self._store.run

    # --- its hosts ----------------------------------------------------------------------------------------------------

    def wait(self, host: str) -> float:
        """Return the seconds that a host is to be left alone, infinite for the rest of the night."""
        return self._hosts.wait(host)

    def lease(self, host: str, by: str = PAGES) -> int | None:
        """Take or keep a host until it is released; return the number of the lease, None while another has it."""
        lease = self._store.lease(host, self.pace(host))
        if lease is None:
            self._owners.pop(host, None)
            return None
        if lease.wait:
            self._hosts.rest(host, lease.wait)
        self._owners[host].add(by)
        return lease.number

    def holds(self, host: str) -> bool:
        """Tell whether a host is this worker's now."""
        return self._store.holds(host)

    def keep(self, host: str) -> None:
        """Hold on to a host until all hosts are released: something seen there is not yet written down."""
        self._kept.add(host)

    def release(self, host: str, by: str = PAGES) -> None:
        """Let others have a host, as soon as nobody here needs it any more."""
        self._owners[host].discard(by)
        self._let_go(host)

    def release_by(self, by: str) -> None:
        """Let others have all hosts that only `by` needed."""
        for host in [host for host, owners in self._owners.items() if by in owners]:
            self.release(host, by)

    def close(self) -> None:
        """Leave it to the store to let go of what is still held."""
        for timer in self._lingering.values():
            timer.cancel()

    def _let_go(self, host: str) -> None:
        if not self._owners[host] and host not in self._kept and not self._under_way[host]:
            self._store.release([host], closed=self._hosts.is_closed(host))
            del self._owners[host], self._under_way[host]

    def _release_all(self) -> None:
        """Let others have all hosts, between two rounds."""
        self.close()
        self._lingering.clear()
        self._kept.clear()
        self._owners.clear()
        self._store.release_all()

    def share(self, hosts: int) -> int:
        """Return how many of so many hosts this worker may hold, that the others have something to do, too."""
        family = self._family if clock() < self._gathered else 1
        return max(1, math.ceil(hosts / max(self.run.workers, family)))

    @asynccontextmanager
    async def turn(self, host: str, patience: float = 0.0) -> AsyncIterator[None]:
        """Hold a host for one request to it; raise NotNowError when another worker has it for longer than `patience`.

        A host that was not held before, because a redirect leads there, is let go a little later: more may lead there.
        """
        until = clock() + patience
        while (lease := self._store.lease(host, self.pace(host))) is None:
            if clock() >= until:
                raise NotNowError(host, taken=True)
            await asyncio.sleep(min(POLL, patience))
        self._under_way[host] += 1
        try:
            if lease.wait:
                self._hosts.rest(host, lease.wait)
                if lease.wait > patience:
                    raise NotNowError(host, taken=True)
                await asyncio.sleep(lease.wait)
            yield
        finally:
            self._under_way[host] -= 1
            if not self._under_way[host] and not self._owners[host]:
                self._linger(host)

    def _linger(self, host: str) -> None:
        if (timer := self._lingering.pop(host, None)) is not None:
            timer.cancel()
        seconds = max(POLL, 2 * self.pace(host))
        self._lingering[host] = asyncio.get_running_loop().call_later(seconds, self._let_go, host)

    def check(self, host: str) -> None:
        """Raise NotNowError if a host whose turn it was is another's by now: the last word before one is sent."""
        if self._under_way[host] and not self._store.may_ask(host):
            raise NotNowError(host, taken=True)

    # --- the others ---------------------------------------------------------------------------------------------------

    @property
    def due_by(self) -> datetime:
        """What was due then is the run's work."""
        assert self.run.due_by is not None  # noqa: S101 - asked for when the notes are read
        return self.run.due_by

    async def rounds(self, started_at: datetime, read: Callable[[datetime], None]) -> AsyncIterator[None]:
        """Yield whenever there may be something to do, until the run is finished, or nothing is left but to publish.

        While others are at work there is: they may die and leave theirs. `read` registers the notes; a leader does so
        first, a new one again. Helpers stand by until the leader has published, to take its part if it cannot.
        """
        before: frozenset[str] | None = None
        while not self.run.finished:
            leads = self.run.leads
            if leads and not self.has_read:
                await asyncio.to_thread(self._read, started_at, read)
            others = frozenset(self._store.hosts_of_others())
            if self.run.due_by is not None and (others != before or (leads and not others)):
                yield
                self._release_all()
                if leads and not others and not self._store.hosts_of_others():
                    return
            before = others
            await asyncio.sleep(min(POLL, self._beat))
            self._store.beat()

    async def keep_beating(self) -> None:
        """Say again and again that this worker is alive."""
        while True:
            await asyncio.sleep(self._beat)
            self._store.beat()

    def _read(self, started_at: datetime, read: Callable[[datetime], None]) -> None:
        took_over = self.run.due_by is not None
        due_by = self.run.due_by or started_at
        try:
            read(due_by)
        except UserError as error:
            raise UserError(f"{error}: this worker cannot take over the run") if took_over else error from error
        self._store.notes_read(due_by)
        self.has_read = True
