"""Read the name of a venue that is not in the table, where a text says that it accepted the paper. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from pipelines.venues.printed.listed import is_series, listed_name
from pipelines.venues.printed.words import MONTH
from pipelines.venues.table import venue_table
from pipelines.venues.texts.event_names import (
    BRACKET,
    MAX_WORDS,
    NAME_END,
    NAME_WORD,
    SOCIETIES,
    YEAR,
    full_year,
    kind_of_event,
    workshop_of,
)
from pipelines.venues.texts.stated_alone import venue_stated_alone, workshop_stated_alone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipelines.venues.texts.tokens import TokenizedText

_ADMINISTRATIVE = re.compile(
    r"\b(?:arXiv admin note: (?:substantial )?(?:text )?overlap|Personal use of this material)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
"""What arXiv or a publisher has added behind a comment: a note on other papers, the conditions of use."""
_ACCEPTED = re.compile(
    r"\b(?:accepted|ac?cepted|accept|appears?|appeared|published|presented|(?:in|at)\s+press|forthcoming|"
    r"camera[- ]ready)\b"
    r"(?:\s+(?:and\s+\w+|as\s+an?|as|for|the|full|long|short|oral|poster|demo|regular|paper|papers?|article|pub{1,2}lication"
    r"|publishing|presentation|inclusion|be|published|presented|an)){0,6}"
    r"(?:\s+version)?\s*(?::|\b(?:at|by|for|in|on|to|with|@)):?\s+"
    r"(?:(?:ACM|IEEE|Taylor & Francis(?: Group)?|Springer(?: Nature)?|Elsevier|Wiley)\s+"
    r"(?:for (?:presentation|publication) )?(?:at|in)\s+)?"
    r"(?:appear\s+(?:at|in)\s+)?(?:the\s+)?(?:(?:international\s+)?journal[\s:,]*(?=[\"“A-Z])(?!of\b|on\b))?[\"“]?",
    re.IGNORECASE,
)
_WITHOUT_WORD = re.compile(r"(?:^|[.;,]\s)Accepted (?P<name>[A-Z]{3,8}(?: [A-Z]{2,6})? 20\d\d\b)(?! accepted)")
_PROCEEDINGS = re.compile(
    r"(?:^|[.;,]\s*|\bin\s+)(?:the\s+)?(?P<of>Proc(?:eedings|\.|s\.)?\s+(?:of\s+)?(?:the\s+)?(?=[A-Z\d]))",
    re.IGNORECASE,
)
_PAPER_AT = re.compile(r"\b(?:abstract|paper|poster|talk)s?\s+(?:at|in)\s+(?:the\s+)?(?=[A-Z])", re.IGNORECASE)
_WITH_VOLUME = re.compile(r"(?P<name>[A-Z]{4,8}),? Vol(?:ume|\.)? ?\d")
_WORKSHOP_PAPER = re.compile(r"(?:^|[.;,]\s)(?P<name>(?=[A-Z][a-z\d-]*+[A-Z])[\w-]++) [Ww]orkshop paper\b")
_LEAD = re.compile(
    r"(?:(?:the|proc(?:eedings|s?\.)?(?: of)?(?= )|journal:|\d{1,3} ?(?:st|nd|rd|th)|(?:19|20)\d\d|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy)?[- ]?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|"
    r"tenth|eleventh|twelfth|\w+teenth|\w+tieth)|annual)\b[\s,:]*)+",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?P<name>[A-Z]{2}[A-Z&]{1,10}|[A-Z]{1,4}[a-z]{0,4}[A-Z]{2,6})(?:\s*+['’-]?\s*+(?P<year>(?:20)?\d\d)\b)"
)
_EDITION = re.compile(
    r"(?P<name>(?:[a-z]?[A-Z\d][\w&/+.-]*?|&)"
    r"(?:\s(?:[A-Z\d&][\w&/+.-]*+|\([A-Z][\w&/+-]*+\)|and|for|in|of|on|the)){0,8}?)"
    r"(?:,?\s+|-|\s?(?=['’]\d\d)|(?<=[A-Za-z])(?=20\d\d))['’]?(?P<year>20[0-4]\d|(?<=['’])\d\d)\b(?!\s?[-–]\s?\d)"
)
"""A name with its year: "Computers and Games 2026", "iSpaRo 2025", "EdgeCom'25"."""
_ACRONYM_LAST = re.compile(r"\(([A-Z][\w&/+-]+)\)(?: [Cc]onference)?$")
_NO_EDITION = re.compile(
    r"(?:IEEE|ACM|Springer|Elsevier|Wiley|MDPI|LNCS|LNNS|CCIS|PMLR|AAAI Press|SPIE|Proceedings|Proc|Conference|Journal|"
    rf"Spring|Summer|Fall|Autumn|Winter|Year|Version|Final|This|Our|An?|It|{MONTH}(?:.*\d)?|\d.*)\.?",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"[A-Z][\w'’&-]*+(?:(?:[:,]?\s|\.\s?)(?:[A-Z&][\w'’&-]*+|and|of|the|in|on|for|de|der|und|et|y)\.?+){0,12}"
)
_AFTER_JOURNAL = re.compile(
    rf"(?! \([A-Z]+\) (?!Journal)[A-Z]|,? (?:and|of|for|in|on|with|&) (?:the )?(?!{MONTH})[A-Z]|"
    r", [A-Z][a-z]+,? (?:and|[A-Z]))"
    r"\s*+(?:$|[^\w\s]|\d|(?:after|as|at|by|for|from|in|journal|letters?|magazine|on|section|special|this|to|"
    r"under|which|with|vol|Volume|Journal|Special|Issue|January|April|May|June|July|August)\b)"
)
_ABBREVIATED = re.compile(r"(?:[A-Z][a-z]{0,8}\.\s?){2,6}(?:[A-Z](?:[a-z]+\b\.?|\b))?")
"""Names of journals such as "Phys. Rev. Research"."""
_OF_PUBLISHER = re.compile(
    r"(?P<name>[A-Z][\w&'’-]*+(?:,?\s(?:[A-Z][\w&'’-]*+|and|for|in|of|on|the|&)){1,8}),?\s"
    r"\((?:Springer(?: Nature)?|Elsevier|MDPI|Wiley|IEEE|ACM|Taylor|Sage|IOP|OUP|CUP|Frontiers)\b"
)
_TITLE = re.compile(
    r"(?P<name>(?:[A-Z][\w&'’-]*+|&)(?:\s(?:[A-Z][\w&'’-]*+|and|for|in|of|on|the|&|de|da|do|e)){2,9})(?=\s[a-z]|[.,;(]|$)"
)
_NO_TITLE = re.compile(
    r"\b(?:Institute|Lecture|Library|Machine Learning Research|Report|Society|Springer|Track|Universit)"
)
_PUBLICATION = re.compile("publi|appear|press|forthcoming", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\.?\s*$|\.\s+[A-Z][a-z]")
_NO_VENUE = re.compile(r"\b(?:arxiv|thesis|review process|conditions?|licen[cs]e|permission)\b", re.IGNORECASE)
_WORKSHOP = re.compile(r"\bworkshops?\b|\bco-?located\b|\bchallenge\b|\btutorial\b|\bseminar\b", re.IGNORECASE)
_WORKSHOP_NAME = re.compile(
    r"(?P<name>(?:[A-Z\d][\w&/'-]*\s){0,6}?Workshop(?! Proceedings)(?:\s(?:on|of|for|in)\s(?:the\s)?[A-Z]"
    r"[^.,;:()\[\]|@]{3,120}(?:(?:, [^.,;:()\[\]|@]{3,60}){1,5}?,? (?:and|&) [^.,;:()\[\]|@]{3,60})?)?)"
    r"(?:\s*\((?P<acronym>[A-Z][\w&/+'’ -]{1,30})\))?"
)
_HELD_AT = re.compile(r"\b(?:co-?located|at|with) ")
_PUBLISHER = re.compile("^(?:MDPI|Elsevier) ")
_CLAUSE = 240  # characters behind a word of acceptance in which the venue is named
_MIN_RESPELLED = 8  # letters of an acronym that may be misspelled


def unlisted_venue(text: TokenizedText, published: datetime | None) -> tuple[str, int | None, str | None] | None:
    """Return name, year and track of the venue that accepted the paper; None if none is named beyond doubt.

    A name has a word such as "Conference" or "Journal", or is an acronym with its year. Nothing is read from a text
    that speaks of a submission, a workshop or another version.
    """
    plain = _ADMINISTRATIVE.sub("", text.plain)
    cues = {cue.lastgroup for cue in venue_table().cues.finditer(plain)}
    if not cues <= {"accepted", "earlier", "workshop"} or _NO_VENUE.search(plain):
        return None
    is_workshop = "workshop" in cues or _WORKSHOP.search(plain) is not None
    if is_workshop and (paper := _WORKSHOP_PAPER.search(plain)):  # "DreamNLP workshop paper"
        return f"{paper['name']} Workshop", None, "workshop"
    if stated := (workshop_stated_alone if is_workshop else venue_stated_alone)(plain):
        return stated[0], _plausible(stated[1], published), "workshop" if is_workshop else None
    read = _workshop if is_workshop else _named
    for clause, is_published in _clauses(plain, is_earlier="earlier" in cues):
        if found := read(clause) or (None if is_workshop else _title(clause, is_published=is_published)):
            name, year = found
            return name, _plausible(year or _year_in(clause), published), "workshop" if is_workshop else None
    return None


def _clauses(plain: str, *, is_earlier: bool) -> Iterator[tuple[str, bool]]:
    """Yield what follows each word of acceptance, and "paper at" unless that may be another version.

    With each goes whether the word speaks of a publication.
    """
    papers = () if is_earlier else _PAPER_AT.finditer(plain)
    if taken := _WITHOUT_WORD.search(plain):  # "Accepted DREAM 2025, camera-ready version"
        yield taken["name"], True
    for cue in (*_ACCEPTED.finditer(plain), *_PROCEEDINGS.finditer(plain), *papers):
        start = cue.start("of") if cue.re is _PROCEEDINGS else cue.end()
        yield plain[start : start + _CLAUSE], _PUBLICATION.search(cue[0]) is not None


def _named(clause: str) -> tuple[str, int | None] | None:
    """Return the name that a clause begins with, and the year in its short form."""
    if journal := _journal(clause) or _journal(_PUBLISHER.sub("", _without_lead(clause))):
        return journal, None
    if with_volume := _WITH_VOLUME.match(clause):  # "IJDN, Volume 13, Issue 10 (October 2024)"
        return with_volume["name"], None
    clause = _without_lead(clause)
    without_organizer = re.sub(rf"^(?:(?:{'|'.join(SOCIETIES)})[\s/]+)+", "", clause)
    if (short := _SHORT.match(without_organizer)) and not venue_table().cues.fullmatch(short["name"]):
        return _respelled(short["name"]), full_year(short["year"])
    if edition := _edition(clause) or _edition(without_organizer):
        return edition
    if by_publisher := _OF_PUBLISHER.match(clause):
        return by_publisher["name"], None
    if abbreviated := _ABBREVIATED.match(clause):
        return abbreviated[0], None
    return kind_of_event(clause)


def _workshop(clause: str) -> tuple[str, int | None] | None:
    """Return the name of the workshop that a clause begins with, and the year in the brackets behind it."""
    found = _WORKSHOP_NAME.match(_without_lead(clause))
    if found is None:
        return None
    name = NAME_END.sub("", found["name"]).strip(" -–:'\"’")
    if found["acronym"] and not _HELD_AT.search(found["name"]):
        return workshop_of(found["acronym"])
    return (name, None) if " " in name and len(name.split()) <= MAX_WORDS else None


def _without_lead(clause: str) -> str:
    """Return a clause without the number, year and proceedings before a name."""
    lead = _LEAD.match(clause)
    return clause[lead.end() :] if lead else clause


def _journal(clause: str) -> str | None:
    """Return the known journal that a clause begins with, up to a punctuation mark, number or lower case word."""
    words = _WORDS.match(clause)
    ends = [part.end() for part in re.finditer(r"[\w'’&-]+\.?", words[0])] if words else []
    for end in reversed(ends):
        if _AFTER_JOURNAL.match(clause, end) and (name := listed_name(clause[:end])) and not is_series(name):
            return name
    return None


def _title(clause: str, *, is_published: bool) -> tuple[str, None] | None:
    """Return the title in capitals of proceedings, or of a publication up to the end of a sentence."""
    title = None if is_series(clause) else _TITLE.match(_without_lead(clause))
    if title is None:
        return None
    is_whole = is_published and _SENTENCE_END.match(title.string, title.end()) and not _NO_TITLE.search(title["name"])
    return (re.sub(r" [IVXLC]+$", "", title["name"]), None) if clause[:4].lower() == "proc" or is_whole else None


def _edition(clause: str) -> tuple[str, int | None] | None:
    """Return the name before a year, or the acronym in brackets beside it, and the year."""
    found = _EDITION.match(clause)
    if found is None or not _is_name(found["name"]):
        return None
    name = re.sub(r" \d+$", "", found["name"].strip("-"))  # "Messenger 194, 2025"
    if name.split()[0] in SOCIETIES and not NAME_WORD.search(name):
        return None  # "IEEE iSpaRo 2025"
    bracket = BRACKET.match(clause, found.end())
    acronym = bracket["name"] if bracket and " " in name and bracket["name"] not in SOCIETIES else None
    if within := _ACRONYM_LAST.search(name):
        name, acronym = name[: within.start()].rstrip(), None if within[1] in SOCIETIES else within[1]
    return acronym or name, full_year(found["year"])


def _is_name(name: str) -> bool:
    """Return whether what stands before a year is a name: not a month or publisher, and more than an initial."""
    return re.search(r"[^\W\d_]{2}", name) is not None and not _NO_EDITION.fullmatch(name)


def _respelled(name: str) -> str:
    """Return the venue of the table whose long acronym differs in one letter: "INTESPEECH"; else the name itself."""
    if len(name) < _MIN_RESPELLED:
        return name
    listed = ((spelling, series.name) for series in venue_table().series for spelling in series.acronyms)
    close = (known for spelling, known in listed if Levenshtein.distance(spelling.upper(), name.upper()) == 1)
    return next(close, name)


def _year_in(clause: str) -> int | None:
    """Return the only year of a clause up to its end."""
    years = set(YEAR.findall(re.split(r"[;|]|\.\s", clause, maxsplit=1)[0]))
    return int(years.pop()) if len(years) == 1 else None


def _plausible(year: int | None, published: datetime | None) -> int | None:
    limit = published.year + 2 if published else 2100
    return year if year is not None and 1950 <= year <= limit else None  # noqa: PLR2004 - the first conferences
