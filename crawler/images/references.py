"""Find the names of stored images in files: in paths and URLs, also percent-encoded, in any format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_to_bytes

from ahocorasick_rs import BytesAhoCorasick

from crawler.errors import UserError
from crawler.images.names import NAME

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


def find_urls(files: Iterable[Path], urls: Iterable[str]) -> set[str]:
    """Return those URLs of which host and path occur in files, whatever their case and escapes.

    Raises UserError if a file cannot be read.
    """
    by_place: dict[bytes, set[str]] = {}
    for url in urls:
        place = re.split(r"[?&#]", url.partition("://")[2], maxsplit=1)[0].lower()
        for written in {place, unquote(place)}:
            by_place.setdefault(written.encode(), set()).add(url)
    places = list(by_place)
    search, found = BytesAhoCorasick(places), set()
    for text in (text for file in files for text in _texts(file)):
        found |= {places[at] for at, _, _ in search.find_matches_as_indexes(text, overlapping=True)}
    return {url for place in found for url in by_place[place]}


def find_names(data: bytes) -> set[str]:
    """Return the names of images in the bytes of a file."""
    return {match[0].decode() for text in _readings(data) for match in _NAME.finditer(text)}


def _readings(data: bytes) -> Iterator[bytes]:
    """Yield bytes without the zero bytes of UTF-16, and again percent-decoded."""
    plain = data.replace(b"\0", b"").lower()
    yield plain
    if b"%" in plain:
        yield unquote_to_bytes(plain).lower()


def _texts(file: Path) -> Iterator[bytes]:
    """Yield the readings of a file in overlapping blocks."""
    end = b""
    try:
        if file.exists() and not file.is_file():  # a device has no end
            return
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield from _readings(end + block)
                end = block[-_OVERLAP:]
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from error
