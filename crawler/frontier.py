"""Hands out due links host by host, so that no host waits for another and memory does not grow with the backlog."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from crawler.items import Due, Link
    from crawler.state import Backlog, Store

AHEAD = 4.0
"""Seconds of work that a paced host is given at a time."""

MOST = 16
"""Links of one host that are out at a time: enough to keep its connections busy until the next few are asked for."""


@dataclass(slots=True)
class _Host:
    backlog: Backlog
    share: int
    after: int = 0
    out: int = 0
    drained: bool = False
    waiting: bool = True


class Frontier:
    """The due links of some kinds, as they were when the run began; `pace` is a host's seconds between two requests."""

    def __init__(
        self, store: Store, kinds: Iterable[str], now: datetime, pace: Callable[[str], float], *, again: bool = False
    ) -> None:
        self._store = store
        self._now = now
        self._again = again
        backlogs = store.backlogs(kinds, now, again=again)
        hosts = [_Host(backlog, _share(pace(backlog.host))) for backlog in backlogs]
        self._hosts = {(host.backlog.kind, host.backlog.host): host for host in hosts}
        self._waiting = deque(hosts)
        self._out: set[str] = set()

    @property
    def out(self) -> int:
        """Return how many links are handed out."""
        return len(self._out)

    @property
    def exhausted(self) -> bool:
        """Tell whether everything was handed out and given back."""
        return not self._waiting and not self._out

    def take(self, room: int) -> list[Due]:
        """Hand out up to `room` links, a few of each host in turn."""
        taken: list[Due] = []
        while self._waiting and len(taken) < room:
            host = self._waiting.popleft()
            host.waiting = False
            limit = min(host.share - host.out, room - len(taken))
            due, host.after = self._store.due(host.backlog, self._now, limit, after=host.after, again=self._again)
            host.drained = not due
            host.out += len(due)
            self._out.update(each.link.url for each in due)
            taken += due
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
        if not host.drained and not host.waiting and host.out <= host.share // 2:
            host.waiting = True
            self._waiting.append(host)


def _share(pace: float) -> int:
    """Return how many links of a host may be out: few enough to end soon when a run has to stop."""
    return MOST if pace <= 0 else max(2, min(MOST, round(AHEAD / pace)))
