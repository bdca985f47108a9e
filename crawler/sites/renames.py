"""Ask git where a file was renamed to, if the notes are in a repository."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from crawler.git import GitError, ask_git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MIN_SIMILARITY = 80
"""How much of a file, in percent, is the same before and after a renaming."""

_LOG = (
    *("-c", "diff.renameLimit=1000", "log", "--no-ext-diff", "--no-textconv", "--no-color", "--format=", "-z"),
    *("--relative", "--name-status", f"--find-renames={MIN_SIMILARITY}%", "--diff-filter=R", "--", "."),
)


def renamed_files(folder: Path) -> Mapping[str, str]:
    """Return the last paths of renamed files by each earlier one, relative to a folder.

    A path that was given to several files is left out, and so is one whose last file is not there any more. Without
    git, without a repository, or without an answer of git nothing is known.
    """
    try:
        log = ask_git(folder, *_LOG)
    except GitError:
        return {}
    steps = defaultdict(set)
    fields = iter(log.split("\0"))
    for status in fields:
        if status.startswith("R"):
            old, new = next(fields, ""), next(fields, "")
            steps[old].add(new)
    last = {old: _follow(steps, old) for old in steps}
    return {old: new for old, new in last.items() if new and not (folder / old).exists() and (folder / new).is_file()}


def _follow(steps: Mapping[str, set[str]], path: str) -> str | None:
    """Return the path at the end of a chain of renamings; None where it branches or has no end."""
    seen = {path}
    while (following := steps.get(path)) is not None:
        if len(following) > 1 or (path := next(iter(following))) in seen:
            return None
        seen.add(path)
    return path
