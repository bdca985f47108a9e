"""Tell the collaborations in lists of authors from persons. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable

_GROUP = re.compile(
    r"\b(?:collaborations?|consorti(?:um|a))\b|\b(?:group|team|task force|project|committee|initiative)\b(?=\)?$|,)",
    re.IGNORECASE,
)


def clean_author(name: str) -> str:
    """Return a name without stray punctuation, which arXiv has behind collaborations; empty if nothing is left."""
    name = collapse_whitespace(name).strip(",;: ")
    return name if any(character.isalnum() for character in name) else ""


def is_collaboration(name: str) -> bool:
    """Return whether a name among the authors is that of a group, such as `The ATLAS Collaboration`."""
    return _GROUP.search(name) is not None


def comparable_names(names: Iterable[str]) -> set[tuple[str, str]]:
    """Return (family name, initial) of each author, without accents: "K. He" equals "Kaiming He".

    A collaboration counts under its whole name, since many share their last word.
    """
    plain = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower() for name in names)
    words = ((name, re.findall(r"[a-z]+", name)) for name in plain)
    return {
        (" ".join(parts).removeprefix("the "), "") if is_collaboration(name) else (parts[-1], parts[0][0])
        for name, parts in words
        if parts
    }
