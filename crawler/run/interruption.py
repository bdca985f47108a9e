"""The interruption of a run by a signal: a flag that can be checked, waited for and observed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class RunInterruptedError(Exception):
    """The process has received a signal: the run ends, and the next one resumes it."""


class Interruption:
    """A flag that the first signal sets."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._callbacks: list[Callable[[], object]] = []

    @property
    def is_set(self) -> bool:
        """Return whether a signal was received."""
        return self._event.is_set()

    def set(self) -> None:
        """Set the flag and call all callbacks."""
        self._event.set()
        for callback in self._callbacks:
            callback()

    def add_callback(self, callback: Callable[[], object]) -> None:
        """Call a function when the flag is set; at once if it is already."""
        self._callbacks.append(callback)
        if self.is_set:
            callback()

    def check(self) -> None:
        """Raise RunInterruptedError if the flag is set."""
        if self.is_set:
            raise RunInterruptedError

    async def guard(self, work: Awaitable[T]) -> T:
        """Return the result of an awaitable; if the flag is set first, cancel it and raise RunInterruptedError."""
        task = asyncio.ensure_future(work)
        if not self.is_set:
            signalled = asyncio.ensure_future(self._event.wait())
            await asyncio.wait({task, signalled}, return_when=asyncio.FIRST_COMPLETED)
            signalled.cancel()
        if self.is_set:
            task.cancel()
            raise RunInterruptedError
        return task.result()
