"""Read a venue from a text that has its name and year, and no word of acceptance before it. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from pipelines.venues.printed.listed import listed_name
from pipelines.venues.printed.words import ORDINAL
from pipelines.venues.table import venue_table
from pipelines.venues.texts.event_names import YEAR, full_year, kind_of_event, workshop_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONLY_EVENT = re.compile(
    rf"(?:Conference: )?(?:the )?(?P<number>(?:20\d\d|{ORDINAL})\s)*"
    r"(?=(?:[A-Z][\w/-]*+ ){0,5}(?:Conference|Symposium|Congress) on [A-Z])",
    re.IGNORECASE,
)
"""What stands before the name of an event that a comment begins with: "2026 3rd International Conference on"."""
_NUMBERED = re.compile(
    rf"(?:the )?{ORDINAL} [A-Z][^()]{{5,120}}\b(?:Conference|Congress|Symposium) "
    r"\((?P<name>[A-Z][\w-]*[A-Z]\w*)[ '’-]+(?P<year>(?:20)?\d\d)\)\.?",
    re.IGNORECASE,
)
_WITH_YEAR = re.compile(
    r"(?:the )?(?:20\d\d )(?:[A-Z][\w/-]*+ ){1,6}(?:Conference|Congress|Symposium) \((?P<name>[A-Z]{2}[\w-]*)\)\.?"
)  # "2024 IEEE International Dream Conference (IDC2)"
_EDITION_OF = re.compile(
    r"(?:published(?: -| in|:)? |part of )?(?-i:(?P<name>[a-z]?[A-Z][\w-]{0,11}?[A-Z][\w-]{0,12}?))[ '’-]?"
    r"(?P<year>20\d\d) "
    r"(?:Conference|(?:Conference )?Proceedings)\b(?: \(see\b.*|\.?)",
    re.IGNORECASE,
)  # "DREAM 2026 Conference", "NAP 2021 Proceedings"
_NUMBERED_WORKSHOP = re.compile(
    rf"(?:the )?{ORDINAL} (?:[A-Z][\w/-]*+ ){{0,4}}Workshop (?:on|of|for) [A-Z][^().;:|]{{5,120}} "
    r"\((?-i:(?P<acronym>[A-Z][\w-]{0,12}?[A-Z][A-Za-z-]{0,12}?(?:[ '’-]{0,2}(?:20)?\d\d)?))\)\.?",
    re.IGNORECASE,
)  # "18th European Workshop on Dreams (DREAM 2025)"
_EVENT_AND_YEAR = re.compile(
    r"(?=[A-Z]{3,}\b|[^()]{10,150}\([A-Z]+[a-z]*[A-Z]\))(?!Accepted|In |Proc|Published)[A-Z][^.;:|]{5,80}\b"
    r"(?:Conference|Symposium|Congress) on [^.;:|]{5,100} 20\d\d\.?"
)
_TAKEN = re.compile(r"(?:^|[.;,:]\s)(?P<name>[A-Z]{4,10})\s?['’]?(?P<year>20\d\d),? \(?accepted\b")
_COUNTS = re.compile(
    r"^(?:\d+ (?:pages?|figures?|tables?)[,;.]?\s*+(?:and )?)+|"
    r"(?:[,;.] (?:and )?\d+ (?:pages?|figures?|tables?)){1,6}\.?$"
)
_JOURNAL_FIRST = re.compile(
    r"(?:^|[.;,]\s)(?P<name>(?:[A-Z][\w&-]*+|and|for|in|of|on|&)(?: (?:[A-Z][\w&-]*+|and|for|in|of|on|&)){1,9}),? "
    r"(?:\((?:to appear|in press|accepted|forthcoming)\)|(?:accepted|in press)(?:,? (?:20\d\d\b|on \d)|[.;,]|$))"
)  # "Dream Review X (to appear)", "Journal of Naps accepted 2026"
_JOURNAL_ALONE = re.compile(r"(?P<name>[A-Z][\w&, -]{3,80}?),? (?P<year>20[0-4]\d)\.?")
_ALONE = re.compile(r"(?!TBD)(?P<name>(?:[A-Z][a-z]*){3,8}\d?[A-Za-z]{0,3})(?:\s|['’-])(?P<year>20[0-4]\d)\.?")


def venue_stated_alone(plain: str) -> tuple[str, int | None] | None:
    """Return the venue and year of a text that has a venue's name and year without a word of acceptance before it."""
    plain = _COUNTS.sub("", plain.strip())
    if numbered := _NUMBERED.fullmatch(plain) or _EDITION_OF.fullmatch(plain):
        return numbered["name"], full_year(numbered["year"])
    if with_year := _WITH_YEAR.fullmatch(plain):
        return with_year["name"], int(YEAR.findall(plain)[0])
    alone = _ALONE.fullmatch(plain)  # "CLPsych 2026"
    if alone and not any(OSA.distance(known, alone["name"].upper()) == 1 for known in _acronyms()):
        return alone["name"], int(alone["year"])
    taken = _TAKEN.search(plain)  # "6 pages, DREAM 2026 accepted"
    if taken and not _acronyms().intersection(_without_doubled_letter(taken["name"])):
        return taken["name"], int(taken["year"])
    journal = _JOURNAL_ALONE.fullmatch(plain)  # "Sensors 2020"
    if journal and (name := _journal(journal["name"])):
        return name, int(journal["year"])
    first = _JOURNAL_FIRST.search(plain)
    if first and (name := listed_name(first["name"])):
        return name, None
    event = _ONLY_EVENT.match(plain)
    is_event = event is not None and (event[0] != "" or _EVENT_AND_YEAR.fullmatch(plain) is not None)
    if event is None or not is_event or (found := kind_of_event(plain[event.end() :])) is None:
        return None
    years = YEAR.findall(plain)
    return (found[0], found[1] or int(years[0])) if found[1] or years else None


def workshop_stated_alone(plain: str) -> tuple[str, int | None] | None:
    """Return the workshop and year of a text that has its number, name and acronym without a word of acceptance."""
    workshop = _NUMBERED_WORKSHOP.fullmatch(_COUNTS.sub("", plain.strip()))
    return workshop_of(workshop["acronym"]) if workshop else None


def _journal(name: str) -> str | None:
    """Return the name of a journal of the table, or of a known one that is called so; None for others."""
    listed = listed_name(name)
    series = venue_table().by_name.get(listed or "")
    is_journal = series.kind == "journal" if series else re.search(r"\b(?:Journal|Transactions)\b", listed or "")
    return listed if is_journal else None


def _without_doubled_letter(name: str) -> Iterator[str]:
    """Yield a name without one of two equal letters beside each other, as it was if that is a slip: "AAAAI"."""
    return (name[:index] + name[index + 1 :] for index in range(1, len(name)) if name[index] == name[index - 1])


@cache
def _acronyms() -> frozenset[str]:
    return frozenset(spelling.upper() for series in venue_table().series for spelling in series.acronyms)
