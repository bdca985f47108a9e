"""WORKERS: processes on this machine that help one run, and end when it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from signal import SIG_BLOCK, SIG_SETMASK, pthread_sigmask
from typing import TYPE_CHECKING

from crawler.cli.interrupts import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)

STOP_TIMEOUT = 60.0
"""Seconds that helpers have to end the requests under way: longer than any of those takes."""

INTERRUPTED = 10.0
"""Seconds that helpers have after a signal: they save what was answered, as their leader does."""


class WorkerProcesses:
    """Starts `scrapy …` so many times to help a run; `lock` is the file that the family has locked, open in all.

    They hear of our end, whatever it is, through a pipe that we never write to.
    """

    def __init__(self, words: Sequence[str], count: int, run: int, lock: int | None) -> None:
        ear, mouth = os.pipe()
        self._write_end: int | None = mouth
        self._grace = STOP_TIMEOUT
        command = [sys.executable, "-m", "scrapy", *words, "-s", f"_PARENT_PIPE={ear}:{run}"]
        inherited = [ear] if lock is None else [ear, lock]
        unblocked = pthread_sigmask(SIG_BLOCK, SIGNALS)  # in helpers until they can handle them
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=inherited)  # noqa: S603 - what the user typed
            for _ in range(count)
        ]
        pthread_sigmask(SIG_SETMASK, unblocked)
        os.close(ear)

    def interrupt(self) -> None:
        """Let helpers end now, without waiting for them."""
        self._grace = INTERRUPTED
        self._hang_up()

    def close(self, *, finished: bool) -> None:
        """Let helpers end, of a finished run by themselves; say which were killed: their hosts were taken over."""
        if not finished:
            self._hang_up()
        for process in self._processes:
            try:
                code = process.wait(self._grace)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            if code < 0:
                logger.warning("helper %d was ended by signal %d", process.pid, -code)
        self._processes.clear()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._write_end is not None:
            os.close(self._write_end)
            self._write_end = None


def watch_parent(read_end: int, stop: Callable[[], object]) -> None:
    """Call `stop` when the worker that started this helper has ended, or was interrupted."""
    loop = asyncio.get_running_loop()

    def hear() -> None:
        loop.remove_reader(read_end)
        stop()

    loop.add_reader(read_end, hear)
