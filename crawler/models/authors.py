"""Tell the collaborations in lists of authors from persons. Pure."""

from __future__ import annotations

import re

from crawler.text import collapse_whitespace

_GROUP = re.compile(
    r"\b(?:collaborations?|consorti(?:um|a))\b|\b(?:group|team|task force|project|committee|initiative)\)?$",
    re.IGNORECASE,
)


def clean_author(name: str) -> str:
    """Return a name without stray punctuation, which arXiv has behind collaborations; empty if nothing is left."""
    name = collapse_whitespace(name).strip(",;: ")
    return name if any(character.isalnum() for character in name) else ""


def is_collaboration(name: str) -> bool:
    """Return whether a name among the authors is that of a group, such as `The ATLAS Collaboration`."""
    return _GROUP.search(name) is not None
