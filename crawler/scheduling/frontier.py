"""Queue of due links by host: hosts do not block each other, and memory does not grow with the backlog."""

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
"""Seconds of work handed out at a time for a host with a delay between requests."""

MAX_LINKS_PER_HOST = 16
"""Maximum number of links of one host that are handed out: enough to keep its connections busy."""

MIN_HOSTS = 64
"""Number of hosts assumed to be requested in parallel, for the order of the hosts."""

REFRESH_INTERVAL = 1.0
"""Seconds between two queries for hosts that other workers have released."""


@dataclass(slots=True)
class _HostQueue:
    """The due links of one kind and host. It is in at most one of the queues of the frontier.

    `lease` is the number of the lease under which links were handed out, `cursor` the position in the backlog,
    `returned` the links to hand out again, `out` the number of links handed out.
    """

    backlog: HostBacklog
    lease: int | None = None
    cursor: Cursor = FIRST
    returned: deque[DueLink] = field(default_factory=deque)
    out: int = 0
    exhausted: bool = False
    is_queued: bool = True  # in one of the queues, or leased by another worker


class Frontier:
    """The due links of some kinds at the start of the run, for each host the longest unchecked first.

    A host is leased when its first links are handed out, and released when the last of them is done. The frontier is
    not exhausted while other workers have leases, as they may die; with `retry` it does not wait for them.
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
        self._unleased: dict[str, list[_HostQueue]] = {}  # not leased yet, by lease key
        self._waiting: deque[_HostQueue] = deque()
        self._leased_by_others: dict[tuple[str, str], _HostQueue] = {}
        self._out: set[str] = set()
        self._open: Counter[str] = Counter()  # number of unfinished backlogs, by lease key
        self._leased: set[str] = set()
        self.seconds_until_free = math.inf
        """Seconds, from the last `next_links`, until a paused host or one of another worker may be available."""
        self.refresh()

    @property
    def out(self) -> int:
        """Return the number of links handed out."""
        return len(self._out)

    @property
    def exhausted(self) -> bool:
        """Return whether all links were handed out and are done."""
        waits = self._leased_by_others and not self._retry
        return not (self._unleased or self._waiting or self._out or waits)

    def refresh(self) -> None:
        """Query the backlogs; add new hosts, and hosts that other workers have released."""
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
        """Return backlogs with those first that alone take longer than an average share of all work.

        They determine the duration of the run. The others keep their order, the longest unchecked first, so that
        several runs that reach RUN_TIMEOUT check all links.
        """
        work = {backlog: backlog.links * self._worker.delay(backlog.host) for backlog in backlogs}
        fair = sum(work.values()) / MIN_HOSTS
        return sorted(backlogs, key=lambda backlog: -work[backlog] if work[backlog] > fair else 0)

    def next_links(self, limit: int) -> list[DueLink]:
        """Return up to `limit` links and mark them as handed out: a few of each host in turn."""
        links: list[DueLink] = []
        self.seconds_until_free = math.inf
        for _ in range(len(self._waiting)):
            if len(links) >= limit:
                break
            links += self._take(self._waiting.popleft(), limit - len(links))
        while self._unleased and len(links) < limit and len(self._leased) < self._worker.share(len(self._open)):
            for host in self._unleased.pop(next(iter(self._unleased))):
                links += self._take(host, limit - len(links))
        if self._leased_by_others and not self._retry:
            if clock() - self._refreshed_at >= REFRESH_INTERVAL:
                self.refresh()
            self.seconds_until_free = min(self.seconds_until_free, REFRESH_INTERVAL)
        return links

    def done(self, link: Link) -> None:
        """Mark a link as done; queue its host again when few of its links are handed out.

        Links that were not handed out by this frontier are ignored.
        """
        if link.url not in self._out:
            return
        self._out.remove(link.url)
        host = self._hosts[link.kind, link.host]
        host.out -= 1
        if (host.returned or not host.exhausted) and host.out <= self._max_out(host) // 2:
            self._enqueue(host)
        self._finish_if_drained(host)

    def requeue(self, due: DueLink) -> None:
        """Return a link that was not requested, to be handed out again when its host is available."""
        self._hosts[due.link.kind, due.link.host].returned.append(due)
        self.done(due.link)

    def _take(self, host: _HostQueue, limit: int) -> list[DueLink]:
        """Return up to `limit` links of a host if it is leased and may get requests now, else queue it."""
        name, lease_key = host.backlog.host, host.backlog.lease_key
        host.is_queued = False
        # If the lease was lost, the links that are handed out have to be done before it is taken again.
        if limit <= 0 or (host.out and not self._worker.holds(lease_key)):
            self._enqueue(host)
            return []
        is_closed = math.isinf(self._worker.seconds_until_free(name))
        lease = None if is_closed else self._worker.lease(lease_key)
        wait = self._worker.seconds_until_free(name)  # longer if the former worker sent a request a moment ago
        if math.isinf(wait):
            host.exhausted = True
            host.returned.clear()
            self._finish_if_drained(host)
            return []
        if lease != host.lease:  # another worker may have checked links since
            host.lease, host.cursor, host.exhausted = lease, FIRST, False
            host.returned.clear()
        if lease is None:
            self._leased.discard(lease_key)
            self._leased_by_others[host.backlog.kind, name] = host
            host.is_queued = True
            return []
        self._leased.add(lease_key)
        if self._yield_surplus_host(host):
            return []
        if wait > 0:
            self.seconds_until_free = min(self.seconds_until_free, wait)
            self._enqueue(host)
            return []
        return self._next(host, limit)

    def _yield_surplus_host(self, host: _HostQueue) -> bool:
        """Return whether a host exceeds the share of this worker; release it if none of its links is handed out."""
        leased = host.backlog.lease_key
        fair = len(self._leased) <= self._worker.share(len(self._open))
        if fair or host.returned or self._open[leased] > 1:  # several kinds share the lease
            return False
        if not host.out:
            self._leased.discard(leased)
            self._worker.release(leased)
            host.is_queued = True
            self._unleased[leased] = [host]
        return True

    def _next(self, host: _HostQueue, limit: int) -> list[DueLink]:
        """Return up to `limit` links of a leased host, returned ones first, and mark them as handed out."""
        limit = min(self._max_out(host) - host.out, limit)
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
        """Release a host when all its links are done."""
        if host.exhausted and not (host.out or host.returned or host.is_queued):
            self._finish(host)

    def _finish(self, host: _HostQueue) -> None:
        """Release the lease of a host if no other kind needs it."""
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

    def _max_out(self, host: _HostQueue) -> int:
        """Return how many links of a host may be handed out: few with a long delay, so that a run can stop soon."""
        delay = self._worker.delay(host.backlog.host)
        return MAX_LINKS_PER_HOST if delay <= 0 else max(2, min(MAX_LINKS_PER_HOST, round(SECONDS_AHEAD / delay)))
