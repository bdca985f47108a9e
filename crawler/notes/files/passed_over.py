"""Folders that are never entered, whatever the rules of ignored files say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_STORE, _EDITS, _COPIES = "notemend.sqlite", "edits.jsonl", "notes"

FOLDERS = frozenset({"lost+found", "node_modules", "venv", "__pycache__"})
"""Folders that hold no files of the user; lost+found is in the root of every ext4 volume."""


def is_passed_over(name: str) -> bool:
    """Return whether a folder is never entered: hidden ones (.git, .obsidian, .trash, .venv), and FOLDERS."""
    return name.startswith(".") or name in FOLDERS


def is_output_folder(folder: Path) -> bool:
    """Return whether a folder was once OUTPUT_DIR: it has the link database, or updated copies with their edits."""
    store, edits, copies = (os.path.join(folder, name) for name in (_STORE, _EDITS, _COPIES))  # noqa: PTH118 - see below
    # Unlike those of Path, these functions are false where there is no permission to look.
    return os.path.isfile(store) or (os.path.isfile(edits) and os.path.isdir(copies))  # noqa: PTH112, PTH113
