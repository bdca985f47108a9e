"""Determine the venue in a journal reference, in the usual forms of references. Pure.

"Nature 521, 436-444 (2015)", "Med. Image Anal. 86 (2023)", "In Proc. of ICRA, Oct. 2023, pp. 1-8". A venue has its name
in the table, else the one that is printed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipelines.venues.model import Venue, cut_name
from pipelines.venues.table import venue_table
from pipelines.venues.texts.editions import stated_year
from pipelines.venues.texts.judgement import choose_strongest, judge_mentions
from pipelines.venues.texts.mentions import find_mentions
from pipelines.venues.texts.strength import JudgedMention, Strength
from pipelines.venues.texts.tokens import MAX_LENGTH, TokenizedText
from pipelines.venues.texts.tracks import track_in

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.venues.texts.tokens import VenueMention

JOURNAL_REF = "journal_ref"
"""`venue_source` of a venue in the journal reference."""

_QUOTED = re.compile(r"[\"“][^\"“”]{10,300}[\"”],?|``[^`']{10,300}'',?")
_YEAR = re.compile(r"(?<![\d.-])(?<![-–—]\s)(?:19|20)\d\d(?![\d-])(?!\s*[-–—]+\s*\d)(?!\.\d)")
_IN_BRACKETS = re.compile(r"\(\s*(?:[A-Z][a-z]{2,8}\.?\s*(?:\d{1,2},?\s*)?)?((?:19|20)\d\d)\s*\)")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b{_MONTH}(?:\s*+\d{{1,2}}(?:st|nd|rd|th)?)?"
    r"(?:\s*+[-–/]\s*+(?:[A-Z][a-z]+\.?\s*+)?\d{0,2})?,?\s*+((?:19|20)\d\d)\b"
)
_NO_YEAR_BEFORE = re.compile(
    r"(?:\b(?:pp?|pages?|no|nos|vol|volume|article|art|id|issue|isbn|issn|lncs|lnai)\b[.:\s]*|[#:/]\s*)$", re.IGNORECASE
)
_EDITION_END = re.compile(
    r"(?<![\s,.])[\s,.]*+(?:(?:19|20)\d\d|[(\[;]|\b(?:vol(?:ume)?|no|pp?|pages?|art(?:icle)?|issue|ser(?:ies)?|eds?)\b|"
    rf"(?:(?<=\s)|:\s++)[A-Za-z]?\d|(?<=[,\s]){_MONTH}\s*\d).*$",
    re.IGNORECASE | re.DOTALL,
)
_LEAD = re.compile(
    r"^(?:(?:in|in:|to appear(?: in)?:?|accepted (?:at|in|by)|(?:also )?(?:published|appeared|appears) (?:as|in):?|"
    r"final version in:?|journal ref(?:erence)?:|(?:19|20)\d\d|proceedings of(?: the)?|proc\. of(?: the)?|the(?= \d)|"
    r"\d{1,3}(?:st|nd|rd|th)(?: annual)?)\b[\s,:]*)+",
    re.IGNORECASE,
)
_GLUED_VOLUME = re.compile(r"^([A-Z]{3,6}|(?:[A-Z][A-Za-z&]*\.\s?)+[A-Z]?(?<!\s))(\d{1,4}(?=[\s:(,]))")
_PART = re.compile(r"\.?\s*:\s*[A-Z][a-z]|\.?\s*(?:Lett|Suppl|Section|Clinical)\b")
_SOCIETY = re.compile(r"(?:IEEE|ACM|AMS|LMS|SPIE|IRE|(?:Royal|American|London|Edinburgh|National)\b.*)")
_PROCEEDINGS = re.compile(r"^(?:in:?\s+)?(Proc(?:eedings|\.) of the (?=[A-Z]))", re.IGNORECASE)
_VOLUME = re.compile(r"[\s,.]*\d{1,3}\s*[(:]\s*\d")
_NUMBERED = re.compile(r"[\s,.]*(?:\(|vol|no|issue|\d|$)", re.IGNORECASE)
_ACRONYM_BEHIND = re.compile(r".{6,}[a-z]{5}\.\s+([A-Z](?:[A-Za-z-]*+&)*+[a-z-]*+[A-Z][A-Za-z-]*+)")
_LONGER_ACRONYM = re.compile(r"-[A-Z]{1,6}\s+((?:19|20)\d\d)\b")  # "SGAI-AI 2025"
_KIND = re.compile(r"\b(?:Conf|Symp|Journal|J\.|Trans|Lett|Rev|Proc|Bulletin|Magazine)", re.IGNORECASE)
_WORKSHOP = re.compile(r"\bworkshops?\b", re.IGNORECASE)
_PENDING = re.compile(r"\b(?:submitted|under review|in preparation|unpublished)\b", re.IGNORECASE)
_LIST = re.compile(r"\band\b|&")
_MAX_LISTED = 3  # words of each part of a name such as "Computers, Environment and Urban Systems"


def venue_in_reference(reference: str, published: datetime | None) -> Venue | None:
    """Return the venue in a journal reference; None if it is none, or names a repository or a submission."""
    reference = _spaced(_QUOTED.sub(" ", reference[:MAX_LENGTH]).strip())
    text = TokenizedText(reference, is_reference=True)
    mentions = [each for each in find_mentions(text) if _is_name(text, each)]
    best = choose_strongest(judge_mentions(text, mentions))
    if best is not None:
        return _listed(text, best, published)
    name = _printed_name(text.plain.replace("\0", ""))
    if name is None or _PENDING.search(reference):
        return None
    track = "workshop" if _WORKSHOP.search(name) else None
    return Venue(name, _year_in(text.plain, published), track, JOURNAL_REF, reference)


def _spaced(reference: str) -> str:
    """Return a reference with a space before a volume that is written to its name: "JCAP05(2018)", "Phys.Rev.D74:1"."""
    return _GLUED_VOLUME.sub(r"\1 \2", reference, count=1)


def _is_name(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether a mention has a venue's whole name: not one with another "and" in it, nor that of a subject.

    The name of a subject is a venue's at the beginning, and before a number or the end.
    """
    printed = text.plain[text.tokens[mention.first].start : text.tokens[mention.last - 1].end]
    series = mention.series
    if _LIST.search(printed) and not any(
        map(_LIST.search, (series.name, series.full_name, *series.names, *series.said))
    ):
        return False
    before, behind = text.plain[: text.tokens[mention.first].start], text.plain[text.tokens[mention.last - 1].end :]
    if mention.series.kind == "journal" and _PART.match(behind):
        return False
    is_subject = mention.series.generic and mention.last - mention.first == 1
    return not is_subject or (not _LEAD.sub("", before).strip(" ,.:") and _NUMBERED.match(behind) is not None)


