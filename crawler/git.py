"""Ask the user's git about a folder; it changes nothing, and runs no program that a repository configures."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 20
"""Seconds that git may take for one answer."""

_COMMAND = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false")
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C.UTF-8"}


class GitError(Exception):
    """Git is not there, took too long, or says in one line why it does not answer."""


def ask_git(folder: Path, *words: str) -> str:
    """Return what git prints in a folder; bytes that are not UTF-8 are surrogates. Raise GitError without an answer."""
    try:
        done = subprocess.run(  # noqa: S603 - callers give fixed words
            [*_COMMAND, *words],
            cwd=folder,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(said[0].removeprefix("fatal: ") if said else "git failed") from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took more than {TIMEOUT} seconds") from error
    except OSError as error:
        raise GitError(f"git: {error.strerror}") from error
    return done.stdout.decode(errors="surrogateescape")
