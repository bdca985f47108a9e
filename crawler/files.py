"""Files written whole or not at all."""

from __future__ import annotations

import filecmp
import os
import secrets
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DRAFT = ".notemend-{}.part"
_DRAFTS = _DRAFT.format("[0-9a-f]" * 16)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to; what is written there takes its place as a whole or not at all.

    A file that would not change is left untouched. A link at `path` is replaced, not followed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(_DRAFT.format(secrets.token_hex(8)))
    try:
        yield draft
        if path.is_symlink() or not path.is_file() or not filecmp.cmp(draft, path, shallow=False):
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Return when a file's bytes, or the names in a folder, would survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path, older_than: float) -> None:
    """Remove the drafts that a killed run left behind; `older_than` seconds spares those of runs still going."""
    for draft in folder.rglob(_DRAFTS):
        with suppress(FileNotFoundError):  # another worker's, in place by now
            if time.time() - draft.stat().st_mtime >= older_than:
                draft.unlink()
