"""Find out whether a venue in a text is only the host of a workshop: "DreamNLP @ ACL", "CVPR-W 2025". Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.venues.table import venue_table
from pipelines.venues.texts.editions import stated_year
from pipelines.venues.texts.tokens import ORGANIZERS
from pipelines.venues.texts.tracks import track_in

if TYPE_CHECKING:
    from pipelines.venues.texts.tokens import TokenizedText, VenueMention

_ACRONYM = re.compile(r"[A-Z][A-Za-z0-9]{0,15}(?:-[A-Z][A-Za-z]+|[A-Z][A-Za-z0-9]{0,15})(?:-[A-Za-z0-9]{1,9})?")
_ROMAN = re.compile(r"[IVX]+")
_BEHIND = re.compile(
    r"(?:\s*+['’]?\s*+\d{2}(?:\d\d)?)?\s++(?P<name>"
    + _ACRONYM.pattern
    + r")(?:\s*+['’]?\d{2}(?:\d\d)?)?\s*+(?:[.,;)]|$)"
)
_AT = re.compile(r"(?:^|[\s(,;])(?P<name>" + _ACRONYM.pattern + r")(?:['’ -]?\d{2,4})?\)?\s+at(?:\s+the)?\s*$")
_WORD_BEHIND = re.compile(r"(?:\s*+['’]?\s*+\d{2}(?:\d\d)?)?\s++(?P<name>[\w-]++)(?! [Tt]rack\b)")
_LISTED = re.compile(r"(?:^|[\s(])(?P<name>[A-Z][A-Za-z]*\d[A-Za-z]\w*)(?:['’ -]?\d{2,4})?,\s+(?:IEEE[/\w]*\s+)?$")
"""The name of a workshop and a comma before its host: "CV4A11y, ICCV"."""
_DASH_W = re.compile(r"(?:\s?['’]?\s?\d{2}(?:\d\d)?)?\s?[-–]\s?W(?:S|kshp)?\b(?!-)")
_AT_NAME = re.compile(r"(?:['’ -]?\d{2}(?:\d\d)?)?\s*@\s*(?P<name>[A-Za-z]*[A-Z][A-Za-z0-9]*[A-Z][\w-]*)")
_BESIDE = re.compile(
    r"\b(?:co-? ?l+ocated|co-?hosted|(?:in|at) conjunction|associated|satellite (?:event|workshop|symposium|meeting)"
    r"|\w*workshops?\d*(?= (?:of|during|at)\b)|\bworkshops? on [^.;,()]{3,120}(?= at the \d))"
    r"\s*(?:(?:with|of|to|at|during)\b)?(?P<rest>[^.;,]{0,100})$",
    re.IGNORECASE,
)
_VOLUME_BEFORE = re.compile(r"\b(?:adjunct|companion) proceedings (?:of|to) (?:the )?[^.;,]{0,100}$", re.IGNORECASE)
_VOLUME_BEHIND = re.compile(r"\s*(?:['’]?\d{2}(?:\d\d)?\s*)?(?:Adjunct|Companion)\b")
_NEW_VENUE = re.compile(r"\b(?:accept\w*|also|publish\w*|appear\w*)\b", re.IGNORECASE)
_NAME_BEFORE = re.compile(
    r"(?:^|[.;|] |\b(?:pages?|figures?|tables?), |\b(?:at|by|in|to) (?:the )?)"
    r"(?P<name>[A-Z][\w-]+(?: (?:[A-Z][\w-]+|and|for|in|of|on|the)){1,3}), $"
)
"""Several capitalized words between the beginning of a part and a comma: "10 pages, Retail Dreams, "."""
_ORDINARY = frozenset(
    {
        "abstract",
        "accepted",
        "award",
        "best",
        "camera-ready",
        "candidate",
        "code",
        "conference",
        "demo",
        "extended",
        "final",
        "full",
    }
    | {"honorable", "invited", "long", "mention", "outstanding", "page", "paper", "poster", "presentation", "project"}
    | {"ready", "report", "research", "short", "supplementary", "symposium", "talk", "technical", "version", "website"}
)
"""Words that say what a paper is, not where it is."""
_MIN_NAME = 3
_MAX_NAME = 60  # characters before or behind a venue in which the acronym of a workshop is searched
_MAX_BESIDE = 160  # characters before a venue in which its relation to a workshop is searched


def is_host(text: TokenizedText, mention: VenueMention, cue_end: int | None) -> bool:
    """Return whether a venue is a workshop's host; `cue_end` is the token behind the last cue before it.

    "DreamNLP @ ACL", "WDREAM at ACL", "MED-NIPS", "NeurIPS 2025 SPIGM", "CVPR-W", "MLSys@NeurIPS", "co-located with
    ACL", "a workshop of ACL"; not "accepted @ ACL", "IEEE-ICRA".
    """
    if holds_other(text, mention):
        return True
    if "Workshop" in mention.series.full_name:
        return False
    start, end = text.tokens[mention.first].start, text.tokens[mention.last - 1].end
    if _DASH_W.match(text.plain, end) or _is_before_mark(text, mention, end):
        return True
    if _is_second_volume(text, start, end):
        return True
    if mention.series.kind == "conference" and _is_before_name(text, end):
        return True
    near = text.plain[max(0, start - _MAX_NAME) : start]
    listed = _LISTED.search(near) if mention.series.kind == "conference" else None
    before = _AT.search(near) or listed
    if before and _may_be_workshop(before["name"]):
        return True
    return _is_behind_mark(text, mention, cue_end)


def holds_other(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether the text before a venue says that something else is held there: "co-located with the 9th"."""
    start = text.tokens[mention.first].start
    beside = _BESIDE.search(text.plain, max(0, start - _MAX_BESIDE), start)
    return beside is not None and not _NEW_VENUE.search(beside["rest"])


