"""Execute a task in a process of its own, which starts no second task, since Scrapy's reactor cannot start again.

The process gets the task and sends messages and its result through a pipe. It ends when the pipe breaks, so that it
does not outlive the process that has started it, whatever ended that.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from threading import Thread
from typing import Any

SHARDS = "crawler.spiders.shard"
"""The module whose `main` executes the task of a shard."""


class TaskDiedError(Exception):
    """The process of a task ended without result: its number, its exit code, and the last message it sent."""

    def __init__(self, process: int, code: int, message: Any = None) -> None:
        super().__init__(process, code, message)
        self.process = process
        self.code = code
        self.message = message

    def __str__(self) -> str:
        ended = f"ended by signal {-self.code}" if self.code < 0 else f"ended with code {self.code}"
        return f"worker {self.process}: {ended}" if self.process else "worker: lost"


class TaskProcess:
    """A process that is started before its task is known: it takes a second until it is ready.

    `module` is the one whose `main` executes the task.
    """

    def __init__(self, module: str = SHARDS) -> None:
        self._connection, other = Pipe()
        command = [sys.executable, "-m", module, str(other.fileno())]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[other.fileno()])  # noqa: S603 - our own
        other.close()

    def run(self, task: object) -> Any:
        """Execute a task and return its result; raise TaskDiedError if the process ends without one."""
        message: Any = None
        try:
            self._connection.send(task)
            while True:
                is_result, found = self._connection.recv()
                if is_result:
                    return found
                message = found
        except (EOFError, OSError):
            raise TaskDiedError(self._process.pid, self._process.wait(), message) from None
        finally:
            self.close()

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


def run_task(task: object) -> Any:
    """Return the result of a task from a new process; Dask calls it in a thread of a worker."""
    return TaskProcess().run(task)


class Parent:
    """The other end of the pipe, in the process of a task."""

    def __init__(self, descriptor: int) -> None:
        self._connection = Connection(descriptor)
        try:
            self.task = self._connection.recv()
            """The task of this process."""
        except (EOFError, OSError):
            os._exit(1)  # it was not needed
        Thread(target=self._end_with_parent, name="parent", daemon=True).start()

    def send(self, message: object) -> None:
        """Send a message; the last one is known if this process dies."""
        self._connection.send((False, message))

    def finish(self, result: object) -> None:
        """Send the result."""
        self._connection.send((True, result))

    def _end_with_parent(self) -> None:
        with suppress(EOFError, OSError):
            self._connection.recv()
        os._exit(1)
