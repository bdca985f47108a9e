"""Recognize authors and editors at the beginning of a reference. Pure."""

from __future__ import annotations

import re

from pipelines.venues.printed.listed import is_book_series, is_publisher
from pipelines.venues.printed.words import KIND, ORDINAL

_INITIAL = r"(?:(?:[A-Z]|[CKPSTZ]h|[JY]u|Ya)\.[\s-]?){1,3}"
_SURNAME = r"[A-Z][\w'’-]+"
_NAME = rf"{_SURNAME} (?:[A-Z]\. )?{_SURNAME}"
_AUTHORS = (
    rf"{_SURNAME}, {_INITIAL}",
    rf"{_SURNAME} {_SURNAME}, {_INITIAL}(?:,|&)",
    rf"(?:{_INITIAL}\s?|(?:[A-Z] ){{1,3}}|(?:[A-Z][\w-]+ ){{1,2}})?{_SURNAME},? et al\b",
    rf"{_SURNAME},? [A-Z]{{1,3}}, (?:d[aeiou]s? |v[ao]n )?{_SURNAME}(?: {_SURNAME})?,? [A-Z]{{1,3}}[.,]",
    rf"{_SURNAME}, {_SURNAME} [A-Z]{{1,2}}, {_SURNAME}, {_SURNAME}",
    rf"{_SURNAME}, {_SURNAME}(?:\., &|; )",
    rf"(?:{_NAME}, )+{_NAME} and {_NAME}[.:] ",
    rf"{_SURNAME}, {_SURNAME}, (?!and\b|&)(?=(?:[^\s\d,.:;()]+ ){{6}})",
    rf"{_INITIAL}\s?{_SURNAME} \((?:19|20)\d\d\)",
    rf"(?!J\.){_INITIAL}\s?{_SURNAME}: (?=[A-Z])",
    rf"[A-Z]{{1,3}} {_SURNAME}, [A-Z]{{1,3}} {_SURNAME}[,.]",
    rf"(?!J\.){_INITIAL}\s?{_SURNAME} {_SURNAME},",
    rf"(?!J\. \w+\. (?:of|on)\b){_INITIAL}\s?{_SURNAME}(?: Jr\.)?(?:\.(?= (?:[^\W\d]\S* ){{5}})|,| and | &)",
    rf"{_SURNAME} (?!J\. ?(?:of\b|[A-Z][a-z]+\b[^,])){_INITIAL}(?:[\s,:]|and)",
    rf"[A-Z][a-z]+(?: {_SURNAME}){{1,2}} & [A-Z][a-z]+ {_SURNAME},",
    (
        rf"[A-Z][a-z]+(?: [A-Z]\.)? {_SURNAME}(?:, [A-Z][a-z]+ {_SURNAME}){{0,8}}(?:,? and {_SURNAME}[^.(]{{1,40}})?"
        r"(?:[.,] \(?(?:19|20)\d\d\)?[.:]?| \((?:19|20)\d\d\)[.:]?| (?:19|20)\d\d[.:]) "
        r"(?!\W*(?:vol|no|pp?)\b)(?=(?:\S+ ){4})"
    ),
    rf"(?:{_INITIAL}\s?|(?:[A-Z] ){{1,3}}){_SURNAME} (?:19|20)\d\d (?=[A-Z])(?!Vol|No)",
    rf"(?:{_SURNAME}(?: {_SURNAME}| [A-Z]\.){{1,2}}, ){{3}}",
    rf"(?:{_NAME}, ){{2}}{_NAME}[.:] ",
    rf"(?!In ){_NAME}\. (?=Proceedings\b|{ORDINAL} )",
    rf"{_SURNAME}(?: {_SURNAME}){{1,2}},? and {_SURNAME}(?: {_SURNAME}){{1,2}}[.:] (?=(?:\S+ ){{5}})",
    rf"{_SURNAME}(?: {_SURNAME}){{1,2}}(?:, {_SURNAME}(?: {_SURNAME}){{1,2}}){{1,8}}: (?=(?:\S+ ){{4}})",
)
_CITATION = re.compile(rf"^(?:{'|'.join(_AUTHORS)})")
_EDITORS = re.compile(
    r"^(?:(?:[Pp]ublished )?[Ii]n ?:?\s+)?\(?(?:Proc(?:eedings|\.)?: )?"
    r"(?:[A-Z][^\W\d]*+[.'’~-]*+[,;]?+\s?+(?:[Aa]nd |& |et al\.,? |(?:de[nr]?|di|la|v[ao]n) )*+){1,30}[(\[]?"
    r"(?:[Ee]d(?:\.?s)?|[Ee]ditors?|Hrsg)\b\.?[)\]]?[\s,.:]+"
    r"(?:[Ii]n:?\s+)?(?=\S)"
)
_BEFORE_EDITORS = re.compile(r"[.,]\s+(?=(?:[A-Z]\.[\s-]?){1,3}[A-Z])")
_NO_NAME = re.compile(
    r"(?:[A-Z]\.\s?){1,3}[A-Z][a-z]|[A-Z][a-z]+ (?:[A-Z]\. [A-Z][a-z]+,|[A-Z][a-z]+, pp?\b)|"
    r"(?:(?:19|20)\d\d|pp?\b|\W|\d)*(?:$|pp?\b|[Vv]ol)"
)
_FIRST_PART = re.compile(r"[,;(]")
_PERSONS = re.compile(r"[A-Z][\w-]+(?: [A-Z][\w'-]+){1,2}(?: and [A-Z][\w-]+ [A-Z][\w'-]+)?")
_AUTHOR = re.compile(r"(?:[A-Z]\.[\s-]?)+[A-Z][\w'-]+,?|.* et al\b.*")
_TWO_PERSONS = re.compile(r"(?:[A-Z]\.[\s-]?)+[A-Z][\w'-]+(?:,| and| &) (?:[A-Z]\.[\s-]?)+[A-Z]")
_YEAR_FIRST = re.compile(r"^\((?:19|20)\d\d\)[\s.,:]*")


def is_citation(reference: str) -> bool:
    """Return whether a reference begins with authors."""
    return _CITATION.match(reference) is not None


def may_be_persons(part: str) -> bool:
    """Return whether a part of a reference has the form of one or two names of persons."""
    return _PERSONS.fullmatch(part) is not None


def is_author(part: str) -> bool:
    """Return whether a part of a reference is an author: initials and surname, or with "et al"."""
    return _AUTHOR.fullmatch(part) is not None


def is_persons(part: str) -> bool:
    """Return whether a part of a reference is one or more names of persons, and has no word of a venue."""
    is_unclear = may_be_persons(part) and not KIND.search(part)
    return is_unclear or is_author(part) or _TWO_PERSONS.match(part) is not None


def without_editors(reference: str) -> str:
    """Return a reference without the editors that it begins with, or that follow the title of a book."""
    edited = _EDITORS.match(reference)
    if edited is None:
        return reference
    behind = reference[edited.end() :]
    if _NO_NAME.match(behind) or is_book_series(behind) or is_publisher(_FIRST_PART.split(behind)[0]):
        return f"{_BEFORE_EDITORS.split(reference, maxsplit=1)[0]}, {behind}"
    return _YEAR_FIRST.sub("", behind)
