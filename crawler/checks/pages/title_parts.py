"""Parts of titles: what they say, and the names of sites next to it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.checks.pages.signatures.signature_tables import topic_sites
from crawler.checks.pages.signatures.signatures import EDGE, normalize_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.checks.pages.signatures.lazy_pattern import LazyPattern

SEPARATOR = re.compile(
    r"(?:(?<!\s)\s+)?[|·•»«›‹_—–/\\]+\s*|(?<!\s)\s+[-:]+\s+"
    r"|(?<![a-z\s-])-++(?=\w)|(?<=[a-z\s]-)-++(?=\w)|(?<!-)-++(?=[^\x00-\x7f])"
)
"""What stands between the parts of a title."""

_MAX_NAME_BYTES, _MAX_NAME_WORDS, _MAX_NAMES = 45, 5, 3  # parts of a title that may be names of a site and its sections
_SUBTITLE = re.compile(r"(?:(?<!\s)\s+)?:\s*")


def find_title(title: str, whole: LazyPattern | None, part: LazyPattern | None) -> str | None:
    """Return the title if it matches `whole`, else the part of it that matches `part`; None if neither does."""
    if whole is not None and whole.fullmatch(title):
        return title
    return None if part is None else _find_phrase(title, part)


def _find_phrase(title: str, phrases: LazyPattern) -> str | None:
    """Return the first part of a title that is one of the phrases, if all other parts are short names of a site."""
    phrase, others = None, []
    for part in filter(None, (part.strip(EDGE) for part in SEPARATOR.split(title))):
        if phrases.fullmatch(part) or _are_phrases(_SUBTITLE.split(part), phrases):
            phrase = phrase or part
        else:
            others.append(part)
    if any(map(topic_sites().fullmatch, others)):
        return None
    return phrase if len(others) <= _MAX_NAMES and all(map(is_name, others)) else None


def _are_phrases(pieces: Sequence[str], phrases: LazyPattern) -> bool:
    return len(pieces) > 1 and all(phrases.fullmatch(piece.strip(EDGE)) for piece in pieces)


def normalized_sentence(sentence: str) -> str:
    """Return a sentence as titles are compared, without the punctuation around it."""
    return normalize_title(sentence).strip(EDGE)


def is_name(part: str) -> bool:
    """Return whether a part of a title may be the name of a site or of a section."""
    return len(part.encode(errors="replace")) <= _MAX_NAME_BYTES and len(part.split()) <= _MAX_NAME_WORDS
