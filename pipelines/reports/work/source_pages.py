"""Where a note is shown on GitHub or another host of its git repository."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.git import GitError, ask_git

if TYPE_CHECKING:
    from pathlib import Path

_REMOTE = re.compile(
    r"(?:https?://|ssh://|git://)(?:[^/@\s]*@)?(?P<host>[\w.-]+)(?::\d+)?/(?P<path>[^?#\s]+?)(?:\.git)?/?"
    r"|(?:[\w.-]+@)?(?P<scp_host>[\w.-]+):(?P<scp_path>[^?#\s:]+?)(?:\.git)?/?"
)


def opening(folder: Path, editor: str) -> dict[str, str]:
    """Return how locations in notes are opened: the URL of the editor and of the repository, and the notes folder."""
    folder = folder.resolve()
    path = folder.as_posix() if editor else ""
    root = path if path.startswith("/") or not path else f"/{path}"
    return {"editor": editor, "folder": root, "source": source_page(folder)}


def source_page(folder: Path) -> str:
    """Return the URL of a line of a note in a folder, with `{path}` and `{line}`; empty if it is not known.

    It is that of the branch that is checked out, at the remote `origin`.
    """
    try:
        remote = ask_git(folder, "remote", "get-url", "origin").strip()
        branch = ask_git(folder, "rev-parse", "--abbrev-ref", "HEAD").strip()
        ref = ask_git(folder, "rev-parse", "HEAD").strip() if branch == "HEAD" else branch
    except GitError:
        return ""
    return source_page_of(remote, ref, prefix_in_repository(folder))


def prefix_in_repository(folder: Path) -> str:
    """Return the path of a folder in its repository, with a slash at its end; empty at the root and outside."""
    try:
        return ask_git(folder, "rev-parse", "--show-prefix").removesuffix("\n")
    except GitError:
        return ""


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
