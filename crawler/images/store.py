"""The interface of image stores, and the store in a local folder.

All methods block, and raise `ImageStoreError` if the store cannot be reached or written.
"""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.atomic_files import remove_stale_drafts, write_atomically
from crawler.errors import ImageStoreError, UserError
from crawler.images.names import TRASH, is_image_name, is_intact, parse_trashed, trashed_name
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date
    from pathlib import Path


class ImageStore(ABC):
    """A store of images; `place` is its name in messages, `base` the URL below which it is public (or "")."""

    is_local = False
    """Whether reading an image costs neither a request nor money."""

    def __init__(self, place: str, base: str = "") -> None:
        self.place = place
        self.base = base.rstrip("/")
        self.unavailable_reason: str | None = None
        """Why no more images can be saved in this run; None if they can."""

    @abstractmethod
    def put(self, name: str, body: bytes, media_type: str) -> None:
        """Store bytes under a name atomically; a name that exists is not sent again."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Return whether a name exists."""

    @abstractmethod
    def size(self, name: str) -> int | None:
        """Return the size in bytes of a name that exists; None if the store does not tell."""

    def forget(self, name: str) -> None:  # noqa: B027 - a folder is read each time
        """Forget that a name exists, so that `put` sends its bytes again."""

    @abstractmethod
    def open(self, name: str) -> bytes:
        """Return the bytes of a name."""

    @abstractmethod
    def list(self) -> Iterator[str]:
        """Yield the names of images in the store; other files are skipped."""

    @abstractmethod
    def discard(self, name: str, day: date) -> None:
        """Move a name to the trash of a day, if it exists."""

    @abstractmethod
    def discarded(self) -> Iterator[tuple[date, str]]:
        """Yield the names in the trash, each with the day on which it was moved there."""

    @abstractmethod
    def restore(self, name: str, day: date) -> None:
        """Move a name back from the trash of a day."""

    @abstractmethod
    def delete_discarded(self, name: str, day: date) -> None:
        """Remove a name from the trash of a day, with no way back."""

    def connect(self) -> None:  # noqa: B027 - a folder is checked when it is opened
        """Connect to the store; set `unavailable_reason` if that fails."""

    def disconnect(self) -> None:  # noqa: B027 - a folder is read each time
        """Forget which names exist; `connect` reads them again."""

    def close(self) -> None:  # noqa: B027 - most have no connections that stay open
        """Close the connections."""

    def send_unsent(self) -> None:  # noqa: B027 - the others send in `put`, or raise an error
        """Send the saved images that could not be sent in earlier runs."""

    @property
    def unsent_reason(self) -> str | None:
        """Why images are saved, but not sent to where notes could show them; None if all are sent."""
        return None

    @property
    def problem(self) -> str | None:
        """What is to be told of this store after a run, in one line; None if nothing is wrong."""
        reason = self.unavailable_reason or self.unsent_reason
        return reason and f"IMAGES_STORE: {reason}"

    def public_url(self, name: str, note_folder: Path) -> str | None:  # noqa: ARG002 - for folders
        """Return the URL of an image for a note in a folder; None if it has none yet."""
        return f"{self.base}/{quote(name)}"

    def is_own_url(self, url: str) -> bool:
        """Return whether a URL is that of an image in this store."""
        return bool(self.base) and url.startswith(f"{self.base}/")

    def remove_stale_drafts(self) -> None:  # noqa: B027 - atomic uploads leave none
        """Remove the unfinished files of processes that have ended."""


