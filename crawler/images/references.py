"""Which kept pictures files name: in a relative path, below whatever address, percent-encoded, in whatever markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from crawler.errors import UserError
from crawler.images.store import NAME

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from pathlib import Path

_BLOCK = 2**20
_OVERLAP = 1024
"""Bytes of a block that are read again with the next: a name, percent-encoded, in four bytes a character."""

_HASH = 64
_STEM = re.compile(rb"([0-9a-f]{64,})(-\d+)?")
_NAME = re.compile(NAME.encode())


def find_stems(files: Iterable[Path], known: Container[str]) -> set[str]:
    """Return the names without folder and extension that stand in files, as far as their hash is known.

    Raises UserError where a file cannot be read.
    """
    found = set()
    for text in (text for file in files for text in _texts(file)):
        for digits, width in _STEM.findall(text):
            for start in range(len(digits) - _HASH + 1):  # what stands before may end like a hash: `%2f`
                if (stem := digits[start : start + _HASH].decode()) in known:
                    found |= {stem, stem + width.decode()}
    return found


def find_names(file: Path) -> set[str]:
    """Return the names of pictures that stand in a file; raise UserError where it cannot be read."""
    return {found[0].decode() for text in _texts(file) for found in _NAME.finditer(text)}


def _texts(file: Path) -> Iterator[bytes]:
    """Yield what stands in a file, block by block, as it is written and decoded; in UTF-16 every second byte is 0."""
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
