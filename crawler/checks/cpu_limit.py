"""Limit the CPU time of reading a page.

Readers take linear time (tests double texts), but they run on the event loop: one that does not would stop the run.
"""

from __future__ import annotations

import atexit
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

READING_SECONDS = 10.0
"""Seconds of CPU for reading one page; the largest that are read take one or two."""

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
        """Raise CpuTimeExceededError if the block has to end (handles SIGVTALRM); stop the timer if there is none."""
        if self.seconds is None:
            self._stop()
        elif self._ends_at is None:
            self._ends_at = time.thread_time() + self.seconds
        elif time.thread_time() >= self._ends_at:  # the time of other threads does not count
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
