"""Tell the acronym of a venue from its name where both are printed: "ACS - Advances in Complex Systems". Pure."""

from __future__ import annotations

import re

from pipelines.venues.printed.journals import initials
from pipelines.venues.printed.listed import listed_name
from pipelines.venues.printed.words import EVENT, KIND

_FIRST = re.compile(r"[A-Z][A-Za-z]{1,9} [-–] (?=[A-Z])(?!The\b)")
_INITIALS_FIRST = re.compile(r"([A-Z]{3,8}) (?=[A-Z])")  # "IJCSI International Journal of Computer Science Issues"
_LAST = re.compile(
    r"(?:(?P<dash>\s[-–]\s)(?=[A-Z]\w{2,12}$)|(?<!\.)[\s-])(?P<acronym>(?(dash)\w+|[A-Z][A-Za-z]*[A-Z]))(?:-?\d{1,2})?$"
)
_ACRONYM = re.compile(r"[A-Z][a-z]*[A-Z][A-Za-z]*(?:-\d{1,2})?")
_SOCIETY = re.compile(r"^(?:IEEE|ACM)(?:/[A-Z]+)? ")
_AT = re.compile(r" (?:at|during|(?:in conjunction )?with)$")  # "Workshop on Dreams at NAP 2012"
_OTHER_EVENT = re.compile(rf"{EVENT.pattern}|\d")
_MIN_WORDS = 3
_UNFINISHED = frozenset({"and", "for", "in", "of", "on", "the", "Conference", "Symposium", "Workshop", "Congress"})
_EDITION = re.compile(r"[,\s]*['’-]?\d")
_BEHIND_SENTENCE = re.compile(
    r"(?P<name>.{6,}[a-z]{5})\.\s+(?P<acronym>[A-Z](?:[A-Za-z-]*+&)*+[a-z-]*+[A-Z][A-Za-z-]*+)"
)
_COUNTRY = re.compile(r"[A-Z]{2}|USA|UAE")
_AND_PLACE = re.compile(rf"([A-Z]{{3,8}}) (?!{EVENT.pattern})[A-Z][a-z]+")
_IN_BRACKETS = re.compile(
    r"(?P<name>[^(]{10,150})(?<!PoS)\((?!DOI|ISBN|ISSN)(?:[\dA-Z][^()\s]{0,20} )?"
    r"(?P<acronym>[A-Z][\w&/-]*[A-Z][\w&/-]*(?: [A-Z][a-z]+)?)"
)


def without_acronym(name: str) -> str:
    """Return a name without its acronym before or behind it: "ACS - Advances in …", "… and Biology-ICSMB"."""
    left, dash, right = name.partition(" - ")
    left = left.removesuffix(" Proceedings")
    if dash and (left in right or right in left):  # "Dream Seminar - CIRP Dream Seminar"
        return min(left, right, key=len)
    if _FIRST.match(name) and (listed_name(right) or KIND.search(right) or _abbreviates(left, right)):
        return right
    if (first := _INITIALS_FIRST.match(name)) and _begin_words(first[1], name[first.end() :]):
        return name[first.end() :]
    last = _LAST.search(name)
    if last is None:
        return name
    full, acronym = _AT.sub("", name[: last.start()].rstrip(" -–")), last["acronym"]
    if KIND.search(full):
        return full if last["dash"] or _abbreviates(acronym, full) else name
    return acronym if last["dash"] and acronym.isupper() else name  # "Advances in Dreams - ASIAN 2006"


def acronym_for(name: str, text: str, *, is_numbered: bool) -> str | None:
    """Return the acronym that stands for a name which was read at the beginning of a text; None if the name is better.

    `is_numbered` tells that the number of the edition stood before it.
    """
    sentence = _BEHIND_SENTENCE.fullmatch(name.rstrip("."))  # "Intelligent Systems and Networks. ICISN 2025"
    if sentence and (_EDITION.match(text, len(name)) or _abbreviates(sentence["acronym"], sentence["name"])):
        return sentence["acronym"]
    if is_numbered and (placed := _AND_PLACE.fullmatch(name)):  # "Proc. 28th ICRC Tsukuba"
        return placed[1]
    bracket = _IN_BRACKETS.match(text)
    is_cut = EVENT.search(name) is not None and text[len(name) : len(name) + 1] == ","
    is_cut = is_cut and bracket is not None and not _OTHER_EVENT.search(text, len(name), bracket.start("acronym"))
    is_cut = is_cut and bracket is not None and _COUNTRY.fullmatch(bracket["acronym"]) is None
    return bracket["acronym"] if bracket and is_cut else None  # "Conference on Objects, Models, Components (COMC)"


def without_acronym_before_edition(name: str, behind: str) -> str:
    """Return a name without its acronym if the number of an edition follows: "Practice of Dreaming DREAM 2008"."""
    *words, last = name.split(" ")
    is_name = len(words) >= _MIN_WORDS and words[-1] not in _UNFINISHED
    is_acronym = is_name and not name.isupper() and _ACRONYM.fullmatch(last) and _EDITION.match(behind)
    return _AT.sub("", " ".join(words)) if is_acronym else name


def name_before_initials(text: str) -> str | None:
    """Return the name at the beginning of a text whose initials follow in brackets; None without such."""
    bracket = _IN_BRACKETS.match(text)
    name = bracket["name"].strip() if bracket else ""
    is_whole = bracket is not None and initials(name) == bracket["acronym"].lower() and not re.search(r"\d", name)
    return name if is_whole else None


def _begin_words(acronym: str, name: str) -> bool:
    """Return whether the letters of an acronym are the initials of a journal's or event's name, in full."""
    plain = _SOCIETY.sub("", name)
    return KIND.search(name) is not None and acronym.lower() in {initials(name), initials(plain)}


def _abbreviates(acronym: str, name: str) -> bool:
    """Return whether a name has a word for each letter of an acronym, in order."""
    letters = iter(initials(name))
    return all(letter in letters for letter in acronym.lower() if letter.isalpha())