class FolderImageStore(ImageStore):
    """A folder on this machine."""

    is_local = True

    def __init__(self, folder: Path, base: str = "") -> None:
        super().__init__(str(folder), base)
        self.folder = folder
        self._resolved = folder.resolve()

    def put(self, name: str, body: bytes, media_type: str) -> None:  # noqa: ARG002 - the extension is enough
        """Write a file atomically; an existing one with other bytes (damaged) is replaced."""
        with _report(self.place):
            write_atomically(self.folder / name, body)

    def has(self, name: str) -> bool:
        """Return whether the file exists."""
        return os.path.isfile(f"{self.folder}/{name}")  # noqa: PTH113 - a fifth of the time; asked for each image

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes."""
        with _report(self.folder / name):
            return (self.folder / name).stat().st_size

    def open(self, name: str) -> bytes:
        """Return the bytes of a file."""
        with _report(self.folder / name):
            return (self.folder / name).read_bytes()

    def list(self) -> Iterator[str]:
        """Yield the names of images in the two-letter folders, in order."""
        for folder in self._image_folders():
            names = (f"{folder.name}/{file.name}" for file in sorted(folder.iterdir()) if file.is_file())
            yield from filter(is_image_name, names)

    def _image_folders(self) -> Sequence[Path]:
        return sorted(self.folder.glob("[0-9a-f][0-9a-f]"))

    def discard(self, name: str, day: date) -> None:
        """Move a file to the trash, and remove its folder if that is empty then."""
        path, target = self.folder / name, self.folder / trashed_name(name, day)
        with _report(path):
            if path.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
                _remove_empty(path.parent)

    def discarded(self) -> Iterator[tuple[date, str]]:
        """Yield the names in the trash, the oldest first."""
        files = sorted(self.folder.glob(f"{TRASH}/*/*/*"))
        yield from filter(None, (parse_trashed(file.relative_to(self.folder).as_posix()) for file in files))

    def restore(self, name: str, day: date) -> None:
        """Move a file back from the trash."""
        path = self.folder / name
        with _report(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            (self.folder / trashed_name(name, day)).replace(path)

    def delete_discarded(self, name: str, day: date) -> None:
        """Remove a file from the trash, and the folders that are empty then."""
        path = self.folder / trashed_name(name, day)
        with _report(path):
            path.unlink(missing_ok=True)
            for folder in path.parents[:3]:
                _remove_empty(folder)

    def public_url(self, name: str, note_folder: Path) -> str | None:
        """Return the URL below `base`; without it the relative path from a note's folder (symlinks resolved)."""
        if self.base:
            return super().public_url(name, note_folder)
        folder, _, file = name.rpartition("/")
        return _relative_url(f"{self._resolved}/{folder}", str(note_folder)) + quote(file)

    def remove_stale_drafts(self) -> None:
        """Remove the drafts of processes that have ended from the folders of images."""
        remove_stale_drafts(*self._image_folders())


@lru_cache(maxsize=4096)  # there are 256 folders of images, and more images in notes
def _relative_url(folder: str, note_folder: str) -> str:
    """Return the relative URL of a folder from another one, with a slash at its end; "" if they are the same."""
    path = os.path.relpath(folder, note_folder).replace(os.sep, "/")
    return "" if path == "." else f"{quote(path)}/"


async def put_image(image_store: ImageStore, name: str, body: bytes, media_type: str) -> None:
    """Store bytes from an event loop, in a thread: disks and networks may be slow. Raises ImageStoreError as `put`."""
    await asyncio.to_thread(image_store.put, name, body, media_type)


@contextmanager
def _report(place: str | Path) -> Iterator[None]:
    """Raise ImageStoreError for errors of the file system at a place."""
    try:
        yield
    except OSError as error:
        raise ImageStoreError(f"{place}: {error.strerror or error}") from error


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def restore_from_trash(image_store: ImageStore, names: Collection[str]) -> set[str]:
    """Move names back that are in the trash with the bytes of their hash; return which."""
    restored: set[str] = set()
    for day, name in list(image_store.discarded()) if names else ():
        if name in names and name not in restored and is_intact(name, image_store.open(trashed_name(name, day))):
            image_store.restore(name, day)
            restored.add(name)
    return restored


def writable_folder(folder: Path) -> Path:
    """Return a folder, created if need be; raise UserError if no files can be written to it."""
    probe = folder / ".notemend"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)  # another process of the run may look at the same time
    except OSError as error:
        raise UserError(say("error.not_writable", folder=folder, error=error.strerror)) from error
    return folder
