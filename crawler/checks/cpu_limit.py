"""Limit the CPU time of reading pages while a link is checked.

Readers take linear time (tests double texts), but they run on the event loop: one that does not would stop the run.
"""

from __future__ import annotations

import atexit
import signal
import threading
import time
from contextlib import contextmanager
from functools import partial
from types import coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Iterator

T = TypeVar("T")

READING_SECONDS = 10.0
"""Seconds of CPU for one step of a check; the largest pages that are read take one or two."""

_INTERVAL = 0.1
"""Seconds of CPU of the process between two looks at the block that runs."""


class CpuTimeExceededError(BaseException):
    """A block took all the CPU time that it has. No Exception: what handles those of a page must not handle this."""


class _Limit:
    """The limit of the block that runs.

    One timer is for many blocks, and the clock is read when it fires first in a block: for each block, the system calls
    would take a quarter of the time of reading an average page.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        """The limit; None while no block runs."""
        self._ends_at: float | None = None
        """When the block has to end, in seconds of `time.thread_time`; None until the timer fires in it."""
        self._has_timer = False

    def begin(self, seconds: float) -> None:
        """Begin a block."""
        self._ends_at, self.seconds = None, seconds
        if not self._has_timer:
            self._has_timer = True
            signal.signal(signal.SIGVTALRM, self._look)  # and not reset: one more signal may be on its way at the end
            signal.setitimer(signal.ITIMER_VIRTUAL, _INTERVAL, _INTERVAL)
            atexit.register(self._stop)  # Python resets its handlers last, and without one the signal kills

    def _look(self, *_: object) -> None:
        """Raise CpuTimeExceededError if the block has to end (handles SIGVTALRM); stop the timer if there is none.

        What handles the error in the block has as much time again.
        """
        if self.seconds is None:
            self._stop()
        elif self._ends_at is None:
            self._ends_at = time.thread_time() + self.seconds
        elif time.thread_time() >= self._ends_at:  # the time of other threads does not count
            self._ends_at = None
            raise CpuTimeExceededError

    def _stop(self) -> None:
        self._has_timer = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        atexit.unregister(self._stop)


_limit = _Limit()


@contextmanager
def limited_cpu_time(seconds: float) -> Iterator[None]:
    """Raise CpuTimeExceededError in the block when this thread has computed for so many seconds, or a little longer.

    Regular expressions are interrupted, too; other code in C ends first. There is no limit outside of the main thread,
    which handles signals, or on a system without such timers.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    _limit.begin(seconds)
    try:
        yield
    finally:
        _limit.seconds = None


@coroutine
def with_limited_steps(work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
    """Await a coroutine; raise CpuTimeExceededError in it when it computes for READING_SECONDS without a pause.

    A step lasts from one `await` that waits to the next. Tasks that the coroutine starts have their own steps.
    """
    resume = partial(work.send, None)
    while True:
        try:
            with limited_cpu_time(READING_SECONDS):
                awaited = resume()
        except StopIteration as end:
            result: T = end.value
            return result
        try:
            resume = partial(work.send, (yield awaited))
        except BaseException as error:  # noqa: BLE001 - such as a cancellation: the coroutine handles it
            resume = partial(work.throw, error)


async def none_if_slow(work: Coroutine[Any, Any, T | None]) -> T | None:
    """Return what a coroutine with limited steps returns; None if one of them takes too long."""
    try:
        return await with_limited_steps(work)
    except CpuTimeExceededError:
        return None
