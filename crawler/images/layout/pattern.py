"""The values of IMAGES_LAYOUT and IMAGES_NAMES. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

BY_HASH, BY_TOOL = "hash", "tool"

NAMES = ("hash", "note", "alt")
"""What files are named after."""

FIELDS = ("note", "year", "month", "day")
"""What a pattern may contain in braces."""

_PATTERN = re.compile(r"(?:\./|/)(?:[^/\x00-\x1f<>:\"|?*\\]+/)*[^/\x00-\x1f<>:\"|?*\\]*")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where images stand: `hash` (in the image store), `tool` (as the note's tool has it) or a pattern of a folder.

    `names` is one of NAMES.
    """

    folder: str = BY_HASH
    names: str = "hash"

    @property
    def is_by_hash(self) -> bool:
        """Return whether notes show the files of the image store itself."""
        return self.folder == BY_HASH

    @property
    def key(self) -> str:
        """Return both values as one text: names are given for each."""
        return f"{self.folder} {self.names}"


def parse_folder(text: str) -> str:
    """Return a pattern with a slash at its end, or `hash` or `tool`; raise ValueError for anything else."""
    if text in {BY_HASH, BY_TOOL}:
        return text
    parts = text.split("/")
    fields = re.findall(r"\{([^{}]*)\}", text)
    bare = re.sub(r"\{[^{}]*\}", "", text)
    is_known = set(fields) <= set(FIELDS) and not re.search("[{}]", bare)
    if not _PATTERN.fullmatch(text) or ".." in parts or not is_known:
        raise ValueError(f"no folder for images: {text}")
    return f"{text.rstrip('/')}/"
