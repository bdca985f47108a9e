"""Read the name of a venue that is in no table from a reference: "Acta Phys.Polon. B31 (2000) 1". Pure."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from pipelines.venues.printed.acronyms import acronym_for, without_acronym, without_acronym_before_edition
from pipelines.venues.printed.citations import is_citation, without_editors
from pipelines.venues.printed.ends import cut_behind_name, is_bare_event, is_society
from pipelines.venues.printed.leads import without_lead
from pipelines.venues.printed.listed import is_series, listed_name
from pipelines.venues.printed.words import KIND, MONTH, ORDINAL
from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOWER_CASE = re.compile(
    r"(?:\S+ ){0,3}(?:journal|conference|symposium|transactions|colloque|workshop|conf[eé]rence)\b.{5}", re.IGNORECASE
)
_EVENT_BEHIND = re.compile(
    rf"[,.] (?=(?:(?:the )?{ORDINAL} )?(?:[A-Z][\w/-]+ ){{0,5}}(?:Conference|Symposium|Workshop|Congress) on [A-Z]|"
    rf"{ORDINAL} (?!International \w+\W)(?:[A-Z][\w/-]+ ){{1,5}}(?:Conference|Symposium|Workshop)\b)",
    re.IGNORECASE,
)
_NO_VENUE = re.compile(
    r"(?:ACM|IEEE|IET|IOP|SPIE Press|Springer|Elsevier|Wiley)(?:[ -](?:Press|Verlag))?|"
    r"(?:\w+ ){1,3}(?:Press|Publishers?|Verlag)",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Z]{4,10}")
_WORKSHOP_BEHIND = re.compile(
    r"^[A-Z]\w+ ?['’]?(?:\d\d)?\d\d,?(?: [-–])? (?=[^,;:(]{0,80}\bWorkshop\b(?! Proceedings))"
)
_NAME_BEHIND = re.compile(r"(?:[.?!”\"] [Ii]n:?|, In:?) (?=[A-Z(])")
_IN_BRACKETS = re.compile(r"^\([^()]{3,150}\b[Ee]ds?\.?\)\s*")
_PUBLISHED_IN = re.compile(r"^[^.;]{0,150}\bpublished in(?: the)?:? (?=[A-Z])")
_SEGMENT = re.compile(r"(?<=[\w)][\w)])\.\s+(?=[A-Z])|[,:;?!]\s+")
_BEFORE_VOLUME = re.compile(r"\d|\(\d|vol|no\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[a-z]{6})\.\s+(?=[A-Z]).*$")
_CAPITALIZED = re.compile(r"(?=\S{5}|.* )[A-Z][\w-]*(?: (?:[A-Z][\w-]*|[a-z]{2,3}|&)){0,9}")
_OF_SERIES = re.compile(r"[,.:] (?=Proc(?:eedings|\.) of )")
_PROCEEDINGS = re.compile(r"^(?:in:?\s+)?(Proc(?:eedings|\.) of the (?=[A-Z]))", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{3}|\b[A-Z]&[A-Z]\b|\b[A-Z][a-z]?[A-Z]?\d[A-Z]")
_PERSONS = re.compile(r"[A-Z][\w-]+(?: [A-Z][\w'-]+){1,2}(?: and [A-Z][\w-]+ [A-Z][\w'-]+)?")
_MIN_TITLE = 4  # words
_LONG_TITLE = 7  # words
_MAX_PARTS = 40
_MAX_PART = 200  # characters
_INTERNATIONAL = re.compile(r"\bInt['’]l\b\.?")
_GLUED_DOT = re.compile(r"(?<=[a-z]\.)(?=[A-Z])|(?<=\b[A-Z]\.)(?=[A-Z][a-z])")


def printed_name(reference: str) -> str | None:
    """Return the name that a reference has for its venue, in full if it is that of a known journal; None without one.

    It stands at the beginning, up to the volume, year or place; or behind authors and title.
    """
    plain = without_editors(_INTERNATIONAL.sub("Int.", reference.strip()))
    plain = _PUBLISHED_IN.sub("", _WORKSHOP_BEHIND.sub("", plain))
    if (proceedings := _OF_SERIES.search(plain)) and not is_bare_event(plain[proceedings.end() :]):
        is_title = is_series(plain) or not KIND.search(plain, 0, proceedings.start())
        plain = plain[proceedings.end() :] if is_title else plain
    first = _at_beginning(plain)
    if first is not None and (known := listed_name(first)):
        return known
    if is_citation(plain):
        return _behind_title(plain)
    if behind := _behind_unknown_title(first or "", plain):
        return behind
    return _with_dots(first) if first is not None and _may_be_venue(first, plain) else None


def _at_beginning(plain: str) -> str | None:
    whole = cut_behind_name(plain)
    if listed_name(whole) is not None:
        return whole
    text = without_lead(plain)
    name = without_acronym(cut_behind_name(text))
    for spelling in (name, name.partition(": ")[0]):
        if " " in spelling and listed_name(spelling) is not None:
            return spelling
    if (proceedings := _PROCEEDINGS.match(plain)) and is_society(name):
        return f"{proceedings[1]}{name}"
    if acronym := acronym_for(name, text, is_numbered=text != plain):
        return acronym
    event = name.removeprefix("Proc. ")
    if event != name and (KIND.search(event) or ("." not in event and not is_society(event))):
        return event
    return without_acronym_before_edition(name, text[len(name) :]) or None


def _behind_unknown_title(first: str, plain: str) -> str | None:
    """Return the venue behind what may be the title of a paper, or its authors, at the beginning; None without one."""
    if KIND.search(first):
        return None
    words = first.split()
    is_title = len(words) >= _MIN_TITLE and not any(word.endswith(".") for word in words)
    later = _before_volume(plain) if is_title or len(words) >= _LONG_TITLE or _PERSONS.fullmatch(first) else None
    if later and (not _PERSONS.fullmatch(first) or KIND.search(later)):
        return later
    event = _EVENT_BEHIND.search(plain) if is_title else None
    return _at_beginning(plain[event.end() :]) if event else None


def _behind_title(plain: str) -> str | None:
    """Return the last venue in the parts of a citation with authors: a known journal, else by its words or place."""
    _, *parts = _parts(plain)
    if known := [name for part in parts if (name := listed_name(part))]:
        return known[-1]
    if within := _NAME_BEHIND.search(plain):
        book = _IN_BRACKETS.sub("", plain[within.end() :])
        if name := cut_behind_name(without_lead(without_editors(book))):
            return _with_dots(name)
    sentences = [_SENTENCE.sub("", part) for part in parts]
    named = [part for part in sentences if KIND.search(part) and _may_be_venue(part, plain)]
    before_volume = [part for part in _parts(plain, _BEFORE_VOLUME) if _CAPITALIZED.fullmatch(part)]
    placed = [part for part in before_volume if not re.match(MONTH, part)]
    acronyms = [part for part in parts if _ACRONYM.fullmatch(part)]
    found = named[-1:] or placed[-1:] or acronyms[:1]
    return _with_dots(found[0]) if found else None


def _before_volume(plain: str) -> str | None:
    """Return the known journal, not a series, that stands before a volume behind a title."""
    names = (listed_name(part) for part in _parts(plain, _BEFORE_VOLUME) if not is_series(part))
    return next(filter(None, names), None)


def _parts(plain: str, followed_by: re.Pattern[str] | None = None) -> Iterator[str]:
    """Yield what may be a name behind each punctuation mark, up to a volume or year."""
    for start in [0, *(match.end() for match in islice(_SEGMENT.finditer(plain), _MAX_PARTS))]:
        part = cut_behind_name(without_lead(plain[start : start + _MAX_PART]))
        behind = plain[plain.find(part, start) + len(part) :][:_MAX_PART].lstrip(" ,.")
        if followed_by is None or followed_by.match(behind):
            yield part


def _may_be_venue(name: str, plain: str) -> bool:
    return bool(
        _LETTERS.search(name)
        and (KIND.search(name) or re.search(r"\d", plain))
        and (re.match(r"(?:\d{1,3} )?\d?(?:[a-z]-)?[a-z]{0,3}[^\W\d_a-z]", name) or _LOWER_CASE.match(name))
        and not re.match(MONTH, name)
        and not _NO_VENUE.fullmatch(name)
        and not _repositories().search(name)
    )


def _with_dots(name: str) -> str:
    """Return a name with the dot of its last word if that is an abbreviation, and a space behind each other dot."""
    bare = name.rstrip(". ")
    ends = "." if name.endswith(".") and "." in bare else ""
    return _GLUED_DOT.sub(" ", bare) + ends


@cache
def _repositories() -> re.Pattern[str]:
    names = (
        name for name in venue_table().repositories if not name.startswith(("Lecture", "Communications", "Advances"))
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
