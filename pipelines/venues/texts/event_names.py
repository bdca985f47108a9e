"""Read the name of an event or journal that has a word such as "Conference", or its acronym. Pure."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"\d?[A-Z][^.,;()\[\]|]{3,160}(?:(?:, [A-Z][A-Za-z -]{2,40}){1,4}?,? (?:and|&) (?:[A-Z]|their)[^.,;()\[\]|]{3,60})?"
)
NAME_WORD = re.compile(
    r"\b(?:Conf(?:erence)?|Symposi(?:um|a)|Congress|Colloquium|Journal|Trans(?:actions)?|Letters|Magazine|Meeting|Summit|"
    r"Reviews?|Annals|Bulletin|Frontiers|Proceedings)\b"
)
"""A word of an event's or journal's name."""
BRACKET = re.compile(
    r"\s*+\(\s*+(?P<name>[a-z]*+[A-Z][a-z&/+-]*+[A-Z][A-Za-z&/+-]*+)\s*+[,'’-]?\s*+(?P<year>(?:20)?\d\d)?\s*+\)"
)
"""An acronym in brackets, with or without its year: "(DREAM '25)"."""
NAME_END = re.compile(
    r"(?<![\s,])[\s,]*+"
    r"(?:['’]?(?:19|20)?\d\d\b|and (?:contains?|has|includes?|is|was)\b|"
    r"(?:held|co-?located|which|where|whose|with|under|as|at|to be|special issue|vol|"
    r"volume)\b).*$"
)
"""What stands behind a name: a year, or words such as "held" and "with"."""
YEAR = re.compile(r"(?<![\d-])(?:19|20)\d\d(?![\d-])")
"""A year of four digits that is no part of a range or number."""
_SHORT_YEAR = re.compile(r"(?<!\d)(?:20)?\d\d$")
_YEAR_BEHIND = re.compile(r"\s?(20\d\d)\b")
SOCIETIES = ("IEEE", "ACM", "IFIP", "SPIE", "AAAI", "IET", "MDPI", "Elsevier", "Springer")
"""Societies and publishers before a name, which are none themselves."""
MAX_WORDS = 16
"""Words of the longest name."""


def kind_of_event(clause: str) -> tuple[str, int | None] | None:
    """Return the name with a word such as "Conference" that a clause begins with, or its acronym, and the year."""
    if (name := _NAME.match(clause)) is None:
        return None
    expanded = BRACKET.match(clause, name.end())
    if expanded and expanded["name"] in SOCIETIES:
        return None
    if expanded and (year := expanded["year"] or _behind(clause, expanded)):
        return expanded["name"].strip("-"), full_year(year)
    full = NAME_END.sub("", name[0]).strip(" -–:'\"’")
    if not NAME_WORD.search(full) or len(full.split()) > MAX_WORDS or len(full.split()) == 1:
        return None
    return (expanded["name"].strip("-"), full_year(expanded["year"])) if expanded else (full, None)


def workshop_of(acronym: str) -> tuple[str, int | None]:
    """Return name and year of a workshop by its acronym, which may end with the year: "DREAM '25"."""
    year = _SHORT_YEAR.search(acronym)
    name = acronym[: year.start() if year else None].rstrip(" '’-")
    return (name if "workshop" in name.lower() else f"{name} Workshop"), full_year(year and year[0])


def full_year(year: str | None) -> int | None:
    """Return a year of two or four digits in full."""
    return None if year is None else int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004 - digits


def _behind(clause: str, bracket: re.Match[str]) -> str | None:
    """Return the year behind an acronym in brackets."""
    year = _YEAR_BEHIND.match(clause, bracket.end())
    return year[1] if year else None
