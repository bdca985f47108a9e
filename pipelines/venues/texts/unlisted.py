"""Read the name of a venue that is not in the table, where a text says that it accepted the paper. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipelines.venues.texts.tokens import TokenizedText

_ACCEPTED = re.compile(
    r"\b(?:accepted|ac?cepted|appears?|appeared|published|presented|(?:in|at)\s+press|forthcoming|camera[- ]ready)\b"
    r"(?:\s+(?:and\s+\w+|as\s+an?|as|for|the|full|long|short|oral|poster|demo|regular|paper|papers?|article|publication"
    r"|publishing|presentation|inclusion|be|published|presented|an)){0,6}"
    r"\s*(?::|\b(?:at|by|for|in|to|with|@))\s+(?:appear\s+(?:at|in)\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_PROCEEDINGS = re.compile(
    r"(?:^|[.;,]\s*|\bin\s+)(?:the\s+)?Proc(?:eedings|\.|s\.)?\s+(?:of\s+)?(?:the\s+)?(?=[A-Z\d])", re.IGNORECASE
)
_LEAD = re.compile(
    r"(?:(?:the|proceedings of|proc\. of|procs\. of|journal:|\d{1,3} ?(?:st|nd|rd|th)|(?:19|20)\d\d|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy)?[- ]?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|"
    r"tenth|eleventh|twelfth|\w+teenth|\w+tieth)|annual)\b[\s,:]*)+",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"[A-Z][^.,;()\[\]|]{3,160}(?:(?:, [A-Z][A-Za-z -]{2,40}){1,4}?,? (?:and|&) (?:[A-Z]|their)[^.,;()\[\]|]{3,60})?"
)
_KIND = re.compile(
    r"\b(?:Conf(?:erence)?|Symposi(?:um|a)|Congress|Colloquium|Journal|Trans(?:actions)?|Letters|Magazine|Summit|"
    r"Reviews?|Annals|Bulletin|Frontiers|Proceedings)\b"
)
_SHORT = re.compile(
    r"(?P<name>[A-Z]{2}[A-Z&]{1,10}|[A-Z]{1,4}[a-z]{0,4}[A-Z]{2,6})(?:\s*+['’-]?\s*+(?P<year>(?:20)?\d\d)\b)"
)
_BRACKET = re.compile(
    r"\s*+\(\s*+(?P<name>[a-z]*+[A-Z][a-z&/+-]*+[A-Z][A-Za-z&/+-]*+)\s*+[,'’-]?\s*+(?P<year>(?:20)?\d\d)?\s*+\)"
)
_ABBREVIATED = re.compile(r"(?:[A-Z][a-z]{0,8}\.\s?){2,6}(?:[A-Z](?:[a-z]+\b\.?|\b))?")
"""Names of journals such as "Phys. Rev. Research"."""
_YEAR_BEHIND = re.compile(r"\s?(20\d\d)\b")
_YEAR = re.compile(r"(?<![\d-])(?:19|20)\d\d(?![\d-])")
_END = re.compile(
    r"(?<![\s,])[\s,]*+"
    r"(?:['’]?(?:19|20)?\d\d\b|(?:held|which|where|whose|with|under|as|at|to be|special issue|vol|volume)\b).*$"
)
_NO_VENUE = re.compile(r"\b(?:arxiv|thesis|review process|conditions?|licen[cs]e|permission)\b", re.IGNORECASE)
_WORKSHOP = re.compile(r"\bworkshops?\b|\bco-?located\b|\bchallenge\b|\btutorial\b|\bseminar\b", re.IGNORECASE)
_CLAUSE = 240  # characters behind a word of acceptance in which the venue is named
_MAX_WORDS = 16
_MIN_RESPELLED = 8  # letters of an acronym that may be misspelled


def unlisted_venue(text: TokenizedText, published: datetime | None) -> tuple[str, int | None, str | None] | None:
    """Return name, year and track of the venue that accepted the paper; None if none is named beyond doubt.

    A name has a word such as "Conference" or "Journal", or is an acronym with its year. Nothing is read from a text
    that speaks of a submission, a workshop or another version.
    """
    if any(cue.lastgroup not in {"accepted", "earlier"} for cue in venue_table().cues.finditer(text.plain)):
        return None
    if _NO_VENUE.search(text.plain) or _WORKSHOP.search(text.plain):
        return None
    for clause in _clauses(text.plain):
        if found := _named(clause):
            name, year = found
            return name, _plausible(year or _year_in(clause), published), None
    return None


def _clauses(plain: str) -> Iterator[str]:
    """Yield what follows each word of acceptance."""
    for cue in (*_ACCEPTED.finditer(plain), *_PROCEEDINGS.finditer(plain)):
        yield plain[cue.end() : cue.end() + _CLAUSE]


def _named(clause: str) -> tuple[str, int | None] | None:
    """Return the name that a clause begins with, and the year in its short form."""
    lead = _LEAD.match(clause)
    clause = clause[lead.end() :] if lead else clause
    without_organizer = re.sub(r"^(?:(?:IEEE|ACM|IFIP|SPIE|AAAI|IET|MDPI|Elsevier|Springer)[\s/]+)+", "", clause)
    if (short := _SHORT.match(without_organizer)) and not venue_table().cues.fullmatch(short["name"]):
        return _respelled(short["name"]), _full_year(short["year"])
    if abbreviated := _ABBREVIATED.match(clause):
        return abbreviated[0], None
    if (name := _NAME.match(clause)) is None:
        return None
    if (expanded := _BRACKET.match(clause, name.end())) and (year := expanded["year"] or _behind(clause, expanded)):
        return expanded["name"].strip("-"), _full_year(year)
    full = _END.sub("", name[0]).strip(" -–:'\"’")
    if not _KIND.search(full) or len(full.split()) > _MAX_WORDS or len(full.split()) == 1:
        return None
    if bracket := _BRACKET.match(clause, name.end()):
        return bracket["name"].strip("-"), _full_year(bracket["year"])
    return full, None


def _behind(clause: str, bracket: re.Match[str]) -> str | None:
    """Return the year behind an acronym in brackets."""
    year = _YEAR_BEHIND.match(clause, bracket.end())
    return year[1] if year else None


def _respelled(name: str) -> str:
    """Return the venue of the table whose long acronym differs in one letter: "INTESPEECH"; else the name itself."""
    if len(name) < _MIN_RESPELLED:
        return name
    listed = ((spelling, series.name) for series in venue_table().series for spelling in series.acronyms)
    close = (known for spelling, known in listed if Levenshtein.distance(spelling.upper(), name.upper()) == 1)
    return next(close, name)


def _full_year(year: str | None) -> int | None:
    return None if year is None else int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004 - digits


def _year_in(clause: str) -> int | None:
    """Return the only year of a clause up to its end."""
    years = set(_YEAR.findall(re.split(r"[;|]|\.\s", clause, maxsplit=1)[0]))
    return int(years.pop()) if len(years) == 1 else None


def _plausible(year: int | None, published: datetime | None) -> int | None:
    limit = published.year + 2 if published else 2100
    return year if year is not None and 1950 <= year <= limit else None  # noqa: PLR2004 - the first conferences
