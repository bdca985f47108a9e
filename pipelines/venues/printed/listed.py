"""Find the name of a venue of the table, or of a known journal, by a printed one. Pure."""

from __future__ import annotations

import re

from pipelines.venues.printed.journals import journal_name
from pipelines.venues.table import venue_table

_SERIES = re.compile(
    r"(?:Springer )?(?:LN[A-Z]{2,6}\b|CCIS\b)|Lecture Notes|CEUR|Communications in Computer|"
    r"Advances in Intelligent|Proceedings of Machine"
)
_PUBLISHES = re.compile(r"(?:[ -](?:Ac(?:ademic)?|Press|Publ\w*|Verlag|Co|Pte|Ltd|Inc)\.?){1,5}$")
_NO_VENUE = re.compile(
    r"(?:\w+ ){1,3}(?:Press|Publishers?|Verlag)|(?:\w+ ){2,3}Publishing|Pre-?print(?: version)?|Publisher:.*|"
    r"[A-Z][A-Za-z-]+-\d\d/\d+.*",
    re.IGNORECASE,
)
_SOCIETY = re.compile(r"^(?:IEEE|Elsevier|Springer|Wiley) (?=\S+ \S)(?!Trans|J)")


def listed_name(name: str) -> str | None:
    """Return the name of a venue of the table or of a known journal."""
    table = venue_table()
    without_society = _SOCIETY.sub("", name)  # "IEEE Dreams in Science"
    bare = name.removesuffix(" Journal").removeprefix("Journal ")
    for spelling in (name, name.rstrip("."), bare, name.removeprefix("IEEE ")):
        if series := table.said.get(spelling.casefold()) or table.by_name.get(spelling):
            return series.name
    singular = name.replace("Annual Reviews", "Annual Review", 1)
    return next(filter(None, map(known_journal, (name, singular, without_society))), None)


def known_journal(name: str) -> str | None:
    """Return the journal that a printed name means, by its name in the table or else in the list; None if neither."""
    full = journal_name(name)
    series = full and venue_table().named(full)
    return series.name if series else full


def is_publisher(name: str) -> bool:
    """Return whether a name is that of a publisher, or says that something is a preprint or report."""
    publisher = _PUBLISHES.sub("", name)
    return publisher in venue_table().publishers or _NO_VENUE.fullmatch(name) is not None


def is_book_series(name: str) -> bool:
    """Return whether a name is that of a series whose books or proceedings have a title of their own."""
    return is_series(name) or name.casefold().startswith(venue_table().book_series)


def is_series(name: str) -> bool:
    """Return whether a name is that of a series of proceedings of many venues."""
    return _SERIES.match(name) is not None
