"""Hands out due links host by host, so that no host waits for another and memory does not grow with the backlog."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.state import START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from crawler.items import Due, Link
    from crawler.state import Backlog, Place, Store

AHEAD = 4.0
"""Seconds of work that a paced host is given at a time."""

MOST = 16
"""Links of one host that are out at a time: enough to keep its connections busy until the next few are asked for."""


@dataclass(slots=True)
class _Host:
    backlog: Backlog
    after: Place = START
    returned: deque[Due] = field(default_factory=deque)
    out: int = 0
    drained: bool = False
    waiting: bool = False


class Frontier:
    """The due links of some kinds, as they were when the run began, the longest unchecked first.

    `pace` is a host's seconds between two requests, `wait` the seconds for which it is to be left alone: infinite for
    the rest of the night, and what is left of it stays due.
    """

    def __init__(
        self,
        store: Store,
        kinds: Iterable[str],
        now: datetime,
        pace: Callable[[str], float],
        wait: Callable[[str], float] = lambda _: 0.0,
        *,
        again: bool = False,
    ) -> None:
        self._store = store
        self._now = now
        self._pace = pace
        self._wait = wait
        self._again = again
        self._untouched = deque(store.backlogs(kinds, now, again=again))  # a million hosts are possible
        self._hosts: dict[tuple[str, str], _Host] = {}  # those that have something out, or more to come
        self._waiting: deque[_Host] = deque()
        self._out: set[str] = set()
        self.rest = math.inf
        """Seconds, from the latest `take` on, until a host that is left alone may be asked again."""

    @property
    def out(self) -> int:
        """Return how many links are handed out."""
        return len(self._out)

    @property
    def exhausted(self) -> bool:
        """Tell whether everything was handed out and given back."""
        return not self._untouched and not self._waiting and not self._out

    def take(self, room: int) -> list[Due]:
        """Hand out links until there are `room` of them, a few of each host in turn; no host's few are cut short."""
        taken: list[Due] = []
        self.rest = math.inf
        for _ in range(len(self._untouched) + len(self._waiting)):
            if len(taken) >= room:
                break
            host = self._next_host()
            wait = self._wait(host.backlog.host)
            if math.isinf(wait):
                continue
            if wait > 0:
                self.rest = min(self.rest, wait)
                self._line_up(host)
            else:
                taken += self._next(host)
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
        elif host.drained and not host.out:
            del self._hosts[link.kind, link.host]

    def hand_back(self, due: Due) -> None:
        """Take a link back that was not asked for, to be handed out again when its host may be asked."""
        self._hosts[due.link.kind, due.link.host].returned.append(due)
        self.give_back(due.link)

    def _next_host(self) -> _Host:
        """Return the host whose turn it is: first those that had none yet."""
        if not self._untouched:
            host = self._waiting.popleft()
            host.waiting = False
            return host
        return _Host(self._untouched.popleft())

    def _next(self, host: _Host) -> list[Due]:
        limit = self._share(host) - host.out
        if host.returned:
            due = [host.returned.popleft() for _ in range(min(limit, len(host.returned)))]
        else:
            due, host.after = self._store.due(host.backlog, self._now, limit, after=host.after, again=self._again)
            host.drained = len(due) < limit
        if due:
            self._hosts[host.backlog.kind, host.backlog.host] = host
        host.out += len(due)
        self._out.update(each.link.url for each in due)
        return due

    def _line_up(self, host: _Host) -> None:
        if not host.waiting:
            host.waiting = True
            self._waiting.append(host)

    def _share(self, host: _Host) -> int:
        """Return how many links of a host may be out: few enough to end soon when a run has to stop."""
        pace = self._pace(host.backlog.host)
        return MOST if pace <= 0 else max(2, min(MOST, round(AHEAD / pace)))
