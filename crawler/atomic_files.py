"""Write files atomically, and open files only if they are inside a folder."""

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
"""Symlinks in a row that are followed for a message: the limit of Linux (path_resolution(7))."""


class UnsafePathError(Exception):
    """A file must not be read; the message is the reason."""


def open_inside(folder: Path, path: str) -> BinaryIO:
    """Open a regular file for reading if its real path is inside `folder`, itself a real path.

    Raises UnsafePathError for any other file, and OSError if it does not exist or cannot be opened.
    """
    real = Path(os.path.realpath(folder / path))
    if not real.is_relative_to(folder):
        raise UnsafePathError(f"links to {_target(folder / path, real)}, outside the notes folder")
    _check_regular(os.stat(real).st_mode)  # noqa: PTH116 - opening a device or a pipe may do something to it
    # The file may have been replaced since: O_NOFOLLOW refuses a symlink, O_NONBLOCK does not wait for a pipe.
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
    """Return the target of the last symlink in a chain as written; the real path if a parent folder is the symlink."""
    target = str(real)
    for _ in range(_MOST_LINKS):
        if not path.is_symlink():
            break
        target = str(path.readlink())
        path = path.parent / target
    return target if target.isprintable() else repr(target)


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; after the block, rename that file to `path`.

    If the block raises, `path` stays as it was. A file with the same content is not replaced. A symlink at `path` is
    replaced, not followed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(_DRAFT.format(secrets.token_hex(8)))
    try:
        yield draft
        if path.is_symlink() or not path.is_file() or not filecmp.cmp(draft, path, shallow=False):
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_atomically(path: Path, body: bytes) -> None:
    """Write a file by way of a draft in its folder, which is created if need be; one with these bytes stays.

    It does the same as `replace_atomically`, with half the calls of the system: a store has many small files.
    """
    if _has_bytes(path, body):
        return
    draft = path.with_name(_DRAFT.format(secrets.token_hex(8)))
    try:
        try:
            draft.write_bytes(body)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(body)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _has_bytes(path: Path, body: bytes) -> bool:
    try:
        found = path.lstat()
        return stat.S_ISREG(found.st_mode) and found.st_size == len(body) and path.read_bytes() == body
    except OSError:
        return False


def fsync_path(path: Path) -> None:
    """Flush a file's bytes, or a folder's entries, to the disk, so that they survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_stale_drafts(folder: Path, older_than: float) -> None:
    """Remove the drafts of killed runs below a folder: those that are at least `older_than` seconds old.

    Younger ones may belong to a run that is still writing.
    """
    for draft in folder.rglob(_DRAFTS):
        with suppress(FileNotFoundError):  # renamed or removed by another worker meanwhile
            if time.time() - draft.stat().st_mtime >= older_than:
                draft.unlink()
