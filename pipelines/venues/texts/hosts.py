"""Find out whether a venue in a text is only the host of a workshop: "DreamNLP @ ACL", "NeurIPS 2025 SPIGM". Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.venues.table import venue_table
from pipelines.venues.texts.tokens import ORGANIZERS
from pipelines.venues.texts.tracks import track_in

if TYPE_CHECKING:
    from pipelines.venues.texts.tokens import TokenizedText, VenueMention

_ACRONYM = re.compile(r"[A-Z][A-Za-z0-9]{0,15}(?:-[A-Z][a-z]+|[A-Z][A-Za-z0-9]{0,15})(?:-[A-Za-z0-9]{1,9})?")
_ROMAN = re.compile(r"[IVX]+")
_BEHIND = re.compile(
    r"(?:\s*['’]?\s*\d{2}(?:\d\d)?)?\s+(?P<name>" + _ACRONYM.pattern + r")(?:\s*['’]?\d{2}(?:\d\d)?)?\s*(?:[.,;)]|$)"
)
_AT = re.compile(r"(?:^|[\s(,;])(?P<name>" + _ACRONYM.pattern + r")(?:['’ -]?\d{2,4})?\s+at(?:\s+the)?\s*$")
_MIN_NAME = 3
_MAX_NAME = 60  # characters before or behind a venue in which the acronym of a workshop is searched


def is_host(text: TokenizedText, mention: VenueMention, cue_end: int | None) -> bool:
    """Return whether a venue is a workshop's host; `cue_end` is the token behind the last cue before it.

    "DreamNLP @ ACL", "WDREAM at ACL", "MED-NIPS", "NeurIPS 2025 SPIGM"; not "accepted @ ACL", "IEEE-ICRA".
    """
    if "Workshop" in mention.series.full_name:
        return False
    start, end = text.tokens[mention.first].start, text.tokens[mention.last - 1].end
    behind = _BEHIND.match(text.plain, end, end + _MAX_NAME)
    if behind and mention.series.kind == "conference" and _may_be_workshop(behind["name"]):
        return True
    before = _AT.search(text.plain[max(0, start - _MAX_NAME) : start])
    if before and _may_be_workshop(before["name"]):
        return True
    return _is_behind_mark(text, mention, cue_end)


def _is_behind_mark(text: TokenizedText, mention: VenueMention, cue_end: int | None) -> bool:
    """Return whether the name of a workshop and `@` or a dash stand before a venue."""
    at = mention.first - 1
    if at <= 0:
        return False
    if text.tokens[at].text == "@":
        return cue_end is None or cue_end != at
    workshop, dash, host = text.tokens[at - 1], text.tokens[at], text.tokens[mention.first]
    if dash.text != "-" or not workshop.end == dash.start == host.start - 1 or not workshop.text.isupper():
        return False
    return len(workshop.text) > 1 and not _is_venue(workshop.text) and workshop.text not in ORGANIZERS


def _may_be_workshop(name: str) -> bool:
    """Return whether an acronym beside a venue may be a workshop's: no venue, organizer, track, place or publisher."""
    table = venue_table()
    if len(name) < _MIN_NAME:
        return False
    if name in table.workshops:
        return True
    is_word = _ROMAN.fullmatch(name) or table.cues.fullmatch(name) or track_in(name) or name.lower() in table.around
    return not is_word and name not in ORGANIZERS | table.no_workshops and not _is_venue(re.split(r"[-\d]", name)[0])


def _is_venue(word: str) -> bool:
    """Return whether a word alone is the short name of a venue that is no ordinary word."""
    return any(len(short.tokens) == 1 and not short.weak for short in venue_table().short.get(word.lower(), ()))
