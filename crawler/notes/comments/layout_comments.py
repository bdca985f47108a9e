"""Layout comments (`<!-- notemend: entries=table -->`): which layouts a note says that it has. Pure."""

from __future__ import annotations

import re

from crawler.notes.layouts import layouts

NONE = "none"
"""The name for a note without entries."""

_COMMENT = re.compile(
    rb"<!--[\s>]*+notemend[\s>]*+:[\s>]*+entries[\s>]*+=[\s>]*+([A-Za-z](?:(?!-->\Z)[A-Za-z_,-]|[\s>]++(?!-->\Z))*+)[\s>]*+-->",
    re.IGNORECASE,
)


def parse_layouts(comment: bytes) -> list[str] | None:
    """Return the names in a layout comment, in lower case; None for any other comment."""
    match = _COMMENT.fullmatch(comment)
    return None if match is None else parse_names(match[1].decode())


def parse_names(text: str) -> list[str]:
    """Return the names of layouts in a text with commas, as the names of modules."""
    return [name for name in re.split(r"[\s>,]+", text.lower().replace("-", "_")) if name]


def unknown_layouts(names: list[str]) -> list[str]:
    """Return the names that are neither layouts nor `none`."""
    return [name for name in names if name not in layouts() and name != NONE]


def valid_names() -> str:
    """Return the valid names for a message."""
    return ", ".join([*(name.replace("_", "-") for name in layouts()), NONE])
