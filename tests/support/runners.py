"""Machines on which GitHub runs the steps of a workflow or an action."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.processes import ROOT

if TYPE_CHECKING:
    from tests.support.crawling import Desk


class Machine:
    """A machine with a repository of notes, checked out, and the programs that runners carry.

    `gh` stands in for GitHub: it writes down how it was called. `environ` is added to the variables that a runner sets.
    """

    options: tuple[str, ...] = ()
    """Options of bash beside those of all steps."""

    def __init__(self, desk: Desk, environ: dict[str, str]) -> None:
        self.repository, self.temp, self.origin = desk.notes, desk.folder / "temp", desk.folder / "origin.git"
        tools, home = desk.folder / "tools", desk.folder / "home"
        for folder in (self.temp, tools, home):
            folder.mkdir()
        self.summary, self.asked = self.temp / "step_summary.md", self.temp / "gh.txt"
        for name, script in {
            "notemend": f'exec {sys.executable} -m crawler "$@" -s \'DOWNLOAD_DELAYS={{"*": 0}}\'',
            "gh": f'echo "$@" >> {self.asked}',
        }.items():
            (tools / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (tools / name).chmod(0o755)
        github = {"GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_REF_NAME": "main"}
        paths = {"HOME": str(home), "RUNNER_TEMP": str(self.temp), "PYTHONPATH": str(ROOT)}
        self.environ = os.environ | desk.environ | github | paths | environ
        self.environ["PATH"] = f"{tools}:{os.environ['PATH']}"
        for line in (
            "git init --quiet --initial-branch main",
            "git config user.name n; git config user.email n@example.org; git add .; git commit -qm notes",
            f"git clone --quiet --bare . {self.origin} && git remote add origin {self.origin}",
        ):
            done = self.shell(line)
            assert done.returncode == 0, f"{line}\n{done.stderr}"

    def shell(self, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a script as a step is run."""
        words = ["bash", "--noprofile", "--norc", "-e", *self.options, "-c", script]
        given = self.environ | environ
        return subprocess.run(words, cwd=self.repository, env=given, capture_output=True, text=True, check=False)
