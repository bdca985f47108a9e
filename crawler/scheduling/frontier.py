"""Hands out due links host by host, so that no host waits for another and memory does not grow with the backlog."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.store.link_store import FIRST
from crawler.store.workers.leases import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crawler.models.link import Link
    from crawler.models.result import DueLink
    from crawler.scheduling.worker import Worker
    from crawler.store.link_store import Cursor, HostBacklog, LinkStore

SECONDS_AHEAD = 4.0
"""Seconds of work that a paced host is given at a time."""

MAX_LINKS_PER_HOST = 16
"""Links of one host that are out at a time: enough to keep its connections busy until the next few are asked for."""

MIN_HOSTS = 64
"""Hosts that are surely asked side by side."""

REFRESH_INTERVAL = 1.0
"""Seconds between two looks for hosts that other workers have let go of."""


@dataclass(slots=True)
class _HostQueue:
    backlog: HostBacklog
    lease: int | None = None
    cursor: Cursor = FIRST
    returned: deque[DueLink] = field(default_factory=deque)
    out: int = 0
    exhausted: bool = False
    is_queued: bool = True  # in one of the queues, or for another worker


class Frontier:
    """The due links of some kinds, as they were when the run began, each host's longest unchecked first.

    A host is leased when its first links are handed out and let go when the last came back. What other workers have is
    waited for, as they may die, but for what is tried `again`: that ends with what we can take.
    """

    def __init__(
        self, store: LinkStore, kinds: Iterable[str], now: datetime, worker: Worker, *, retry: bool = False
    ) -> None:
        self._store = store
        self._kinds = list(kinds)
        self._now = now
        self._worker = worker
        self._retry = retry
        self._hosts: dict[tuple[str, str], _HostQueue] = {}
        self._unleased: dict[str, list[_HostQueue]] = {}  # not leased yet, by what is to be leased
        self._waiting: deque[_HostQueue] = deque()
        self._leased_by_others: dict[tuple[str, str], _HostQueue] = {}
        self._out: set[str] = set()
        self._open: Counter[str] = Counter()  # what is leased for them: how many backlogs are not done with
        self._leased: set[str] = set()
        self.seconds_until_free = math.inf
        """Seconds, from the latest `take` on, until a host may be asked again that is left alone or another's."""
        self.refresh()

    @property
    def out(self) -> int:
        """Return how many links are handed out."""
        return len(self._out)

    @property
    def exhausted(self) -> bool:
        """Tell whether everything was handed out and given back."""
        waits = self._leased_by_others and not self._retry
        return not (self._unleased or self._waiting or self._out or waits)

    def refresh(self) -> None:
        """See what there is that was not handed out here before, and what other workers have let go of."""
        self._refreshed_at = clock()
        others = self._store.hosts_of_others()
        backlogs = self._store.backlogs(self._kinds, self._now, again=self._retry)
        found = {(each.kind, each.host): each for each in self._busiest_first(backlogs)}
        for key, host in list(self._leased_by_others.items()):
            if key not in found or math.isinf(self._worker.seconds_until_free(host.backlog.host)):
                del self._leased_by_others[key]
                self._finish(host)
        for key, backlog in found.items():
            new = key not in self._hosts
            if new:
                self._hosts[key] = _HostQueue(backlog)
                self._open[backlog.lease_key] += 1
            if backlog.lease_key in others:
                if new:
                    self._leased_by_others[key] = self._hosts[key]
            elif new or self._leased_by_others.pop(key, None) is not None:
                if backlog.lease_key in self._leased:
                    self._waiting.append(self._hosts[key])
                else:
                    self._unleased.setdefault(backlog.lease_key, []).append(self._hosts[key])

    def _busiest_first(self, backlogs: Sequence[HostBacklog]) -> list[HostBacklog]:
        """Put those first that decide when the run ends: who alone takes longer than a fair share of all work.

        The others stay in their order, the longest unchecked first, so that nights that end early add up to a whole.
        """
        work = {backlog: backlog.links * self._worker.delay(backlog.host) for backlog in backlogs}
        fair = sum(work.values()) / MIN_HOSTS
        return sorted(backlogs, key=lambda backlog: -work[backlog] if work[backlog] > fair else 0)

    def next_links(self, room: int) -> list[DueLink]:
        """Hand out up to `room` links, a few of each host in turn."""
        taken: list[DueLink] = []
        self.seconds_until_free = math.inf
        for _ in range(len(self._waiting)):
            if len(taken) >= room:
                break
            taken += self._take(self._waiting.popleft(), room - len(taken))
        while self._unleased and len(taken) < room and len(self._leased) < self._worker.share(len(self._open)):
            for host in self._unleased.pop(next(iter(self._unleased))):
                taken += self._take(host, room - len(taken))
        if self._leased_by_others and not self._retry:
            if clock() - self._refreshed_at >= REFRESH_INTERVAL:
                self.refresh()
            self.seconds_until_free = min(self.seconds_until_free, REFRESH_INTERVAL)
        return taken

    def done(self, link: Link) -> None:
        """Take note that a link is done with; its host gets the next ones when it has few left.

        Links that were not handed out here do not count.
        """
        if link.url not in self._out:
            return
        self._out.remove(link.url)
        host = self._hosts[link.kind, link.host]
        host.out -= 1
        if (host.returned or not host.exhausted) and host.out <= self._share(host) // 2:
            self._enqueue(host)
        self._finish_if_drained(host)

    def requeue(self, due: DueLink) -> None:
        """Take a link back that was not asked for, to be handed out again when its host may be asked."""
        self._hosts[due.link.kind, due.link.host].returned.append(due)
        self.done(due.link)

    def _take(self, host: _HostQueue, room: int) -> list[DueLink]:
        """Return the next links of a host if it may be asked now."""
        host.is_queued = False
        if room <= 0:
            self._enqueue(host)
            return []
        if host.out and not self._worker.holds(
            host.backlog.lease_key
        ):  # first all that was handed out has to come back
            self._enqueue(host)
            return []
        lease = (
            None
            if math.isinf(self._worker.seconds_until_free(host.backlog.host))
            else self._worker.lease(host.backlog.lease_key)
        )
        wait = self._worker.seconds_until_free(
            host.backlog.host
        )  # the lease may say that its last worker asked a moment ago
        if math.isinf(wait):
            host.exhausted = True
            host.returned.clear()
            self._finish_if_drained(host)
            return []
        if lease != host.lease:  # what was known of its links is old
            host.lease, host.cursor, host.exhausted = lease, FIRST, False
            host.returned.clear()
        if lease is None:
            self._leased.discard(host.backlog.lease_key)
            self._leased_by_others[host.backlog.kind, host.backlog.host] = host
            host.is_queued = True
            return []
        self._leased.add(host.backlog.lease_key)
        if self._yield_surplus_host(host):
            return []
        if wait > 0:
            self.seconds_until_free = min(self.seconds_until_free, wait)
            self._enqueue(host)
            return []
        return self._next(host, room)

    def _yield_surplus_host(self, host: _HostQueue) -> bool:
        """Tell whether a host is for others, as more workers have come: it is let go when nothing of it is out."""
        leased = host.backlog.lease_key
        fair = len(self._leased) <= self._worker.share(len(self._open))
        if fair or host.returned or self._open[leased] > 1:  # one of several kinds stays, with what the others have out
            return False
        if not host.out:
            self._leased.discard(leased)
            self._worker.release(leased)
            host.is_queued = True
            self._unleased[leased] = [host]
        return True

    def _next(self, host: _HostQueue, room: int) -> list[DueLink]:
        limit = min(self._share(host) - host.out, room)
        if host.returned:
            due = [host.returned.popleft() for _ in range(min(limit, len(host.returned)))]
        else:
            due, host.cursor = self._store.next_due(
                host.backlog, self._now, limit, after=host.cursor, again=self._retry
            )
            host.exhausted = len(due) < limit
            due = [each for each in due if each.link.url not in self._out]
        host.out += len(due)
        self._out.update(each.link.url for each in due)
        self._finish_if_drained(host)
        return due

    def _finish_if_drained(self, host: _HostQueue) -> None:
        """Let others have a host when nothing of it is left here."""
        if host.exhausted and not (host.out or host.returned or host.is_queued):
            self._finish(host)

    def _finish(self, host: _HostQueue) -> None:
        leased = host.backlog.lease_key
        self._open[leased] -= 1
        if not self._open[leased]:
            del self._open[leased]
            self._leased.discard(leased)
            self._worker.release(leased)

    def _enqueue(self, host: _HostQueue) -> None:
        if not host.is_queued:
            host.is_queued = True
            self._waiting.append(host)

    def _share(self, host: _HostQueue) -> int:
        """Return how many links of a host may be out: few enough to end soon when a run has to stop."""
        pace = self._worker.delay(host.backlog.host)
        return MAX_LINKS_PER_HOST if pace <= 0 else max(2, min(MAX_LINKS_PER_HOST, round(SECONDS_AHEAD / pace)))
