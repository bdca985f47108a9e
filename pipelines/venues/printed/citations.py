"""Recognize authors and editors at the beginning of a reference. Pure."""

from __future__ import annotations

import re

from pipelines.venues.printed.listed import is_series

_INITIAL = r"(?:[A-Z]\.[\s-]?){1,3}"
_SURNAME = r"[A-Z][\w'’-]+"
_NAME = rf"{_SURNAME} (?:[A-Z]\. )?{_SURNAME}"
_AUTHORS = (
    rf"{_SURNAME}, {_INITIAL}",
    rf"{_SURNAME} {_SURNAME}, {_INITIAL}(?:,|&)",
    rf"(?:{_INITIAL}\s?|[A-Z][\w-]+ )?{_SURNAME} et al\b",
    rf"{_SURNAME} [A-Z]{{1,3}}, {_SURNAME} [A-Z]{{1,3}}[.,]",
    rf"[A-Z]{{1,3}} {_SURNAME}, [A-Z]{{1,3}} {_SURNAME}[,.]",
    rf"(?!J\.){_INITIAL}\s?{_SURNAME} {_SURNAME},",
    rf"{_INITIAL}\s?{_SURNAME}(?: Jr\.)?(?:\.(?= (?:[^\W\d]\S* ){{5}})|,| and | &)",
    rf"{_SURNAME} (?!J\. ?(?:of\b|[A-Z][a-z]+\b[^,])){_INITIAL}(?:[\s,:]|and)",
    rf"[A-Z][a-z]+(?: {_SURNAME}){{1,2}} & [A-Z][a-z]+ {_SURNAME},",
    (
        rf"[A-Z][a-z]+(?: [A-Z]\.)? {_SURNAME}(?:, [A-Z][a-z]+ {_SURNAME}){{0,8}}(?:,? and {_SURNAME}[^.(]{{1,40}})?"
        r"[.,]? \(?(?:19|20)\d\d\)?[.:]? (?=(?:\S+ ){4})"
    ),
    rf"(?:{_SURNAME}(?: {_SURNAME}| [A-Z]\.){{1,2}}, ){{3}}",
    rf"(?:{_NAME}, ){{2}}{_NAME}[.:] ",
    rf"{_SURNAME}(?: {_SURNAME}){{1,2}},? and {_SURNAME}(?: {_SURNAME}){{1,2}}[.:] (?=(?:\S+ ){{5}})",
    rf"{_SURNAME} {_SURNAME}, {_SURNAME} {_SURNAME}: (?=(?:\S+ ){{5}})",
)
_CITATION = re.compile(rf"^(?:{'|'.join(_AUTHORS)})")
_EDITORS = re.compile(
    r"^(?:[Ii]n:?\s+)?(?:[A-Z][^\W\d]*+[.'’~-]*+[,;]?+\s?+(?:[Aa]nd |& |et al\.,? )?+){1,30}[(\[]?"
    r"(?:[Ee]ds?|[Ee]ditors?|Hrsg)\b\.?[)\]]?[\s,.:]+"
    r"(?:[Ii]n:?\s+)?(?=\S)"
)
_BEFORE_EDITORS = re.compile(r"[.,]\s+(?=(?:[A-Z]\.[\s-]?){1,3}[A-Z])")
_NO_NAME = re.compile(r"(?:[A-Z]\.\s?){1,2}[A-Z][a-z]|(?:(?:19|20)\d\d|pp?\b|\W|\d)*(?:$|pp?\b|[Vv]ol)")
_YEAR_FIRST = re.compile(r"^\((?:19|20)\d\d\)[\s.,:]*")


def is_citation(reference: str) -> bool:
    """Return whether a reference begins with authors."""
    return _CITATION.match(reference) is not None


def without_editors(reference: str) -> str:
    """Return a reference without the editors that it begins with, or that follow the title of a book."""
    edited = _EDITORS.match(reference)
    if edited is None:
        return reference
    behind = reference[edited.end() :]
    if _NO_NAME.match(behind) or is_series(behind):
        return f"{_BEFORE_EDITORS.split(reference, maxsplit=1)[0]}, {behind}"
    return _YEAR_FIRST.sub("", behind)
