"""Detect outages of our own network, whose failures must not count against links."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from scrapy.http import Response

SUSPICIOUS_HOSTS = 5
"""Hosts that fail in a row, without a response from any host between them, before PROBE_URLS are requested."""

PROBE_URLS = ("https://mp.weixin.qq.com/robots.txt", "https://arxiv.org/robots.txt", "https://github.com/robots.txt")
"""Small files of hosts that are requested anyway; any response from any of them shows that the network works."""


class ConnectivityMonitor:
    """The hosts that responded in this run, and those that could not be reached."""

    def __init__(self) -> None:
        self.reached: set[str] = set()
        self.unreachable: set[str] = set()
        self._recent_failures: set[str] = set()

    def record_answer(self, host: str) -> None:
        """Record that a host sent a response, with whatever status."""
        self.reached.add(host)
        self.unreachable.discard(host)
        self._recent_failures.clear()

    def record_unreachable(self, host: str) -> None:
        """Record that a host could not be reached."""
        self._recent_failures.add(host)
        if host not in self.reached:
            self.unreachable.add(host)

    def add(self, reached: Iterable[str], unreachable: Iterable[str]) -> None:
        """Add the hosts of another process."""
        self.reached.update(reached)
        self.unreachable = (self.unreachable | {*unreachable}) - self.reached

    @property
    def is_suspicious(self) -> bool:
        """Return whether SUSPICIOUS_HOSTS hosts failed in a row, so that `is_online` should be called."""
        return len(self._recent_failures) >= SUSPICIOUS_HOSTS

    @property
    def is_mostly_unreachable(self) -> bool:
        """Return whether more hosts were unreachable than responded; then failures count only if `is_online`."""
        return len(self.unreachable) > len(self.reached)

    async def is_online(self, download: Callable[[Request], Awaitable[Response]]) -> bool:
        """Request PROBE_URLS; return whether any of them gets a response within 10 seconds."""
        meta = {"download_timeout": 10, "download_slot": "reference", "is_probe": True}
        requests = [download(Request(url, meta=meta)) for url in PROBE_URLS]
        responses = await asyncio.gather(*requests, return_exceptions=True)
        is_online = not all(isinstance(response, BaseException) for response in responses)
        if is_online:
            self._recent_failures.clear()
        return is_online
