"""Files written whole or not at all, and read only where they lie in their folder."""

from __future__ import annotations

import filecmp
import os
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_DRAFT = ".notemend-{}.part"
_DRAFTS = _DRAFT.format("[0-9a-f]" * 16)
_MOST_LINKS = 40
"""Symlinks that are followed for a message; Linux follows as many."""


class UnsafePathError(Exception):
    """A file is not read; the message says why."""


def open_inside(folder: Path, path: str) -> BinaryIO:
    """Open a regular file whose real path lies in a folder, which is given by its real path.

    Raises RefusedError for anything else, and OSError where a file cannot be opened or is not there.
    """
    real = Path(os.path.realpath(folder / path))
    if not real.is_relative_to(folder):
        raise UnsafePathError(f"links to {_target(folder / path, real)}, outside the notes folder")
    _check_regular(os.stat(real).st_mode)  # noqa: PTH116 - opening a device or a pipe may do something to it
    # Another file may have taken its place since: no symlink is followed then, and no pipe waited for.
    file = open(os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")  # noqa: PTH123, SIM115 - as above
    try:
        _check_regular(os.fstat(file.fileno()).st_mode)
    except UnsafePathError:
        file.close()
        raise
    return file


def _check_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UnsafePathError("no regular file")


def _target(path: Path, real: Path) -> str:
    """Return where a symlink leads, as the last link on the way says it; the real path where a folder is the link."""
    target = str(real)
    for _ in range(_MOST_LINKS):
        if not path.is_symlink():
            break
        target = str(path.readlink())
        path = path.parent / target
    return target if target.isprintable() else repr(target)


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
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


def fsync_path(path: Path) -> None:
    """Return when a file's bytes, or the names in a folder, would survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_stale_drafts(folder: Path, older_than: float) -> None:
    """Remove the drafts that a killed run left behind; `older_than` seconds spares those of runs still going."""
    for draft in folder.rglob(_DRAFTS):
        with suppress(FileNotFoundError):  # another worker's, in place by now
            if time.time() - draft.stat().st_mtime >= older_than:
                draft.unlink()
