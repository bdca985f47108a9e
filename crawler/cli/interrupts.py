"""SIGINT and SIGTERM: the first lets a run save what was answered, the second ends the process at once.

Python calls signal handlers in the main thread, between two of its own instructions. A store that is locked keeps the
main thread waiting, so a thread hears of signals by itself, through the pipe of `signal.set_wakeup_fd`. A regular
expression keeps all other threads waiting, so the handlers of the main thread do the same as that thread.
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

from crawler.cli.terminal import print_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

LONGEST = 15.0
"""Seconds from the first signal until the process ends, whatever it is doing."""

ONE = 0.1
"""Seconds within which signals count as one: `timeout` sends its own twice."""

LAST_WORDS = 1.0
"""Seconds that the last line may take: nobody may be reading it."""


class Interrupts:
    """The signals of this process."""

    number = 0
    """The first signal; 0 while there was none."""

    last_line = "interrupted: what was saved is safe; run the same command again to continue"
    """What is shown at the end; nothing if it is empty."""

    def __init__(self) -> None:
        self._stop: Callable[[], object] = lambda: None
        self._tidy: Callable[[], object] = lambda: None
        self._handled: float | None = None
        self._ending = Lock()

    @property
    def exit_code(self) -> int:
        """Return the exit code that shells give for the first signal; 0 while there was none."""
        return 128 + self.number if self.number else 0

    def catch(self) -> None:
        """Handle signals from now on, in place of Python and Scrapy."""
        for number in SIGNALS:
            signal.signal(number, self._handle)
        signal.signal(signal.SIGALRM, lambda *_: self.end())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # who starts a helper blocks them until here

    def heed(self, stop: Callable[[], object]) -> None:
        """Call `stop` in the running event loop at the first signal, even if that has come already."""
        loop = asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(stop)
        heard, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)  # in place of the event loop's: `_stop` wakes that up
        Thread(target=self._listen, args=(heard,), name="signals", daemon=True).start()
        if self.number:
            stop()

    def before_end(self, tidy: Callable[[], object]) -> None:
        """Call `tidy` before the process ends, to leave the terminal as it was."""
        self._tidy = tidy

    def end(self, line: str | None = None) -> NoReturn:
        """End the process; show a line first, `last_line` if none is given."""
        if self._ending.acquire(blocking=False):
            last = Thread(target=self._say, args=(self.last_line if line is None else line,), daemon=True)
            last.start()
            last.join(LAST_WORDS)
        else:
            time.sleep(LAST_WORDS)  # another thread is saying it
        os._exit(self.exit_code)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._handled is None:
            signal.setitimer(signal.ITIMER_REAL, LONGEST)
        self._handled = self._noticed(number, self._handled)

    def _listen(self, heard: int) -> None:
        first: float | None = None
        while True:
            left = None if first is None else max(0.0, first + LONGEST - time.monotonic())
            if not select.select([heard], [], [], left)[0]:
                self.end()
            for number in os.read(heard, 1):
                if number in SIGNALS:
                    first = self._noticed(number, first)

    def _noticed(self, number: int, first: float | None) -> float:
        """Return when the caller noticed its first signal, None before this one; end the process at a second one."""
        now = time.monotonic()
        if first is None:
            self.number = self.number or number
            with suppress(RuntimeError):  # the event loop has ended, and the run with it
                self._stop()
        elif now - first > ONE:
            self.end()
        return now if first is None else first

    def _say(self, line: str) -> None:
        self._tidy()
        if line:
            print_error(line)
        sys.stdout.flush()
        sys.stderr.flush()


interrupts = Interrupts()
"""Signals are the whole process's."""
