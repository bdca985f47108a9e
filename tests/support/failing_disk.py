"""Runs commands on a disk that fails at the n-th change: a library that is preloaded into their process counts them."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tests.support.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.crawling import Desk
    from tests.support.wrong_clock import WrongClock

VARIABLE = re.compile(r"[0-9a-f]{8,}|-\d+-")
"""What differs between the names of files of one sort: hashes, tokens of drafts, numbers of processes."""


class Trouble(Enum):
    """What happens at a change; all later ones fail as well on a full disk."""

    ERROR = {"DISK_ERRNO": str(int(errno.EIO))}  # noqa: RUF012 - no class attribute, but a member
    FULL = {"DISK_ERRNO": str(int(errno.ENOSPC)), "DISK_STAYS_BAD": "1"}  # noqa: RUF012
    KILL = {"DISK_SIGNAL": str(int(signal.SIGKILL))}  # noqa: RUF012
    INTERRUPT = {"DISK_SIGNAL": str(int(signal.SIGINT))}  # noqa: RUF012
    TERMINATE = {"DISK_SIGNAL": str(int(signal.SIGTERM))}  # noqa: RUF012


@dataclass(frozen=True)
class Change:
    """One call that changes something below the folder of a desk."""

    number: int
    call: str
    path: str

    @property
    def sort(self) -> tuple[str, str]:
        """The same for calls that do the same to files of one sort."""
        return self.call, VARIABLE.sub("#", self.path)


@dataclass(frozen=True)
class Disk:
    """A disk below the folder of a desk."""

    library: Path
    desk: Desk

    def run(
        self, words: list[str], at: int = 0, trouble: Trouble = Trouble.ERROR, clock: WrongClock | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; trouble comes with the change of a number, and never for 0."""
        self._log.unlink(missing_ok=True)
        wrong = clock.environ() if clock else {}
        failing = wrong | {
            "LD_PRELOAD": " ".join([str(self.library), *filter(None, [wrong.get("LD_PRELOAD")])]),
            "DISK_ROOT": f"{self.desk.folder}/",
            "DISK_FAILS_AT": str(at),
            "DISK_LOG": str(self._log),
            **trouble.value,
        }
        command = [sys.executable, "-m", "scrapy", *self.desk.command(*words)]
        environ = os.environ | self.desk.environ | failing
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    def changes(self) -> list[Change]:
        """Return the changes of the last command."""
        lines = self._log.read_text("utf-8", "surrogateescape").splitlines() if self._log.exists() else []
        found = (line.removesuffix(" FAILS").split(" ", 2) for line in lines)
        return [Change(int(number), call, path) for number, call, path in found]

    @property
    def _log(self) -> Path:
        return self.library.with_name("changes.log")
