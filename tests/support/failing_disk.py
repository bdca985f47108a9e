"""Runs commands on a disk that fails at the n-th change: a library that is preloaded into their process counts them."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.processes import ROOT

if TYPE_CHECKING:
    from tests.support.crawling import Desk

SOURCE = Path(__file__).with_suffix(".c")
VARIABLE = re.compile(r"[0-9a-f]{8,}|-\d+-")
"""What differs between the names of files of one sort: hashes, tokens of drafts, numbers of processes."""


def build(folder: Path) -> Path:
    """Return the library; skip the test where it cannot be built."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler, or not Linux (Debian: apt-get install gcc)")
    library = folder / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


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

    def run(self, words: list[str], fails_at: int = 0, *, stays_bad: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command; the change with a number fails, and with `stays_bad` all after it: the disk is full."""
        self._log.unlink(missing_ok=True)
        failing = {
            "LD_PRELOAD": str(self.library),
            "DISK_ROOT": f"{self.desk.folder}/",
            "DISK_FAILS_AT": str(fails_at),
            "DISK_STAYS_BAD": str(int(stays_bad)),
            "DISK_ERRNO": str(errno.ENOSPC if stays_bad else errno.EIO),
            "DISK_LOG": str(self._log),
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
