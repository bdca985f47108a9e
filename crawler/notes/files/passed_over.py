"""Folders that are never entered, whatever the rules of ignored files say. Pure."""

from __future__ import annotations

FOLDERS = frozenset({"lost+found", "node_modules", "venv", "__pycache__"})
"""Folders that hold no files of the user; lost+found is in the root of every ext4 volume."""


def is_passed_over(name: str) -> bool:
    """Return whether a folder is never entered: hidden ones (.git, .obsidian, .trash, .venv), and FOLDERS."""
    return name.startswith(".") or name in FOLDERS
