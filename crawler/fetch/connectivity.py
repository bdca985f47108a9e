"""Is it them or us? Many hosts failing at once is our network; it must not be held against the links."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scrapy.http import Response

SUSPICIOUS = 5
"""Hosts failing one after another, with no answer from any host between, that make us ask the reference hosts."""

REFERENCES = ("https://mp.weixin.qq.com/robots.txt", "https://arxiv.org/robots.txt", "https://github.com/robots.txt")
"""Any answer at all from any of these means that the network is there. Small pages of hosts that are visited anyway."""


class Network:
    """Keeps count of which hosts answered and which could not be reached."""

    def __init__(self) -> None:
        self.reached: set[str] = set()
        self.unreached: set[str] = set()
        self._lately: set[str] = set()

    def answered(self, host: str) -> None:
        """Take note that a host answered something, whatever it was."""
        self.reached.add(host)
        self.unreached.discard(host)
        self._lately.clear()

    def missed(self, host: str) -> None:
        """Take note that a host could not be reached."""
        self._lately.add(host)
        if host not in self.reached:
            self.unreached.add(host)

    @property
    def suspicious(self) -> bool:
        """Tell whether so many hosts failed in a row that the reference hosts should be asked."""
        return len(self._lately) >= SUSPICIOUS

    @property
    def mostly_silent(self) -> bool:
        """Tell whether more hosts were silent than answered: then failures count only if the reference hosts answer."""
        return len(self.unreached) > len(self.reached)

    async def is_there(self, download: Callable[[Request], Awaitable[Response]]) -> bool:
        """Ask the reference hosts; any answer from any of them means that the silence is the others'."""
        meta = {"download_timeout": 10, "download_slot": "reference", "reference": True}
        asked = [download(Request(url, meta=meta)) for url in REFERENCES]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        there = not all(isinstance(answer, BaseException) for answer in answers)
        if there:
            self._lately.clear()
        return there
