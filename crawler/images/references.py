"""Find the names of stored images in files: in paths and URLs, also percent-encoded, in any format."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from crawler.errors import UserError
from crawler.images.store import NAME

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from pathlib import Path

_BLOCK = 2**20
_OVERLAP = 1024
"""Bytes of a block that are searched again with the next: more than a percent-encoded name in UTF-32 has."""

_HASH = 64
_STEM = re.compile(rb"([0-9a-f]{64,})(-\d+)?")
_NAME = re.compile(NAME.encode())


def find_stems(files: Iterable[Path], known: Container[str]) -> set[str]:
    """Return the image names in files, without folder and extension, whose hash is in `known`.

    Raises UserError if a file cannot be read.
    """
    stems = set()
    for text in (text for file in files for text in _texts(file)):
        for digits, width in _STEM.findall(text):
            for start in range(len(digits) - _HASH + 1):  # hexadecimal digits may precede the hash: `%2f`
                if (stem := digits[start : start + _HASH].decode()) in known:
                    stems |= {stem, stem + width.decode()}
    return stems


def find_names(file: Path) -> set[str]:
    """Return the names of images in a file; raise UserError if it cannot be read."""
    return {match[0].decode() for text in _texts(file) for match in _NAME.finditer(text)}


def names_shown(folder: Path, files: Iterable[Path]) -> dict[str, list[str]]:
    """Return the names of images in files, each with the paths of these below a folder; unreadable files are left out.

    They are reported when the notes are registered.
    """
    shown: dict[str, list[str]] = {}
    for file in files:
        with suppress(UserError):
            for name in find_names(file):
                shown.setdefault(name, []).append(file.relative_to(folder).as_posix())
    return shown


def _texts(file: Path) -> Iterator[bytes]:
    """Yield a file's bytes in overlapping blocks, without the zero bytes of UTF-16, and again percent-decoded."""
    end = b""
    try:
        if file.exists() and not file.is_file():  # a device has no end
            return
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                plain = (end + block).replace(b"\0", b"").lower()
                yield plain
                if b"%" in plain:
                    yield unquote_to_bytes(plain).lower()
                end = block[-_OVERLAP:]
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from error
