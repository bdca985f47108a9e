"""Read the name of a venue that is in no table from a reference: "Acta Phys.Polon. B31 (2000) 1". Pure."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from pipelines.venues.printed.acronyms import acronym_for, without_acronym, without_acronym_before_edition
from pipelines.venues.printed.citations import is_author, is_citation, is_persons, may_be_persons, without_editors
from pipelines.venues.printed.ends import cut_behind_name, is_bare_event, is_society
from pipelines.venues.printed.leads import without_lead
from pipelines.venues.printed.listed import is_book_series, is_publisher, is_series, listed_name
from pipelines.venues.printed.words import KIND, MONTH, ORDINAL
from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOWER_CASE = re.compile(
    r"(?:\S+ ){0,3}(?:journal|conference|symposium|transactions|colloque|workshop|conf[eé]rence|congr[eè]s)\b.{5}",
    re.IGNORECASE,
)
_EVENT_BEHIND = re.compile(
    rf"[,.] (?=(?:(?:the )?{ORDINAL} )?(?:[A-Z][\w/-]+ ){{0,5}}(?:Conference|Symposium|Workshop|Congress) on [A-Z]|"
    rf"{ORDINAL} (?!International \w+\W)(?:[A-Z][\w/-]+ ){{1,5}}(?:Conference|Symposium|Workshop)\b)",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Z]{4,10}")
_WORKSHOP_BEHIND = re.compile(
    r"^[A-Z]\w+ ?['’]?(?:\d\d)?\d\d,?(?: [-–])? (?=[^,;:(]{0,80}\bWorkshop\b(?! Proceedings))"
)
_NAME_BEHIND = re.compile(r"(?:[.?!”\"] [Ii]n:?|, In:?|, in(?::|(?= Proc)))(?: the)? (?=[A-Z(])(?!Press\b)")
_NAME_BEHIND_YEAR = re.compile(r"^(?=.{0,40}\b[A-Z]\.)[^()]{5,200}?\b(?:19|20)\d\d[a-z]?, in:?(?: the)? (?=[A-Z])")
_JOURNAL_BEHIND = re.compile(
    r"(?:(?<=[a-z]{5})\.\s*|(?:(?<=\d\d)\.|[,;?!]|\)\s[-–])\s+)(?:In:? )?"
    r"(?=(?:The )?(?:Int\. |[A-Z][a-z]+ )?[Jj]ournal (?:of|on|in|for) [A-Za-z]|Int\. J\. [A-Z]|"
    r"(?:IEEE|ACM)[\w/ ]* Transactions on )|"
    r"(?<![A-Z])[A-Z]{2,}+(?: [A-Z]{2,}+){2,8} (?=International Journal (?:of|on) )"
)
_NAME_BEHIND_AUTHORS = re.compile(
    r"^(?:[A-Z][\w'’-]+, (?:[A-Z]\.[\s-]?){1,3},?\s?(?:and |& )?){1,8}in:?(?: the)? (?=[A-Z])"
)
_ABBREVIATED_BEHIND = re.compile(r"^[A-Z][a-z]+ (?:[a-z]+ ){1,12}[a-z]{5,}\.\s+(?=J\. [A-Z])")
_ISSUE_BEHIND = re.compile(r"[\s,.]*\d+\s?\((?!(?:19|20)\d\d\))\d[\d-]*\)\s?(?:[,:]|$)")  # "16(4), 214-225"
_BEFORE_PAGES = re.compile(r"\b(?:19|20)\d\d[a-z]?\)?, ([A-Z][^,\d]{3,80}), \d+, [A-Z]?\d")  # "2017, Dreams, 510, 85"
_BOOK_IN_SERIES = re.compile(r"[.:]\s+([A-Z][^.:]{10,120}?),?\s{1,5}(?=L(?:NCS|NAI|ecture Notes in)\b)")
_IN_BRACKETS = re.compile(r"^\([^()]{3,150}\b[Ee]ds?\.?\)\s*")
_PUBLISHED_IN = re.compile(r"^[^.;]{0,150}\bpublished in(?: the)?:? (?=[A-Z])")
_SEGMENT = re.compile(
    r"(?<=\b(?:19|20)\d\d)\)?\s+(?=[A-Z])|[,:;?!]\s+(?!An International Journal)|"
    r"(?<=[\w)][\w)])(?<!\bInt)(?<!Conf)(?<!Proc)(?<!Symp)\.\s+(?=[A-Z])|"
    r"(?:(?<=, [A-IK-Z])|(?<=\. [A-IK-Z]))\.\s+(?=[A-Z][a-z])"
)
_BEFORE_VOLUME = re.compile(r"\d|\(\d|vol|no\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?!(?:19|20)\d\d\b)\d|vol|no\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[a-z]{6})\.\s+(?=[A-Z]).*$")
_CAPITALIZED = re.compile(r"(?=\S{5}|.* )[A-Z][\w-]*(?: (?:[A-Z][\w-]*|[a-z]{2,3}|&)){0,9}")
_OF_SERIES = re.compile(r"[,.:] (?=Proc(?:eedings|\.) of )|(?<=[a-z]{3}) (?=Proceedings of the )")
_PROCEEDINGS = re.compile(r"^(?:in:?\s+)?(Proc(?:eedings|\.) of the (?=[A-Z]))", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{3}|\b[A-Z][a-z]?&[A-Z]|\b[A-Z][a-z]?[A-Z]?\d[A-Z]")
_WORD = re.compile(r"[^\W\d_]{2}|&")
_BARE = re.compile(
    r"(?:International |National |European )?(?:Conference|Symposium|Workshop)|Proceedings|Journal|Iss|Supplementary"
)
_FULL_STOP = re.compile(r" [a-z]{5,}\.\s+[A-Z]")
_LOWER_WORD = re.compile(r"\b[a-z]{4,}\b")
_PUBLISHED = re.compile(r"\d|\b(?:[Ee]ds?|[Ee]ditors?|Press|Publish(?:er|ing)|Verlag)\b")
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
    plain = _ABBREVIATED_BEHIND.sub("", _PUBLISHED_IN.sub("", _WORKSHOP_BEHIND.sub("", plain)))
    plain = _proceedings(plain)
    first = _at_beginning(plain)
    if first is not None and (known := listed_name(first)):
        return known
    if (journal := _JOURNAL_BEHIND.search(plain)) and not _names_kind(plain[: journal.start()]):
        name = cut_behind_name(without_lead(plain[journal.end() :]))
        return listed_name(name) or _with_dots(without_acronym(name))
    if is_citation(plain):
        return _behind_title(plain)
    if behind := _behind_unknown_title(first or "", plain):
        return behind
    return _with_dots(first) if first is not None and _may_be_venue(first, plain) else None


def _names_kind(text: str) -> bool:
    """Return whether a text has a word of a venue's name that is not in lower case: "Review", not "a review"."""
    return any(match[0][0].isupper() for match in KIND.finditer(text))


