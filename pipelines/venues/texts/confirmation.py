"""Decide whether a name that is also an ordinary word is a venue in a text. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.venues.table import venue_table
from pipelines.venues.texts.editions import stated_year

if TYPE_CHECKING:
    from pipelines.venues.texts.tokens import TokenizedText, VenueMention

LEADS = frozenset({"@", "acm", "at", "by", "for", "ieee", "in", "of", "the", "to"})
"""Words between a cue of acceptance and a name."""

MAX_CUE_DISTANCE = 60
"""Characters between a cue of acceptance and a name."""

_CALLED_SO = re.compile(r"\) (?:Conference|Symposium)\b")
_TAKEN = re.compile(r",? (?:(?:is |was )?(?:accepted|published)|in press)\b", re.IGNORECASE)
_PUBLISHED = frozenset({"accepted", "publication", "published", "version"})
_PARTS = frozenset({"findings", "industry", "main", "oral", "proceedings"})
_ACRONYM = 3  # letters


def is_confirmed(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether an ordinary word is a venue here.

    It is beside a year, behind "accepted at", in brackets before "Conference", or as capitals alone.
    """
    if stated_year(text, mention) or _is_part(text, mention):
        return True
    end = text.tokens[mention.last - 1].end
    if _CALLED_SO.match(text.plain, end) or _TAKEN.match(text.plain, end):
        return True
    start = text.tokens[mention.first].start
    cue = venue_table().cues.search(text.plain, max(0, start - MAX_CUE_DISTANCE), start)
    return before_leads(text, mention.first) < mention.first and cue is not None


def before_leads(text: TokenizedText, index: int) -> int:
    """Return the first of the words before a token that may stand between a cue and a name: "publication on the"."""
    while index:
        word = text.tokens[index - 1].text.lower()
        is_on = word == "on" and index > 1 and text.tokens[index - 2].text.lower() in _PUBLISHED
        if word not in LEADS and not is_on:
            break
        index -= 1
    return index


def _is_part(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether capitals are a venue: in "ACL Findings", or alone at the end, "7 pages, 2 figures, ACL"."""
    word, before = text.tokens[mention.first].text, text.tokens[mention.first - 1].text if mention.first else ","
    if not word.isupper() or len(word) < _ACRONYM:
        return False
    if mention.last == len(text.tokens):
        return before in {",", ";", "."}
    return text.tokens[mention.last].text.lower() in _PARTS
