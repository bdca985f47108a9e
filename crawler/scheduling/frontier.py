"""Hands out due links host by host, so that no host waits for another and memory does not grow with the backlog."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.store.leases import clock
from crawler.store.link_store import START

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crawler.models.link import Link
    from crawler.models.result import Due
    from crawler.scheduling.worker import Crew
    from crawler.store.link_store import Backlog, Place, Store

AHEAD = 4.0
"""Seconds of work that a paced host is given at a time."""

MOST = 16
"""Links of one host that are out at a time: enough to keep its connections busy until the next few are asked for."""

AT_A_TIME = 64
"""Hosts that are surely asked side by side."""

LOOK = 1.0
"""Seconds between two looks for hosts that other workers have let go of."""


@dataclass(slots=True)
class _Host:
    backlog: Backlog
    lease: int | None = None
    after: Place = START
    returned: deque[Due] = field(default_factory=deque)
    out: int = 0
    drained: bool = False
    waiting: bool = True  # in one of the queues, or for another worker


class Frontier:
    """The due links of some kinds, as they were when the run began, each host's longest unchecked first.

    A host is leased when its first links are handed out and let go when the last came back. What other workers have is
    waited for, as they may die, but for what is tried `again`: that ends with what we can take.
    """

    def __init__(self, store: Store, kinds: Iterable[str], now: datetime, crew: Crew, *, again: bool = False) -> None:
        self._store = store
        self._kinds = list(kinds)
        self._now = now
        self._crew = crew
        self._again = again
        self._hosts: dict[tuple[str, str], _Host] = {}
        self._fresh: dict[str, list[_Host]] = {}  # not leased yet, by what is to be leased
        self._waiting: deque[_Host] = deque()
        self._elsewhere: dict[tuple[str, str], _Host] = {}
        self._out: set[str] = set()
        self._open: Counter[str] = Counter()  # what is leased for them: how many backlogs are not done with
        self._leased: set[str] = set()
        self.rest = math.inf
        """Seconds, from the latest `take` on, until a host may be asked again that is left alone or another's."""
        self.look()

    @property
    def out(self) -> int:
        """Return how many links are handed out."""
        return len(self._out)

    @property
    def exhausted(self) -> bool:
        """Tell whether everything was handed out and given back."""
        waits = self._elsewhere and not self._again
        return not (self._fresh or self._waiting or self._out or waits)

    def look(self) -> None:
        """See what there is that was not handed out here before, and what other workers have let go of."""
        self._looked = clock()
        others = self._store.hosts_of_others()
        backlogs = self._store.backlogs(self._kinds, self._now, again=self._again)
        found = {(each.kind, each.host): each for each in self._busiest_first(backlogs)}
        for key, host in list(self._elsewhere.items()):
            if key not in found or math.isinf(self._crew.wait(host.backlog.host)):
                del self._elsewhere[key]
                self._done(host)
        for key, backlog in found.items():
            new = key not in self._hosts
            if new:
                self._hosts[key] = _Host(backlog)
                self._open[backlog.leased] += 1
            if backlog.leased in others:
                if new:
                    self._elsewhere[key] = self._hosts[key]
            elif new or self._elsewhere.pop(key, None) is not None:
                if backlog.leased in self._leased:
                    self._waiting.append(self._hosts[key])
                else:
                    self._fresh.setdefault(backlog.leased, []).append(self._hosts[key])

    def _busiest_first(self, backlogs: Sequence[Backlog]) -> list[Backlog]:
        """Put those first that decide when the run ends: who alone takes longer than a fair share of all work.

        The others stay in their order, the longest unchecked first, so that nights that end early add up to a whole.
        """
        work = {backlog: backlog.links * self._crew.pace(backlog.host) for backlog in backlogs}
        fair = sum(work.values()) / AT_A_TIME
        return sorted(backlogs, key=lambda backlog: -work[backlog] if work[backlog] > fair else 0)

    def take(self, room: int) -> list[Due]:
        """Hand out up to `room` links, a few of each host in turn."""
        taken: list[Due] = []
        self.rest = math.inf
        for _ in range(len(self._waiting)):
            if len(taken) >= room:
                break
            taken += self._take(self._waiting.popleft(), room - len(taken))
        while self._fresh and len(taken) < room and len(self._leased) < self._crew.share(len(self._open)):
            for host in self._fresh.pop(next(iter(self._fresh))):
                taken += self._take(host, room - len(taken))
        if self._elsewhere and not self._again:
            if clock() - self._looked >= LOOK:
                self.look()
            self.rest = min(self.rest, LOOK)
        return taken

    def give_back(self, link: Link) -> None:
        """Take note that a link is done with; its host gets the next ones when it has few left.

        Links that were not handed out here do not count.
        """
        if link.url not in self._out:
            return
        self._out.remove(link.url)
        host = self._hosts[link.kind, link.host]
        host.out -= 1
        if (host.returned or not host.drained) and host.out <= self._share(host) // 2:
            self._line_up(host)
        self._let_go(host)

    def hand_back(self, due: Due) -> None:
        """Take a link back that was not asked for, to be handed out again when its host may be asked."""
        self._hosts[due.link.kind, due.link.host].returned.append(due)
        self.give_back(due.link)

    def _take(self, host: _Host, room: int) -> list[Due]:
        """Return the next links of a host if it may be asked now."""
        host.waiting = False
        if room <= 0:
            self._line_up(host)
            return []
        if host.out and not self._crew.holds(host.backlog.leased):  # first all that was handed out has to come back
            self._line_up(host)
            return []
        lease = None if math.isinf(self._crew.wait(host.backlog.host)) else self._crew.lease(host.backlog.leased)
        wait = self._crew.wait(host.backlog.host)  # the lease may say that its last worker asked a moment ago
        if math.isinf(wait):
            host.drained = True
            host.returned.clear()
            self._let_go(host)
            return []
        if lease != host.lease:  # what was known of its links is old
            host.lease, host.after, host.drained = lease, START, False
            host.returned.clear()
        if lease is None:
            self._leased.discard(host.backlog.leased)
            self._elsewhere[host.backlog.kind, host.backlog.host] = host
            host.waiting = True
            return []
        self._leased.add(host.backlog.leased)
        if self._surrenders(host):
            return []
        if wait > 0:
            self.rest = min(self.rest, wait)
            self._line_up(host)
            return []
        return self._next(host, room)

    def _surrenders(self, host: _Host) -> bool:
        """Tell whether a host is for others, as more workers have come: it is let go when nothing of it is out."""
        leased = host.backlog.leased
        fair = len(self._leased) <= self._crew.share(len(self._open))
        if fair or host.returned or self._open[leased] > 1:  # one of several kinds stays, with what the others have out
            return False
        if not host.out:
            self._leased.discard(leased)
            self._crew.release(leased)
            host.waiting = True
            self._fresh[leased] = [host]
        return True

    def _next(self, host: _Host, room: int) -> list[Due]:
        limit = min(self._share(host) - host.out, room)
        if host.returned:
            due = [host.returned.popleft() for _ in range(min(limit, len(host.returned)))]
        else:
            due, host.after = self._store.due(host.backlog, self._now, limit, after=host.after, again=self._again)
            host.drained = len(due) < limit
            due = [each for each in due if each.link.url not in self._out]
        host.out += len(due)
        self._out.update(each.link.url for each in due)
        self._let_go(host)
        return due

    def _let_go(self, host: _Host) -> None:
        """Let others have a host when nothing of it is left here."""
        if host.drained and not (host.out or host.returned or host.waiting):
            self._done(host)

    def _done(self, host: _Host) -> None:
        leased = host.backlog.leased
        self._open[leased] -= 1
        if not self._open[leased]:
            del self._open[leased]
            self._leased.discard(leased)
            self._crew.release(leased)

    def _line_up(self, host: _Host) -> None:
        if not host.waiting:
            host.waiting = True
            self._waiting.append(host)

    def _share(self, host: _Host) -> int:
        """Return how many links of a host may be out: few enough to end soon when a run has to stop."""
        pace = self._crew.pace(host.backlog.host)
        return MOST if pace <= 0 else max(2, min(MOST, round(AHEAD / pace)))
