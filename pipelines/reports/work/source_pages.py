"""Where a note is shown on GitHub or another host of its git repository."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 5
"""Seconds that git may take for one answer."""

_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
_REMOTE = re.compile(
    r"(?:https?://|ssh://|git://)(?:[^/@\s]*@)?(?P<host>[\w.-]+)(?::\d+)?/(?P<path>[^?#\s]+?)(?:\.git)?/?"
    r"|(?:[\w.-]+@)?(?P<scp_host>[\w.-]+):(?P<scp_path>[^?#\s:]+?)(?:\.git)?/?"
)


def source_page(folder: Path) -> str:
    """Return the URL of a line of a note in a folder, with `{path}` and `{line}`; empty if it is not known.

    It is that of the branch that is checked out, at the remote `origin`.
    """
    remote = _git(folder, "remote", "get-url", "origin")
    here = _git(folder, "rev-parse", "--show-prefix", "--abbrev-ref", "HEAD", "HEAD").split("\n")
    if not remote or len(here) != 3:  # noqa: PLR2004 - prefix, branch, commit
        return ""
    prefix, branch, commit = here
    return source_page_of(remote, commit if branch == "HEAD" else branch, prefix)


def source_page_of(remote: str, ref: str, prefix: str = "") -> str:
    """Return the same for the URL of a remote; `prefix` is the folder of the notes in the repository."""
    found = _REMOTE.fullmatch(remote)
    if found is None:
        return ""
    host, path = found["host"] or found["scp_host"], found["path"] or found["scp_path"]
    form = next((form for name, form in _forms().items() if name in host.lower().split(".")), "")
    repository = f"https://{host}/{quote(path.lstrip('/'))}"
    return form.replace("{repository}", repository).replace("{ref}", quote(ref)).replace("{prefix}", quote(prefix))


@cache
def _forms() -> dict[str, str]:
    """Return the URLs of lines by a label in the name of the host."""
    forms: dict[str, str] = tomllib.loads(files("pipelines").joinpath("data/source_pages.toml").read_text("utf-8"))
    return forms


def _git(folder: Path, *words: str) -> str:
    """Return what git prints; empty without git or a repository."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-c", "core.fsmonitor=false", *words],  # noqa: S607 - the user's git
            cwd=folder,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").removesuffix("\n")
