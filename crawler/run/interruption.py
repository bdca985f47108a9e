"""Whether a signal has asked the run to end, for all who would otherwise go on or wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class RunInterruptedError(Exception):
    """The process got a signal: the run ends here, and the next one goes on with it."""


class Interruption:
    """Set once, at the first signal."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._callbacks: list[Callable[[], object]] = []

    @property
    def is_set(self) -> bool:
        """Return whether the run is to end."""
        return self._event.is_set()

    def set(self) -> None:
        """End the run, and call who wants to know."""
        self._event.set()
        for callback in self._callbacks:
            callback()

    def add_callback(self, callback: Callable[[], object]) -> None:
        """Call a function when it is set, at once if it is already."""
        self._callbacks.append(callback)
        if self.is_set:
            callback()

    def check(self) -> None:
        """Raise RunInterruptedError if the run is to end."""
        if self.is_set:
            raise RunInterruptedError

    async def guard(self, work: Awaitable[T]) -> T:
        """Return what comes of some work; leave it alone and raise RunInterruptedError at a signal."""
        working = asyncio.ensure_future(work)
        if not self.is_set:
            signalled = asyncio.ensure_future(self._event.wait())
            await asyncio.wait({working, signalled}, return_when=asyncio.FIRST_COMPLETED)
            signalled.cancel()
        if self.is_set:
            working.cancel()
            raise RunInterruptedError
        return working.result()
