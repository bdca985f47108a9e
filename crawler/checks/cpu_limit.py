"""Limit the CPU time of reading a page.

Readers take linear time (tests double texts), but they run on the event loop: one that does not would stop the run.
"""

from __future__ import annotations

import math
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
"""Seconds of CPU of the process between two looks at that of the thread, once the limit may be reached."""


class CpuTimeExceededError(BaseException):
    """A block took all the CPU time that it has. No Exception: what handles those of a page must not handle this."""


class _Limit:
    ends_at = math.inf
    """When the block has to end, in seconds of `time.thread_time`."""

    def expire(self, *_: object) -> None:
        """Raise CpuTimeExceededError unless it was another thread that computed (handles SIGVTALRM)."""
        if time.thread_time() >= self.ends_at:
            raise CpuTimeExceededError


_limit = _Limit()


@contextmanager
def limited_cpu_time(seconds: float) -> Iterator[None]:
    """Raise CpuTimeExceededError in the block when this thread has computed for so many seconds.

    Regular expressions are interrupted, too; other code in C ends first. There is no limit outside of the main thread,
    which handles signals, or on a system without such timers.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGVTALRM, _limit.expire)  # and not reset: one more signal may be on its way at the end
    _limit.ends_at = time.thread_time() + seconds
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _INTERVAL)
    try:
        yield
    finally:
        _limit.ends_at = math.inf
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
