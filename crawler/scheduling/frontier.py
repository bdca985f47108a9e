"""Queue of due links by host: hosts do not block each other, and memory does not grow with the backlog."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.store.link_store import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from crawler.fetch.politeness.host_throttle import HostThrottle
    from crawler.models.link import Link
    from crawler.models.result import DueLink
    from crawler.store.link_store import Cursor, HostBacklog, LinkStore

SECONDS_AHEAD = 4.0
"""Seconds of work handed out at a time for a host with a delay between requests."""

MAX_LINKS_PER_HOST = 16
"""Maximum number of links of one host that are handed out: enough to keep its connections busy."""

MIN_HOSTS = 64
"""Number of hosts assumed to be requested in parallel, for the order of the hosts."""


@dataclass(slots=True)
class _HostQueue:
    """The due links of one kind and host. It is at most once in the queue of the frontier.

    `cursor` is the position in the backlog, `returned` has the links to hand out again, `out` is the number of links
    handed out.
    """

    backlog: HostBacklog
    cursor: Cursor = FIRST
    returned: deque[DueLink] = field(default_factory=deque)
    out: int = 0
    exhausted: bool = False
    is_queued: bool = True


class Frontier:
    """Due links by host, for each host the longest unchecked first.

    `delay` returns the seconds between two requests to a host, `throttle` has the state of each host. With `retry`, the
    links are those that `backlogs` has counted with `again`.
    """

    def __init__(
        self,
        store: LinkStore,
        backlogs: Sequence[HostBacklog],
        now: datetime,
        throttle: HostThrottle,
        delay: Callable[[str], float],
        *,
        retry: bool = False,
    ) -> None:
        self._store = store
        self._now = now
        self._throttle = throttle
        self._delay = delay
        self._retry = retry
        self._hosts = {(each.kind, each.host): _HostQueue(each) for each in self._busiest_first(backlogs)}
        self._waiting = deque(self._hosts.values())
        self._out: set[str] = set()
        self.seconds_until_free = math.inf
        """Seconds, from the last `next_links`, until a host that is backing off may get requests."""

    @property
    def out(self) -> int:
        """Return the number of links handed out."""
        return len(self._out)

    @property
    def exhausted(self) -> bool:
        """Return whether all links were handed out and are done."""
        return not (self._waiting or self._out)

    def _busiest_first(self, backlogs: Sequence[HostBacklog]) -> list[HostBacklog]:
        """Return backlogs with those first that alone take longer than an average share of all work.

        They determine the duration of the run. The others keep their order, the longest unchecked first, so that
        several runs that reach RUN_TIMEOUT check all links.
        """
        work = {backlog: backlog.links * self._delay(backlog.host) for backlog in backlogs}
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

    def requeue(self, due: DueLink) -> None:
        """Return a link that was not requested, to be handed out again when its host is available."""
        self._hosts[due.link.kind, due.link.host].returned.append(due)
        self.done(due.link)

    def _take(self, host: _HostQueue, limit: int) -> list[DueLink]:
        """Return up to `limit` links of a host if it may get requests now, else queue it."""
        host.is_queued = False
        wait = self._throttle.seconds_until_free(host.backlog.host)
        if math.isinf(wait):
            host.exhausted = True
            host.returned.clear()
            return []
        if wait > 0 or limit <= 0:
            self.seconds_until_free = min(self.seconds_until_free, wait or math.inf)
            self._enqueue(host)
            return []
        return self._next(host, limit)

    def _next(self, host: _HostQueue, limit: int) -> list[DueLink]:
        """Return up to `limit` links of a host, returned ones first, and mark them as handed out."""
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
        return due

    def _enqueue(self, host: _HostQueue) -> None:
        if not host.is_queued:
            host.is_queued = True
            self._waiting.append(host)

    def _max_out(self, host: _HostQueue) -> int:
        """Return how many links of a host may be handed out: few with a long delay, so that a run can stop soon."""
        delay = self._delay(host.backlog.host)
        return MAX_LINKS_PER_HOST if delay <= 0 else max(2, min(MAX_LINKS_PER_HOST, round(SECONDS_AHEAD / delay)))
