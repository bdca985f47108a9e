"""Keep a copy of an SQLite file from before its migration: an older program cannot open the migrated one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from crawler.atomic_files import fsync_path, replace_atomically

_SUFFIX = ".before-migration"


def keep_copy(file: str) -> None:
    """Copy an SQLite file beside it, in place of the copy from before the migration that came last.

    Raises OSError if it cannot be written, sqlite3.Error if the file cannot be read.
    """
    source = Path(file)
    with replace_atomically(source.with_name(source.name + _SUFFIX)) as draft:
        # A connection of its own: the transaction of another one would keep the copy from being consistent.
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(draft)) as copy:
            original.backup(copy)
        fsync_path(draft)
