"""Where pictures are kept: a folder, or a place on the network behind the same few methods.

Names are `ab/<sha256>.<ext>`, so what is kept once never changes, and who has a name has its bytes. All methods block:
they are called in a thread. Raises `ImageStoreError` where a place cannot be reached or written to.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.atomic_files import remove_stale_drafts, replace_atomically
from crawler.errors import ImageStoreError, UserError
from crawler.images.sniff import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator


NAME = r"([0-9a-f]{2})/\1[0-9a-f]{62}(?:-\d+)?(?:" + "|".join(map(re.escape, EXTENSIONS.values())) + ")"
"""A pattern of the names that this program gives."""

_OURS = re.compile(NAME)


class ImageStore(ABC):
    """A place for pictures; `place` is how the user names it, `base` the URL under which its readers see it."""

    inline_limit = 0
    """Bytes up to which keeping them is quicker than handing them to a thread, which has to wait for the event loop."""

    def __init__(self, place: str, base: str = "") -> None:
        self.place = place
        self.base = base.rstrip("/")
        self.unavailable_reason: str | None = None
        """Why nothing more can be kept in this run; None while all is well."""

    @abstractmethod
    def put(self, name: str, body: bytes, media_type: str) -> None:
        """Put bytes there under a name, all of them or none; what is there already is not sent again."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Tell whether a name is there."""

    @abstractmethod
    def open(self, name: str) -> bytes:
        """Return the bytes under a name."""

    @abstractmethod
    def list(self) -> Iterator[str]:
        """Yield the names there that this program gave; anything else is none of its business."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove a name, if it is there."""

    def connect(self) -> None:  # noqa: B027 - a folder was looked at when it was opened
        """Find out what is there, or why nothing can be: `down`."""

    def disconnect(self) -> None:  # noqa: B027 - a folder is asked each time
        """Forget what is there; `connect` asks again."""

    def public_url(self, name: str, note_folder: Path) -> str:  # noqa: ARG002 - what lies beside the notes needs it
        """Return the URL of a picture as seen from a note in that folder."""
        return f"{self.base}/{quote(name)}"

    def is_own_url(self, url: str) -> bool:
        """Tell whether a URL leads here already."""
        return bool(self.base) and url.startswith(f"{self.base}/")

    def remove_stale_drafts(self, older_than: float) -> None:  # noqa: B027 - what is sent whole or not at all leaves nothing
        """Remove what a killed run left half-written, if it is older than that many seconds."""


class FolderImageStore(ImageStore):
    """A folder on this machine."""

    inline_limit = 1_000_000

    def __init__(self, folder: Path, base: str = "") -> None:
        super().__init__(str(folder), base)
        self.folder = folder
        self._resolved = folder.resolve()

    def put(self, name: str, body: bytes, media_type: str) -> None:  # noqa: ARG002 - a file's name says its type
        """Write a file beside its final name, then rename it; one that was damaged since is replaced."""
        try:
            with replace_atomically(self.folder / name) as draft:
                draft.write_bytes(body)
        except OSError as error:
            raise ImageStoreError(f"{self.place}: {error.strerror or error}") from error

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return (self.folder / name).is_file()

    def open(self, name: str) -> bytes:
        """Read a file."""
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise ImageStoreError(f"{self.folder / name}: {error.strerror or error}") from error

    def list(self) -> Iterator[str]:
        """Walk the folders of two letters."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            names = (f"{folder.name}/{file.name}" for file in sorted(folder.iterdir()) if file.is_file())
            yield from filter(is_image_name, names)

    def delete(self, name: str) -> None:
        """Remove a file, and its folder with the last one."""
        path = self.folder / name
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
        except OSError as error:
            raise ImageStoreError(f"{path}: {error.strerror or error}") from error

    def public_url(self, name: str, note_folder: Path) -> str:
        """Return the relative path from a note's folder (links resolved), where there is no other address."""
        if self.base:
            return super().public_url(name, note_folder)
        return quote(Path(os.path.relpath(self._resolved / name, note_folder)).as_posix())

    def remove_stale_drafts(self, older_than: float) -> None:
        """Remove drafts."""
        remove_stale_drafts(self.folder, older_than)


async def put_image(image_store: ImageStore, name: str, body: bytes, media_type: str) -> None:
    """Put bytes into a gallery from within an event loop; raise GalleryError as it does."""
    if len(body) <= image_store.inline_limit:
        image_store.put(name, body, media_type)
    else:
        await asyncio.to_thread(image_store.put, name, body, media_type)


def is_image_name(name: str) -> bool:
    """Tell whether this program gives such names."""
    return _OURS.fullmatch(name) is not None


def image_name(body: bytes, media_type: str) -> str:
    """Return the name under which bytes are kept."""
    sha256 = hashlib.sha256(body).hexdigest()
    return f"{sha256[:2]}/{sha256}{EXTENSIONS[media_type]}"


def image_stem(name: str) -> str:
    """Return a name without folder and extension: the hash of the bytes, `<sha256>-<width>` for a smaller picture."""
    return name.rpartition("/")[2].partition(".")[0]


def thumbnail_name(name: str, width: int) -> str:
    """Return the name of the WebP of at most that width that stands beside a picture."""
    return f"{name.rpartition('.')[0]}-{width}.webp"


def is_intact(name: str, body: bytes) -> bool:
    """Tell whether bytes are those that the name was given for; of what was derived from them that cannot be told."""
    stem = image_stem(name)
    return "-" in stem or hashlib.sha256(body).hexdigest() == stem


def writable_folder(folder: Path) -> Path:
    """Create a folder and make sure that files can be written to it."""
    probe = folder / ".notemend"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UserError(f"{folder}: cannot write there: {error.strerror}") from error
    return folder
