"""Limit the time for which large images are received, and their bytes that are in memory at the same time."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

MAX_BYTES = 128_000_000
"""Bytes of large bodies in memory, unless a single one is larger."""

LARGE = 1_000_000
"""Bytes from which a body counts; 64 smaller ones take less than an import of pandas."""

UNKNOWN = 8_000_000
"""Bytes that are assumed of a body without Content-Length."""

PATIENCE = 10.0
"""Seconds to wait for other bodies to be saved; servers that wait much longer to send close the connection."""

SLOWEST = 10_000
"""Bytes per second at which a body has to come on average, once the timeout is over."""


class BodyClock:
    """The time at which a body that is being received has to have ended.

    `silence` are the seconds for each wait for more of it, `whole` those for all of it.
    """

    def __init__(self, silence: float, whole: float) -> None:
        self._silence = silence
        self._started = time.monotonic()
        self._end = self._started + whole
        self._received = 0

    def receive(self, size: int) -> None:
        """Count bytes that came."""
        self._received += size

    @property
    def left(self) -> float:
        """Seconds for the next wait; negative if there are none."""
        now = time.monotonic()
        fast_enough = self._started + self._silence + self._received / SLOWEST
        return min(now + self._silence, fast_enough, self._end) - now


class BodyBudget:
    """Admits large bodies one after another, so that they take MAX_BYTES together.

    One counts from `admit` until `release`, when it is saved or its link has no body. It is only about memory: after
    PATIENCE seconds a body is admitted in any case.
    """

    def __init__(self) -> None:
        self._admitted: dict[str, int] = {}
        self._released = asyncio.Event()

    async def admit(self, url: str, size: int | None) -> None:
        """Wait until the body of a link may be received; it replaces an earlier one of the link."""
        size = UNKNOWN if size is None else size
        self.release(url)
        if size < LARGE:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self._admitted and sum(self._admitted.values()) + size > MAX_BYTES:
                    self._released.clear()
                    await self._released.wait()
        self._admitted[url] = size

    def release(self, url: str) -> None:
        """Forget the body of a link."""
        if self._admitted.pop(url, None) is not None:
            self._released.set()
