"""Write files atomically, and open files only if they are inside a folder."""

from __future__ import annotations

import filecmp
import os
import re
import secrets
import socket
import stat
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_DRAFT = re.compile(r"\.notemend-([0-9a-f]{12})-([0-9]+)-[0-9a-f]{16}\.part")
_own_drafts: set[Path] = set()
"""The drafts that this process is writing."""

_MOST_LINKS = 40
"""Symlinks in a row that are followed for a message: the limit of Linux (path_resolution(7))."""


class UnsafePathError(Exception):
    """A file must not be read; the message is the reason."""


def open_inside(folder: Path, path: str) -> BinaryIO:
    """Open a regular file for reading if its real path is inside `folder`, itself a real path, and not in `.git`.

    Raises UnsafePathError for any other file, and OSError if it does not exist or cannot be opened.
    """
    real = Path(os.path.realpath(folder / path))
    if not real.is_relative_to(folder):
        raise UnsafePathError(f"links to {_target(folder / path, real)}, outside the notes folder")
    if ".git" in (part.lower() for part in real.relative_to(folder).parts):  # its configuration may have a token
        raise UnsafePathError("inside .git")
    return _open_real(real)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, also behind symlinks; never a device or a pipe, which may have no end.

    Raises UnsafePathError for any other file, and OSError if it does not exist or cannot be opened.
    """
    return _open_real(Path(os.path.realpath(path)))


def read_head(path: Path, size: int) -> bytes:
    """Return the first bytes of a regular file, at most `size`; none if it cannot be read, or is no regular file."""
    try:
        with open_regular(path) as file:
            return file.read(size)
    except (OSError, UnsafePathError):
        return b""


def _open_real(real: Path) -> BinaryIO:
    _check_regular(os.stat(real).st_mode)  # noqa: PTH116 - opening a device or a pipe may do something to it
    # The file may have been replaced since: O_NOFOLLOW refuses a symlink, O_NONBLOCK does not wait for a pipe.
    file = open(os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")  # noqa: PTH123, SIM115 - the caller closes it
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
    with _draft_of(path) as draft:
        yield draft
        if path.is_symlink() or not path.is_file() or not filecmp.cmp(draft, path, shallow=False):
            draft.replace(path)
        else:
            draft.unlink()


def write_atomically(path: Path, body: bytes) -> None:
    """Write a file by way of a draft in its folder, which is created if need be; one with these bytes stays.

    It does the same as `replace_atomically`, with half the calls of the system: a store has many small files.
    """
    if _has_bytes(path, body):
        return
    with _draft_of(path) as draft:
        try:
            draft.write_bytes(body)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(body)
        draft.replace(path)


@contextmanager
def _draft_of(path: Path) -> Iterator[Path]:
    """Yield a new name for a draft of a file; the draft is removed if the block raises."""
    draft = draft_beside(path)
    _own_drafts.add(draft)
    try:
        yield draft
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    finally:
        _own_drafts.discard(draft)


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


def draft_beside(path: Path, process: int | None = None) -> Path:
    """Return a new name for a draft of a file: it says which process writes it, by default this one."""
    return path.with_name(f".notemend-{_machine()}-{process or os.getpid()}-{secrets.token_hex(8)}.part")


def remove_stale_drafts(*folders: Path) -> None:
    """Remove the drafts in these folders, not below them, that processes of this machine left which have ended.

    Those of other machines stay: nobody here knows whether they are still being written.
    """
    for folder in folders:
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            for entry in entries:
                if (match := _DRAFT.fullmatch(entry.name)) is not None and _is_stale(folder / entry.name, match):
                    with suppress(FileNotFoundError):  # removed by another process meanwhile
                        Path(folder, entry.name).unlink()


def folders_below(folder: Path) -> Iterator[Path]:
    """Yield a folder and all below it, without following symlinks."""
    for root, _, _ in os.walk(folder):
        yield Path(root)


def _is_stale(draft: Path, match: re.Match[str]) -> bool:
    machine, process = match[1], int(match[2])
    if machine != _machine():
        return False
    return draft not in _own_drafts if process == os.getpid() else not _is_alive(process)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of another user
        pass
    return True


@cache
def _machine() -> str:
    """Return a name for this machine, or container: the numbers of processes are unique in it."""
    try:
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        namespace = 0
    return sha256(f"{socket.gethostname()} {namespace}".encode()).hexdigest()[:12]
