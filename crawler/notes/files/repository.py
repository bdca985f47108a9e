"""Find the git repository that a folder is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def repository_of(folder: Path) -> Path | None:
    """Return the folder or the nearest one above it that has a `.git`; None if there is none, or it cannot be seen."""
    return next(filter(_is_root, (folder, *folder.parents)), None)


def _is_root(folder: Path) -> bool:
    try:
        return (folder / ".git").exists()
    except PermissionError:
        return False
