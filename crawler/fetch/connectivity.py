"""Is it them or us? Many hosts failing at once is our network; it must not be held against the links."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scrapy.http import Response

SUSPICIOUS_HOSTS = 5
"""Hosts failing one after another, with no answer from any host between, that make us ask the reference hosts."""

PROBE_URLS = ("https://mp.weixin.qq.com/robots.txt", "https://arxiv.org/robots.txt", "https://github.com/robots.txt")
"""Any answer at all from any of these means that the network is there. Small pages of hosts that are visited anyway."""


class ConnectivityMonitor:
    """Keeps count of which hosts answered and which could not be reached."""

    def __init__(self) -> None:
        self.reached: set[str] = set()
        self.unreachable: set[str] = set()
        self._recent_failures: set[str] = set()

    def record_answer(self, host: str) -> None:
        """Take note that a host answered something, whatever it was."""
        self.reached.add(host)
        self.unreachable.discard(host)
        self._recent_failures.clear()

    def record_unreachable(self, host: str) -> None:
        """Take note that a host could not be reached."""
        self._recent_failures.add(host)
        if host not in self.reached:
            self.unreachable.add(host)

    @property
    def is_suspicious(self) -> bool:
        """Tell whether so many hosts failed in a row that the reference hosts should be asked."""
        return len(self._recent_failures) >= SUSPICIOUS_HOSTS

    @property
    def is_mostly_unreachable(self) -> bool:
        """Tell whether more hosts were silent than answered: then failures count only if the reference hosts answer."""
        return len(self.unreachable) > len(self.reached)

    async def is_online(self, download: Callable[[Request], Awaitable[Response]]) -> bool:
        """Ask the reference hosts; any answer from any of them means that the silence is the others'."""
        meta = {"download_timeout": 10, "download_slot": "reference", "is_probe": True}
        asked = [download(Request(url, meta=meta)) for url in PROBE_URLS]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        there = not all(isinstance(answer, BaseException) for answer in answers)
        if there:
            self._recent_failures.clear()
        return there
