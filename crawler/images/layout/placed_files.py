"""The files that show images in a folder of notes: write, compare and remove them."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from crawler.atomic_files import UnsafePathError, fsync_path, open_regular, replace_atomically
from crawler.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from crawler.images.store import ImageStore


class PlacedFiles:
    """Files below a folder that show images of an image store; `writable` are the folders that they may be in.

    A file with other bytes than those of the image is a person's: it is never replaced or removed, unless it is the
    beginning of the image, as a full disk leaves it.
    """

    def __init__(self, folder: Path, image_store: ImageStore, writable: Iterable[Path] = ()) -> None:
        self._folder = folder.resolve()
        self._image_store = image_store
        self._writable = tuple(writable) or (self._folder,)

    def names_in(self, folder: str) -> Sequence[str]:
        """Return the names of files and folders in a folder, if there is one; raise UserError if it cannot be read."""
        try:
            return os.listdir(self._folder / folder)  # noqa: PTH208 - names are enough
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise UserError(f"{self._folder / folder}: {error.strerror}") from error

    def is_there(self, path: str) -> bool:
        """Return whether there is something at a path, also a broken symlink."""
        return os.path.lexists(self._folder / path)

    def may_show(self, path: str, name: str) -> bool:
        """Return whether the file at a path has the size of an image; True if the image store cannot tell."""
        size = self._image_store.size(name) if self._image_store.has(name) else None
        try:
            return size is None or (self._folder / path).lstat().st_size == size
        except OSError:
            return False

    def shows(self, path: str, name: str) -> bool:
        """Return whether the file at a path has the bytes of an image."""
        found = self.read(path)
        return found is not None and self._image_store.has(name) and found == self._image_store.open(name)

    def is_cut_short(self, path: str, name: str) -> bool:
        """Return whether the file at a path is missing, or only the beginning of an image."""
        if not self.is_there(path):
            return True
        found = self.read(path)
        if found is None or not self._image_store.has(name) or self.may_show(path, name):
            return False
        return self._image_store.open(name).startswith(found)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a regular file; None for anything else."""
        file = self._folder / path
        try:
            with open_regular(file) as opened:
                return None if file.is_symlink() else opened.read()
        except (OSError, UnsafePathError):
            return None

    def write(self, path: str, name: str) -> None:
        """Write an image to a path, unless it is there; raise OSError if it cannot be written, or another file is."""
        file = self._folder / path
        body = self._image_store.open(name)
        if self.read(path) == body:
            return
        if not self.is_cut_short(path, name):
            raise OSError(errno.EEXIST, f"another file is at {path}")
        existing = next(each for each in file.parents if each.exists())
        if not any(existing.resolve().is_relative_to(each) for each in self._writable):
            raise OSError(errno.EPERM, f"{path} is outside the notes and their sites")
        with replace_atomically(file) as draft:
            draft.write_bytes(body)
            fsync_path(draft)

    def remove(self, path: str) -> None:
        """Remove a file, and its folder if that is empty then."""
        file = self._folder / path
        file.unlink(missing_ok=True)
        with suppress(OSError):  # it has other files
            file.parent.rmdir()
