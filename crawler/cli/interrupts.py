"""Handle SIGINT and SIGTERM: the first lets a run save its results, the second ends the process at once.

Python calls signal handlers in the main thread, between two bytecode instructions. A locked database blocks the main
thread, so another thread reads signals from the pipe of `signal.set_wakeup_fd`. A regular expression blocks all other
threads, so the handlers in the main thread do the same as that thread.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import time
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, NoReturn

from crawler.cli.exit_codes import INTERRUPTED
from crawler.cli.terminal import print_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

STOP_TIMEOUT = 15.0
"""Seconds from the first signal until the process is ended."""

SAME_SIGNAL = 0.1
"""Seconds within which signals count as one: `timeout` of coreutils sends its signal twice."""

MESSAGE_TIMEOUT = 1.0
"""Seconds to print the final message: its reader may be blocked."""


class Interrupts:
    """Handles the signals of this process."""

    number = 0
    """Number of the first signal; 0 if there was none."""

    final_message = INTERRUPTED
    """Message printed at the end; none if it is empty."""

    def __init__(self) -> None:
        self._stop: Callable[[], object] = lambda: None
        self._cleanup: Callable[[], object] = lambda: None
        self._handled_at: float | None = None
        self._ending = Lock()

    @property
    def exit_code(self) -> int:
        """Return 128 plus the number of the first signal, as in shells; 0 if there was none."""
        return 128 + self.number if self.number else 0

    def catch(self) -> None:
        """Install the signal handlers, in place of those of Python and Scrapy."""
        for number in SIGNALS:
            signal.signal(number, self._handle)
        signal.signal(signal.SIGALRM, lambda *_: self.end())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # blocked by the process that starts a helper

    def call_on_signal(self, stop: Callable[[], object]) -> None:
        """Call `stop` in the running event loop at the first signal; now, if there was one already."""
        loop = asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(stop)
        read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(
            write, warn_on_full_buffer=False
        )  # in place of that of the event loop, which `_stop` wakes
        Thread(target=self._listen, args=(read,), name="signals", daemon=True).start()
        if self.number:
            stop()

    def call_before_end(self, cleanup: Callable[[], object]) -> None:
        """Call `cleanup` before the process ends, to restore the terminal."""
        self._cleanup = cleanup

    def end(self, message: str | None = None) -> NoReturn:
        """Print a message, by default `final_message`, and end the process."""
        if self._ending.acquire(blocking=False):
            text = self.final_message if message is None else message
            printer = Thread(target=self._print_message, args=(text,), daemon=True)
            printer.start()
            printer.join(MESSAGE_TIMEOUT)
        else:
            time.sleep(MESSAGE_TIMEOUT)  # another thread is printing it
        os._exit(self.exit_code)

    def _end_in_thread(self) -> None:
        """End the process from another thread: the main thread may hold the lock of the display, and must go on."""
        Thread(target=self.end, name="end", daemon=True).start()

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._handled_at is None:
            signal.setitimer(signal.ITIMER_REAL, STOP_TIMEOUT)
        self._handled_at = self._process(number, self._handled_at)

    def _listen(self, read: int) -> None:
        """Read signals from a pipe; end the process `STOP_TIMEOUT` seconds after the first."""
        first: float | None = None
        while True:
            left = None if first is None else max(0.0, first + STOP_TIMEOUT - time.monotonic())
            if not select.select([read], [], [], left)[0]:
                self.end()
            for number in os.read(read, 1):
                if number in SIGNALS:
                    first = self._process(number, first)

    def _process(self, number: int, first: float | None) -> float:
        """Stop the run at the first signal, end the process at the second; return when the caller saw the first.

        `first` is the time that the caller got from the last call, None before the first signal.
        """
        now = time.monotonic()
        if first is None:
            self.number = self.number or number
            with suppress(RuntimeError):  # the event loop is closed, so the run has ended
                self._stop()
        elif now - first > SAME_SIGNAL:
            self._end_in_thread()
        return now if first is None else first

    def _print_message(self, message: str) -> None:
        self._cleanup()
        if message:
            print_error(message)
        sys.stdout.flush()
        sys.stderr.flush()


interrupts = Interrupts()
"""The only instance: signal handlers belong to the process."""
