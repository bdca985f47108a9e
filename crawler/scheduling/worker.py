"""One of the workers that share a run: its leases, its heartbeat, its role as leader or helper."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.fetch.politeness.host_throttle import HostUnavailableError
from crawler.store.workers.leases import clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from crawler.fetch.politeness.host_throttle import HostThrottle
    from crawler.store.link_store import LinkStore
    from crawler.store.workers.runs import RunRecord

POLL = 1.0
"""Seconds between two queries for the leases of other workers while this one has nothing to do."""

PAGE_REQUESTS = "pages"
"""Owner of a lease for page requests; a lookup leases under the name of its kind."""

HEARTBEATS_PER_LEASE = 3
"""Heartbeats per duration of a lease, so that two may be late."""


class Worker:
    """Leases hosts for this worker, and follows the run with the others.

    `delay` returns the seconds between two requests to a host, `throttle` has the state of each host.
    `local_worker_count` is the number of workers started together, before all of them are in the link database.
    """

    has_read = False
    """Whether this worker has read the notes, as every leader does."""

    def __init__(
        self, store: LinkStore, throttle: HostThrottle, delay: Callable[[str], float], local_worker_count: int = 1
    ) -> None:
        self._store = store
        self._throttle = throttle
        self.delay = delay
        self._local_worker_count = local_worker_count
        self._all_joined_at = clock() + self._heartbeat_interval
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._active_requests: Counter[str] = Counter()
        self._pinned: set[str] = set()
        self._release_timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def _heartbeat_interval(self) -> float:
        """Seconds between two heartbeats."""
        return self._store.length.total_seconds() / HEARTBEATS_PER_LEASE

    @property
    def run(self) -> RunRecord:
        """The run, as it was at the last heartbeat."""
        assert self._store.run is not None  # noqa: S101 - set when the run was started or joined
        return self._store.run

    # --- leases -------------------------------------------------------------------------------------------------------

    def seconds_until_free(self, host: str) -> float:
        """Return the seconds in which a host gets no requests, infinite for the rest of the run."""
        return self._throttle.seconds_until_free(host)

    def lease(self, host: str, by: str = PAGE_REQUESTS) -> int | None:
        """Lease a host for the owner `by` until it is released; return the lease's number, None if another has it."""
        lease = self._store.lease(host, self.delay(host))
        if lease is None:
            self._owners.pop(host, None)
            return None
        if lease.wait:
            self._throttle.back_off(host, lease.wait)
        self._owners[host].add(by)
        return lease.number

    def holds(self, host: str) -> bool:
        """Return whether this worker has the lease of a host now."""
        return self._store.holds(host)

    def pin(self, host: str) -> None:
        """Keep a host until the end of the round: a result of it is not saved yet."""
        self._pinned.add(host)

    def release(self, host: str, by: str = PAGE_REQUESTS) -> None:
        """Release a host for the owner `by`; other workers can lease it when it has no owner left."""
        self._owners[host].discard(by)
        self._release_if_unused(host)

    def release_by(self, by: str) -> None:
        """Release all hosts of the owner `by`."""
        for host in [host for host, owners in self._owners.items() if by in owners]:
            self.release(host, by)

    def close(self) -> None:
        """Cancel all timers; the link database releases the remaining leases."""
        for timer in self._release_timers.values():
            timer.cancel()

    def _release_if_unused(self, host: str) -> None:
        if not self._owners[host] and host not in self._pinned and not self._active_requests[host]:
            self._store.release([host], closed=self._throttle.is_circuit_open(host))
            del self._owners[host], self._active_requests[host]

    def _release_all(self) -> None:
        """Release all hosts, between two rounds."""
        self.close()
        self._release_timers.clear()
        self._pinned.clear()
        self._owners.clear()
        self._store.release_all()

    def share(self, hosts: int) -> int:
        """Return how many of `hosts` hosts this worker may lease, at least 1: an equal share for each worker."""
        local_workers = self._local_worker_count if clock() < self._all_joined_at else 1
        return max(1, math.ceil(hosts / max(self.run.workers, local_workers)))

    @asynccontextmanager
    async def hold_host(self, host: str, patience: float = 0.0) -> AsyncIterator[None]:
        """Hold the lease of a host during one request.

        Raises HostUnavailableError if another worker has it for more than `patience` seconds. A host without an owner,
        as after a redirect, is released a little later, for further redirects to it.
        """
        until = clock() + patience
        while (lease := self._store.lease(host, self.delay(host))) is None:
            if clock() >= until:
                raise HostUnavailableError(host, leased=True)
            await asyncio.sleep(min(POLL, patience))
        self._active_requests[host] += 1
        try:
            if lease.wait:
                self._throttle.back_off(host, lease.wait)
                if lease.wait > patience:
                    raise HostUnavailableError(host, leased=True)
                await asyncio.sleep(lease.wait)
            yield
        finally:
            self._active_requests[host] -= 1
            if not self._active_requests[host] and not self._owners[host]:
                self._release_later(host)

    def _release_later(self, host: str) -> None:
        if (timer := self._release_timers.pop(host, None)) is not None:
            timer.cancel()
        seconds = max(POLL, 2 * self.delay(host))
        self._release_timers[host] = asyncio.get_running_loop().call_later(seconds, self._release_if_unused, host)

    def check_lease(self, host: str) -> None:
        """Raise HostUnavailableError if this worker has lost the lease of a host: the final check before sending."""
        if self._active_requests[host] and not self._store.may_ask(host):
            raise HostUnavailableError(host, leased=True)

    # --- the run ------------------------------------------------------------------------------------------------------

    @property
    def due_by(self) -> datetime:
        """Time at which the run started; it checks the links that were due then."""
        assert self.run.due_by is not None  # noqa: S101 - set when the notes were read
        return self.run.due_by

    async def work_rounds(self, started_at: datetime, read: Callable[[datetime], None]) -> AsyncIterator[None]:
        """Yield for each round of checks, until the run is finished or only publishing is left.

        There is another round while other workers have leases, as they may die. `read` registers the notes of a time;
        each leader calls it before its first round. Helpers wait until the leader has published, to replace it if it
        dies.
        """
        before: frozenset[str] | None = None
        while not self.run.finished:
            leads = self.run.is_leader
            if leads and not self.has_read:
                await asyncio.to_thread(self._read, started_at, read)
            others = frozenset(self._store.hosts_of_others())
            if self.run.due_by is not None and (others != before or (leads and not others)):
                yield
                self._release_all()
                if leads and not others and not self._store.hosts_of_others():
                    return
            before = others
            await asyncio.sleep(min(POLL, self._heartbeat_interval))
            self._store.heartbeat()

    async def keep_heartbeat(self) -> None:
        """Send heartbeats until cancelled."""
        while True:
            await asyncio.sleep(self._heartbeat_interval)
            self._store.heartbeat()

    def _read(self, started_at: datetime, read: Callable[[datetime], None]) -> None:
        took_over = self.run.due_by is not None
        due_by = self.run.due_by or started_at
        try:
            read(due_by)
        except UserError as error:
            raise UserError(f"{error}: this worker cannot take over the run") if took_over else error from error
        self._store.notes_read(due_by)
        self.has_read = True