def _listed(text: TokenizedText, best: JudgedMention, published: datetime | None) -> Venue:
    """Return a venue of the table with the year of its edition."""
    mention = best.mention
    year = _edition(text, mention) or _year_in(text.plain, published)
    workshop = "workshop" if best.strength is Strength.WORKSHOP else None
    track = workshop or mention.track or track_in(text.plain)
    return Venue(mention.series.name, year, track, JOURNAL_REF, text.plain)


def _edition(text: TokenizedText, mention: VenueMention) -> int | None:
    """Return the edition beside the name of a conference; behind a journal stands its volume."""
    if mention.series.kind == "journal":
        return None
    if _VOLUME.match(text.plain, text.tokens[mention.last - 1].end):
        return None
    if (year := stated_year(text, mention)) is not None:
        return year
    longer = _LONGER_ACRONYM.match(text.plain, text.tokens[mention.last - 1].end)
    return int(longer[1]) if longer else None


def _year_in(plain: str, published: datetime | None) -> int | None:
    """Return the year of a reference: in brackets, else in a date, else the last that is no page or volume."""
    limit = published.year + 15 if published else 2100  # a reference may be added years after the upload
    for years in (_IN_BRACKETS.findall(plain), _DATE.findall(plain), _bare_years(plain)):
        plausible = [int(year) for year in years if 1800 < int(year) <= limit]  # noqa: PLR2004 - older than any journal
        if plausible:
            return plausible[-1]
    return None


def _bare_years(plain: str) -> list[str]:
    return [
        match[0]
        for match in _YEAR.finditer(plain)
        if not _NO_YEAR_BEFORE.search(plain, max(0, match.start() - 12), match.start())
    ]


def _printed_name(plain: str) -> str | None:
    """Return the name that a reference begins with, up to its volume, year or place; None if that is no venue."""
    name = _EDITION_END.sub("", _LEAD.sub("", plain.strip()), count=1).strip(" ,.:;-–\"'")
    parts = re.split(r",\s+", name)
    end = next((index for index, part in enumerate(parts) if _LIST.search(part)), 0)
    is_list = all(len(part.split()) <= _MAX_LISTED for part in parts[:end])
    name = ", ".join(parts[: end + 1] if is_list else parts[:1])
    if (proceedings := _PROCEEDINGS.match(plain)) and _SOCIETY.fullmatch(name):
        return f"{proceedings[1]}{name}"
    if series := venue_table().said.get(name.casefold()):
        return series.name
    if (
        not re.search(r"[^\W\d_]{3}", name)
        or not (_KIND.search(name) or re.search(r"\d", plain))
        or not name[0].isupper()
        or _repositories().search(name)
    ):
        return None
    if acronym := _ACRONYM_BEHIND.fullmatch(name):  # "Intelligent Systems and Networks. ICISN 2025"
        name = acronym[1]
    if series := venue_table().said.get(name.casefold()):
        return series.name
    return cut_name(name)


@cache
def _repositories() -> re.Pattern[str]:
    names = (
        name for name in venue_table().repositories if not name.startswith(("Lecture", "Communications", "Advances"))
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