def _proceedings(plain: str) -> str:
    """Return a reference from the proceedings behind a title, or up to those that repeat an event."""
    proceedings = _OF_SERIES.search(plain)
    if proceedings is None or is_bare_event(plain[proceedings.end() :]):
        return plain
    before, behind = plain[: proceedings.start()], plain[proceedings.end() :]
    if is_series(plain) or not KIND.search(before):
        return behind
    is_repeated = proceedings[0] == " " and len(before.split()) >= _MIN_TITLE
    return before if is_repeated else plain


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
    is_sentence = len(_LOWER_WORD.findall(first)) >= _MIN_TITLE
    if _names_kind(first) if is_sentence else KIND.search(first):
        return None
    if (within := _NAME_BEHIND.search(plain)) and len(plain[: within.start()].split()) >= _MIN_TITLE:
        return _with_dots(cut_behind_name(without_lead(without_editors(plain[within.end() :]))))
    is_stopped = _FULL_STOP.search(first) is not None
    if (is_sentence or is_stopped) and (
        journals := [part for part in _parts(plain, _ISSUE_BEHIND) if _CAPITALIZED.fullmatch(part)]
    ):
        return _with_dots(listed_name(journals[-1]) or journals[-1])
    words = first.split()
    is_title = len(words) >= _MIN_TITLE and not any(word.endswith(".") for word in words)
    later = _before_volume(plain) if is_title or len(words) >= _LONG_TITLE or may_be_persons(first) else None
    if later and (not may_be_persons(first) or KIND.search(later)):
        return later
    event = _EVENT_BEHIND.search(plain) if is_title else None
    return _at_beginning(plain[event.end() :]) if event else None


