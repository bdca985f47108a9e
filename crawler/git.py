"""Ask the user's git about a folder; it changes nothing, and runs no program that a repository configures."""

from __future__ import annotations

import os
import subprocess
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TIMEOUT = 20
"""Seconds that git may take for one answer."""

_COMMAND = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false")
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_DIFF_OPTS": "",
    "LC_ALL": "C.UTF-8",
}


class GitError(Exception):
    """Git is not there, took too long, or says in one line why it does not answer."""


_FILTERS = ("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process|required)$")


def ask_git(folder: Path, *words: str, environment: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return what git prints in a folder; bytes that are not UTF-8 are surrogates. Raise GitError without an answer."""
    try:
        done = subprocess.run(  # noqa: S603 - callers give fixed words
            [*_COMMAND, *words],
            cwd=folder,
            env=os.environ | _ENVIRONMENT | dict(environment),
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


def without_filters(folder: Path) -> dict[str, str]:
    """Return the environment in which git reads files of a working tree without the programs that filter them."""
    try:
        names = set(filter(None, ask_git(folder, *_FILTERS).split("\0")))
    except GitError:  # there are none
        return {}
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0
    found = {"GIT_CONFIG_COUNT": str(first + len(names))}
    for at, name in enumerate(sorted(names), first):
        value = "false" if name.endswith(".required") else ""
        found |= {f"GIT_CONFIG_KEY_{at}": name, f"GIT_CONFIG_VALUE_{at}": value}
    return found
