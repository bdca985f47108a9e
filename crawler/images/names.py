"""The names of stored images, `ab/<sha256>.<ext>`: one name always has the same bytes. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import date

from crawler.images.sniff import EXTENSIONS, MEDIA_TYPES

NAME = r"([0-9a-f]{2})/\1[0-9a-f]{62}(?:-\d+)?(?:" + "|".join(map(re.escape, EXTENSIONS.values())) + ")"
"""A pattern of the names of stored images and thumbnails."""

TRASH = "trash"
"""The folder in a store to which images are moved that are not used any more: `trash/<day>/ab/<sha256>.<ext>`."""

_NAME = re.compile(NAME)


def image_name(body: bytes, media_type: str) -> str:
    """Return the name under which bytes are stored: `ab/<sha256>.<ext>`."""
    sha256 = hashlib.sha256(body).hexdigest()
    return f"{sha256[:2]}/{sha256}{EXTENSIONS[media_type]}"


def image_stem(name: str) -> str:
    """Return a name without folder and extension: the hash of the bytes, `<sha256>-<width>` for a thumbnail."""
    return name.rpartition("/")[2].partition(".")[0]


def thumbnail_name(name: str, width: int, extension: str = ".webp") -> str:
    """Return the name of an image's copy of at most `width` pixels, 0 for one of the same size."""
    return f"{name.rpartition('.')[0]}-{width}{extension}"


def media_type_of(name: str) -> str:
    """Return the media type of an image by its name, which has the extension of its bytes."""
    return MEDIA_TYPES[f".{name.rpartition('.')[2]}"]


def is_image_name(name: str) -> bool:
    """Return whether a name has the form of a stored image or thumbnail."""
    return _NAME.fullmatch(name) is not None


def is_intact(name: str, body: bytes) -> bool:
    """Return whether bytes have the hash in the name; True for thumbnails, whose names have that of the original."""
    stem = image_stem(name)
    return "-" in stem or hashlib.sha256(body).hexdigest() == stem


def trashed_name(name: str, day: date) -> str:
    """Return the name in the trash of a day."""
    return f"{TRASH}/{day}/{name}"


def parse_trashed(name: str) -> tuple[date, str] | None:
    """Return the day and the former name of a name in the trash; None for any other name."""
    folder, _, rest = name.partition("/")
    day, _, former = rest.partition("/")
    if folder != TRASH or not is_image_name(former):
        return None
    try:
        return date.fromisoformat(day), former
    except ValueError:
        return None