def _behind_title(plain: str) -> str | None:
    """Return the last venue in the parts of a citation with authors: a known journal, else by its words or place."""
    _, *parts = _parts(plain)
    placed = [part for part in _parts(plain, _BEFORE_VOLUME) if not is_publisher(part)]
    known = [
        part
        for part in parts
        if (name := listed_name(part)) and not _is_series(part, name) and _WORD.search(part) and not is_author(part)
        if " " in part or (part in placed and (part.casefold() == name.casefold() or part.isupper()))
    ]
    if known:
        last = known[-1].rstrip(".")
        return listed_name(max((part for part in known if part.rstrip(".").endswith(last)), key=len))
    parts = [part for part in parts if not is_publisher(part) and not is_persons(part)]
    before_issue = [part for part in _parts(plain, _ISSUE_BEHIND) if _CAPITALIZED.fullmatch(part)]
    if before_issue:
        longer = [part for part in parts if part.endswith(before_issue[-1]) and KIND.search(part)]
        return min(longer, key=len, default=before_issue[-1])
    if within := (_NAME_BEHIND_AUTHORS.match(plain) or _NAME_BEHIND_YEAR.search(plain) or _NAME_BEHIND.search(plain)):
        book = _IN_BRACKETS.sub("", plain[within.end() :])
        if name := cut_behind_name(without_lead(without_editors(book))):
            return _with_dots(name)
    if dated := _BEFORE_PAGES.search(plain):
        return dated[1]
    sentences = [_SENTENCE.sub("", part) for part in parts]
    named = [part for part in sentences if KIND.search(part) and _may_be_venue(part, plain)]
    if not named and (in_series := _BOOK_IN_SERIES.search(plain)):
        return in_series[1]
    placed = [part for part in placed if _CAPITALIZED.fullmatch(part) and not re.match(rf"{MONTH}|.* et al\b", part)]
    acronyms = [part for part in parts if _ACRONYM.fullmatch(part)]
    found = named[-1:] or [part for part in placed if not is_persons(part)][-1:] or acronyms[:1] or placed[-1:]
    return _with_dots(without_acronym(found[0])) if found else None


def _before_volume(plain: str) -> str | None:
    """Return the known journal, not a series, that stands before a volume behind a title."""
    parts = list(_parts(plain, _BEFORE_VOLUME))
    numbered = {*_parts(plain, _NUMBER)} if parts else set()
    names = ((part, name) for part in parts if (name := listed_name(part)) and not _is_series(part, name))
    return next((name for part, name in names if part in numbered or (" " in part and "-" not in part)), None)


def _parts(plain: str, followed_by: re.Pattern[str] | None = None) -> Iterator[str]:
    """Yield what may be a name behind each punctuation mark, up to a volume or year."""
    for start in [0, *(match.end() for match in islice(_SEGMENT.finditer(plain), _MAX_PARTS))]:
        text = plain[start : start + _MAX_PART]
        whole = cut_behind_name(text) if text.startswith("Proc") else ""
        part = whole if listed_name(whole) else cut_behind_name(without_lead(text))
        part = part if "." in part[:-1] else part.rstrip(".")
        behind = plain[plain.find(part, start) + len(part) :][:_MAX_PART].lstrip(" ,.")
        if followed_by is None or followed_by.match(behind):
            yield part


def _is_series(part: str, name: str) -> bool:
    """Return whether the printed or the full name of a journal is that of a series of books."""
    return is_book_series(part) or is_book_series(name)


def _may_be_venue(name: str, plain: str) -> bool:
    return bool(
        _WORD.search(name)
        and (_LETTERS.search(name) or re.search(rf"\b{re.escape(name)} ?(?:['’]\d\d|(?:19|20)\d\d)\b", plain))
        and (KIND.search(name) or _PUBLISHED.search(plain))
        and (
            re.match(r"(?:\d{1,3} )?\d?(?:[a-z]-)?[a-z]{0,3}[^\W\d_a-z]", name)
            or _LOWER_CASE.match(name)
            or re.fullmatch(rf"{re.escape(name)} \(?(?:19|20)\d\d\)?", plain)
        )
        and not re.match(MONTH, name)
        and not is_publisher(name)
        and not _BARE.fullmatch(name)
        and not _repositories().search(name)
    )


def _with_dots(name: str) -> str:
    """Return a name with the dot of its last word if that is an abbreviation, and a space behind each other dot."""
    bare = name.rstrip(". ,")
    if bare.count("'") == 1:
        bare = bare.rstrip("'")  # the end of a quotation
    ends = "." if name.endswith(".") and "." in bare else ""
    return _GLUED_DOT.sub(" ", bare) + ends


@cache
def _repositories() -> re.Pattern[str]:
    names = (
        name for name in venue_table().repositories if not name.startswith(("Lecture", "Communications", "Advances"))
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
