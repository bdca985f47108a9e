"""The file of an SQLite database: whether it is still the same, and its copy from before a migration."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from crawler.atomic_files import fsync_path, replace_atomically

LOCK_SUFFIX = ".lock"
"""Follows the name of an SQLite file in that of the file that a run locks, which stays when the run has ended."""

_COPY_SUFFIX = ".before-migration"


def keep_copy(file: str) -> None:
    """Copy an SQLite file beside it, for an older program; one from before an earlier migration is replaced.

    Raises OSError if it cannot be written, sqlite3.Error if the file cannot be read.
    """
    source = Path(file)
    with replace_atomically(source.with_name(source.name + _COPY_SUFFIX)) as draft:
        # A connection of its own: the transaction of another one would keep the copy from being consistent.
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(draft)) as copy:
            original.backup(copy)
        fsync_path(draft)


def identity_of(file: str) -> tuple[int, int] | None:
    """Return device and inode of a file; None if there is none, as for a database in memory."""
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def trace_of_loss(file: Path) -> str | None:
    """Return what is wrong with an SQLite file if a run before this one has used it, and it turns out to be new."""
    if file.is_file():
        return "empty, no link database"
    return "missing, although an earlier run has used it" if Path(f"{file}{LOCK_SUFFIX}").exists() else None