def follows_unknown_name(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether a name that is no venue stands before a conference and its year: "Retail Dreams, ICCV 2025".

    It may be that of a workshop there. Names of tracks, kinds of papers, and of the conference itself are none.
    """
    start = text.tokens[mention.first].start
    before = _NAME_BEFORE.search(text.plain, max(0, start - _MAX_BESIDE), start)
    if before is None or mention.series.kind != "conference" or stated_year(text, mention) is None:
        return False
    name, table = before["name"], venue_table()
    own = {word.lower() for title in (mention.series.full_name, *mention.series.names) for word in title.split()}
    words = set(name.lower().split()) - table.ignored
    is_said = table.cues.search(name) or track_in(name) or table.named(name) or not words.isdisjoint(_ORDINARY)
    return not is_said and not words <= own and words.isdisjoint(table.around)


def _is_before_name(text: TokenizedText, end: int) -> bool:
    """Return whether the name of a workshop stands behind a venue: a known one, or any acronym at the end of a part."""
    word = _WORD_BEHIND.match(text.plain, end, end + _MAX_NAME)
    if word and word["name"] in venue_table().workshops:
        return True
    behind = _BEHIND.match(text.plain, end, end + _MAX_NAME)
    return behind is not None and _may_be_workshop(behind["name"])


def _is_second_volume(text: TokenizedText, start: int, end: int) -> bool:
    """Return whether a workshop's paper is in the volume beside a conference's proceedings: "UMAP Adjunct '25"."""
    if "workshop" not in text.plain.lower():
        return False
    before = _VOLUME_BEFORE.search(text.plain, max(0, start - _MAX_BESIDE), start)
    return before is not None or _VOLUME_BEHIND.match(text.plain, end) is not None


def _is_before_mark(text: TokenizedText, mention: VenueMention, end: int) -> bool:
    """Return whether `@` and the name of a workshop or of its host stand behind a venue: "ICCV2025 @ LongVid"."""
    behind = _AT_NAME.match(text.plain, end, end + _MAX_NAME)
    return behind is not None and mention.series.kind == "conference" and _may_be_workshop(behind["name"])


def names_workshop_at(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether a venue's name is that of a workshop at another venue: "MLSys@NeurIPS", "STIL @ BRACIS 2025"."""
    behind = _AT_NAME.match(
        text.plain, text.tokens[mention.last - 1].end, text.tokens[mention.last - 1].end + _MAX_NAME
    )
    is_named_so = "Workshop" in mention.series.full_name
    return behind is not None and not is_named_so and _is_venue(re.split(r"[-\d]", behind["name"])[0])


def _is_behind_mark(text: TokenizedText, mention: VenueMention, cue_end: int | None) -> bool:
    """Return whether the name of a workshop and `@` or a dash stand before a venue."""
    at = mention.first - 1
    while at > 0 and (text.tokens[at].text in ORGANIZERS or (text.tokens[at].text == "/" and at > 1)):
        at -= 2 if text.tokens[at].text == "/" else 1  # "@ AAAI ICWSM", "@ SIGMOD/PODS"
    if at >= 0 and text.tokens[at].text == "@":
        is_first = not text.plain[: text.tokens[at].start].strip()
        return not is_first and (cue_end is None or cue_end != at)
    at = mention.first - 1
    if at <= 0:
        return False
    workshop, dash, host = text.tokens[at - 1], text.tokens[at], text.tokens[mention.first]
    if dash.text != "-" or not workshop.end == dash.start == host.start - 1 or not workshop.text[0].isupper():
        return False
    return len(workshop.text) > 1 and not _is_venue(workshop.text) and workshop.text not in ORGANIZERS


def _may_be_workshop(name: str) -> bool:
    """Return whether an acronym beside a venue may be a workshop's: no venue, organizer, track, place or publisher."""
    table = venue_table()
    if len(name) < _MIN_NAME:
        return False
    if name in table.workshops:
        return True
    is_word = (
        name.lower() in _ORDINARY
        or _ROMAN.fullmatch(name)
        or table.cues.fullmatch(name)
        or track_in(name)
        or name.lower() in table.around
    )
    return not is_word and name not in ORGANIZERS | table.no_workshops and not _is_venue(re.split(r"[-\d]", name)[0])


def _is_venue(word: str) -> bool:
    """Return whether a word alone is the short name of a venue that is no ordinary word."""
    return any(len(short.tokens) == 1 and not short.weak for short in venue_table().short.get(word.lower(), ()))
