"""WORKERS: processes on this machine that help one run, and end when it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

logger = logging.getLogger(__name__)

GRACE = 60.0
"""Seconds that helpers have to end the requests under way: longer than any of those takes."""


class Helpers:
    """Starts `scrapy …` so many times to help a run; `lock` is the file that the family has locked, open in all.

    They hear of our end, whatever it is, through a pipe that we never write to.
    """

    def __init__(self, words: Sequence[str], count: int, run: int, lock: int | None) -> None:
        ear, self._mouth = os.pipe()
        command = [sys.executable, "-m", "scrapy", *words, "-s", f"HELPS={ear}:{run}"]
        inherited = [ear] if lock is None else [ear, lock]
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=inherited)  # noqa: S603 - what the user typed
            for _ in range(count)
        ]
        os.close(ear)

    def close(self, *, finished: bool) -> None:
        """Let helpers end, of a finished run by themselves; say which were killed: their hosts were taken over."""
        if not finished:
            os.close(self._mouth)
        for process in self._processes:
            try:
                code = process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            if code < 0:
                logger.warning("helper %d was ended by signal %d", process.pid, -code)
        if finished:
            os.close(self._mouth)


def listen(ear: int, stop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Call `stop` when the worker that started this helper has ended."""
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Future[None]] = []  # the loop itself keeps no task alive

    def hear() -> None:
        loop.remove_reader(ear)
        stopping.append(asyncio.ensure_future(stop()))

    loop.add_reader(ear, hear)
