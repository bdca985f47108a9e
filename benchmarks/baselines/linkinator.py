"""linkinator comes from npm's registry: it is installed once, into a folder that git ignores."""

from __future__ import annotations

import shutil
import subprocess

from benchmarks.harness.running import ROOT

NAME = "linkinator"
VERSION = "7.6.1"
"""The newest that runs on Node 20."""
FOLDER = ROOT / "benchmarks/.cache" / NAME / VERSION
BINARY = FOLDER / "node_modules/.bin" / NAME


def missing() -> str | None:
    """Install it if need be; return in one line why it cannot be had, or None."""
    if BINARY.exists():
        return None
    if (npm := shutil.which("npm")) is None:
        return "there is no npm"
    command = [npm, "install", f"--prefix={FOLDER}", "--silent", "--no-audit", "--no-fund", f"{NAME}@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"npm install ended with {done.returncode}" if done.returncode else None


def version() -> str:
    """Return its version and that of Node, which runs it."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{NAME} {VERSION}, Node {node}"
