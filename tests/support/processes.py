"""Runs `scrapy …` in processes of its own, and finds ports for servers."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Protocol

ROOT = Path(__file__).parents[2]
TIMEOUT = 600
"""Seconds that a command may take: those of a busy machine, since none takes more than 30 on a quiet one."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.support.preloaded"])


def start(words: list[str], environ: dict[str, str], said: IO[str] | int) -> subprocess.Popen[bytes]:
    """Start `scrapy …` as a shell would and return at once; `environ` is the whole environment."""
    return subprocess.Popen([sys.executable, "-m", "scrapy", *words], cwd=ROOT, env=environ, stdout=said, stderr=said)


class Running(Protocol):
    """A process that was started: what tests use of `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """The number of the process."""

    def poll(self) -> int | None:
        """Return the exit code, -9 after SIGKILL; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended; raise TimeoutExpired after so many seconds."""

    def send_signal(self, number: int, /) -> None:
        """Send a signal."""

    def kill(self) -> None:
        """Send SIGKILL."""


class Forked:
    """A `scrapy …` that was forked from a process that has imported everything: it starts in a quarter of the time.

    What it says is appended to the file `said`.
    """

    def __init__(self, words: list[str], environ: dict[str, str], said: Path | str = os.devnull) -> None:
        self._words = words
        self._process = _processes.Process(target=_scrapy, args=(words, environ, said, said, False))
        self._process.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, -9 after SIGKILL; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended; raise TimeoutExpired after so many seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._words, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


def run(words: list[str], environ: dict[str, str], *, unprivileged: bool = False) -> subprocess.CompletedProcess[str]:
    """Run `scrapy …` to its end, forked from a process that has imported already what takes each of them a second.

    If `unprivileged`, file permissions count for it, even where the tests are run by root.
    """
    with TemporaryDirectory() as folder:
        said = [Path(folder, name) for name in ("stdout", "stderr")]
        process = _processes.Process(target=_scrapy, args=(words, environ, *said, unprivileged))
        process.start()
        process.join(TIMEOUT)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, TIMEOUT, *(file.read_bytes() for file in said))
        return subprocess.CompletedProcess(
            words, process.exitcode, *(file.read_text("utf-8", "surrogateescape") for file in said)
        )


def _scrapy(
    words: list[str], environ: dict[str, str], stdout: Path | str, stderr: Path | str, unprivileged: bool
) -> None:
    for number, file in ((1, stdout), (2, stderr)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    if unprivileged:
        _drop_capabilities()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["__main__.py", *words]  # as `python -m scrapy` has it: usage messages name it
    from scrapy.cmdline import execute  # noqa: PLC0415 - nothing of Scrapy belongs into the tests' own process

    execute(["scrapy", *words])


def _drop_capabilities() -> None:
    """Give up root's CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH (capabilities(7)), in this process alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0, os.strerror(ctypes.get_errno())
    for low in range(3):  # effective, permitted, inheritable; the upper halves follow
        sets[low] &= ~(1 << 1 | 1 << 2)
    assert libc.capset(header, sets) == 0, os.strerror(ctypes.get_errno())


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
