"""File names that every system takes, and that are different on every system. Pure."""

from __future__ import annotations

import re
import unicodedata
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

MAX_BYTES = 80
"""Length of a name without extension in UTF-8: file systems take 255 bytes, and encrypted ones about 140."""

_RESERVED = re.compile(r"con|prn|aux|nul|conin|conout|clock|com\d|lpt\d", re.IGNORECASE)
"""Names of devices on Windows, also with an extension."""

_INVISIBLE = re.compile("[\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Letters and marks that show nothing: names that differ in them look the same."""


def safe_stem(text: str) -> str:
    """Return a name without extension made of a text: letters, digits, `-` and `_` in any script; "" if none is left.

    It is in NFC, has at most MAX_BYTES bytes in UTF-8, and is no name of a device on Windows.
    """
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", _INVISIBLE.sub("", text)):
        is_mark = unicodedata.category(character) in {"Mn", "Mc"} and kept and kept[-1] != "-"
        kept.append(character if character.isalnum() or character == "_" or is_mark else "-")
    stem = cut(re.sub("-{2,}", "-", "".join(kept)).strip("-_"), MAX_BYTES)
    return f"image-{stem}" if _RESERVED.fullmatch(unicodedata.normalize("NFKC", stem)) else stem


def free_name(stem: str, extension: str, taken: Container[str], first: int | None = None) -> str:
    """Return a file name whose `comparable` form is not in `taken`; numbers are appended where needed.

    With `first` every name has a number, from this one on.
    """
    if first is None and comparable(name := f"{stem}{extension}") not in taken:
        return name
    numbers = count(2 if first is None else first)
    numbered = (f"{cut(stem, MAX_BYTES - 8)}-{number}{extension}" for number in numbers)
    return next(name for name in numbered if comparable(name) not in taken)


def comparable(name: str) -> str:
    """Return the form of a name that is the same for all names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).upper().casefold())


def cut(text: str, size: int) -> str:
    """Return the beginning of a text of at most `size` bytes in UTF-8, in NFC."""
    if len(text.encode()) <= size:
        return text
    return text.encode()[:size].decode(errors="ignore").rstrip("-_")
