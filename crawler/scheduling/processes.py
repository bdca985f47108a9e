"""Worker processes on this machine that help one run (WORKERS), and end with it."""

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
"""Seconds in which helpers have to finish active requests: longer than any request takes."""

INTERRUPT_TIMEOUT = 10.0
"""Seconds in which helpers have to save their results after a signal."""


class WorkerProcesses:
    """Starts `count` processes `scrapy …` with these arguments to help the run with this number.

    `lock` is the descriptor of the locked file of the workspace, which they inherit. They notice the end of this
    process, whatever its cause, by the end of a pipe that is never written to.
    """

    def __init__(self, arguments: Sequence[str], count: int, run: int, lock: int | None) -> None:
        read_end, write_end = os.pipe()
        self._write_end: int | None = write_end
        self._timeout = STOP_TIMEOUT
        command = [sys.executable, "-m", "scrapy", *arguments, "-s", f"_PARENT_PIPE={read_end}:{run}"]
        inherited = [read_end] if lock is None else [read_end, lock]
        unblocked = pthread_sigmask(SIG_BLOCK, SIGNALS)  # helpers inherit this until they can handle signals
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=inherited)  # noqa: S603 - what the user typed
            for _ in range(count)
        ]
        pthread_sigmask(SIG_SETMASK, unblocked)
        os.close(read_end)

    def interrupt(self) -> None:
        """Make helpers end now; do not wait for them."""
        self._timeout = INTERRUPT_TIMEOUT
        self._close_pipe()

    def close(self, *, finished: bool) -> None:
        """Wait for the helpers to end; if the run is not finished, make them end. Log those that a signal ended."""
        if not finished:
            self._close_pipe()
        for process in self._processes:
            try:
                code = process.wait(self._timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            if code < 0:
                logger.warning("worker %d: ended by signal %d", process.pid, -code)
        self._processes.clear()
        self._close_pipe()

    def _close_pipe(self) -> None:
        if self._write_end is not None:
            os.close(self._write_end)
            self._write_end = None


def watch_parent(read_end: int, stop: Callable[[], object]) -> None:
    """Call `stop` when the worker that started this helper has ended or was interrupted."""
    loop = asyncio.get_running_loop()

    def parent_ended() -> None:
        loop.remove_reader(read_end)
        stop()

    loop.add_reader(read_end, parent_ended)
