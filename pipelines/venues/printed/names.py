"""Read the name of a venue that is in no table from a reference: "Acta Phys.Polon. B31 (2000) 1". Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from pipelines.venues.printed.journals import journal_name
from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_ORDINAL = (
    r"(?:\d{1,3}[- ]?(?:st|nd|rd|th|[eè]me)|(?:twenty-|thirty-|forty-)?(?:first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|\w+tieth))\b"
)
_LEAD = re.compile(
    r"^(?:(?:in|in:|to appear(?: in)?:?|accepted (?:at|in|by)|(?:also )?(?:published|appeared|appears) (?:as|in):?|"
    r"final version in:?|journal ref(?:erence)?:|(?:19|20)\d\d|chapter \d+|the(?= (?:\d|journal|proc))|"
    r"(?:in )?(?:Chinese|French|German|Japanese|Russian|Spanish)(?: language)?(?=[.,]| in )\.?|"
    r"special issue on [^,]{3,80},|"
    r"(?-i:[XVI]{2,5}(?= [A-Z]))|"
    rf"(?:adjunct |conf(?:erence|\.) )?proc(?:eedings?|s)?\.?(?: \(CD-?ROM\))?,? "
    rf"(?:of:?(?: the)?|the|(?-i:(?=[A-Z]{{3,}}))|(?={_ORDINAL}|\d{{4}}))|"
    rf"(?:IEEE|ACM|IFIP)(?:/[A-Z]+)? (?={_ORDINAL})|{_ORDINAL}(?: annual)?)(?:\b|(?<=\W))[\s,:]*+)+",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?<![\s,])[\s,]*+(?:(?:19|20)\d\d|['’/]\d\d\b|[(\[;|]|"
    r"\b(?:vol(?:ume)?|no|pp?|pages?|art(?:icle)?(?=[\s.]*(?:id|no|\d))|issue|eds?|doi|issn|isbn|copyright)\b|"
    rf"(?:(?<=\s)|:\s++)[A-Za-z]?\d(?!D\b|\d?(?:st|nd|rd|th)\b)|(?<=[,\s]){MONTH}\s*\d|(?<=\s)(?:in|on) {MONTH}\b|"
    r"\s[-–]+ the\b|\s/\s).*$",
    re.IGNORECASE | re.DOTALL,
)
_EDITORS = re.compile(
    r"^(?:[Ii]n:?\s+)?(?:[A-Z][^\W\d]*+[.'’~-]*+,?+\s?+(?:[Aa]nd |& )?+){1,30}[(\[]?"
    r"(?:[Ee]ds?|[Ee]ditors?|Hrsg)\b\.?[)\]]?[\s,.:]+"
    r"(?:[Ii]n:?\s+)?(?=\S)"
)
_INITIAL = r"(?:[A-Z]\.[\s-]?){1,3}"
_SURNAME = r"[A-Z][\w'’-]+"
_AUTHORS = re.compile(
    rf"^(?:{_SURNAME}, {_INITIAL}|{_SURNAME} [A-Z]{{1,3}}, {_SURNAME} [A-Z]{{1,3}}[.,]|"
    rf"{_INITIAL}\s?{_SURNAME}(?:\.(?= (?:[^\W\d]\S* ){{5}})|,| and | &)|{_SURNAME} {_INITIAL}(?:[\s,]|and)|"
    rf"[A-Z][a-z]+(?: [A-Z]\.)? {_SURNAME}(?: and {_SURNAME}[^.(]{{1,40}})?[.,]? \(?(?:19|20)\d\d\)?[.:]? "
    rf"(?=(?:\S+ ){{4}})|(?:{_SURNAME}(?: {_SURNAME}| [A-Z]\.){{1,2}}, ){{3}})"
)
_PUBLISHED_IN = re.compile(r"^[^.;]{0,150}\bpublished in(?: the)?:? (?=[A-Z])")
_SEGMENT = re.compile(r"(?<=[\w)][\w)])\.\s+(?=[A-Z])|[,:;?!]\s+")
_BEFORE_VOLUME = re.compile(r"\d|\(\d|vol|no\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[a-z]{6})\.\s+(?=[A-Z]).*$")
_CAPITALIZED = re.compile(r"(?=\S{5}|.* )[A-Z][\w-]*(?: (?:[A-Z][\w-]*|[a-z]{2,3}|&)){0,9}")
_SERIES = re.compile(
    r"(?:Springer )?(?:LN[A-Z]{2,6}\b|CCIS\b)|Lecture Notes|CEUR|Communications in Computer|"
    r"Advances in Intelligent|Proceedings of Machine"
)
_OF_SERIES = re.compile(r"[,.:] (?=Proc(?:eedings|\.) of )")
_PUBLISHERS = frozenset(
    {"Taylor & Francis", "Taylor and Francis", "Wiley & Sons", "John Wiley & Sons", "Chapman & Hall"}
)
_SOCIETY = re.compile(r"(?:IEEE|ACM|AMS|LMS|SPIE|IRE|(?:Royal|American|London|Edinburgh|National)\b.*)")
_PROCEEDINGS = re.compile(r"^(?:in:?\s+)?(Proc(?:eedings|\.) of the (?=[A-Z]))", re.IGNORECASE)
_ACRONYM_BEHIND = re.compile(r".{6,}[a-z]{5}\.\s+([A-Z](?:[A-Za-z-]*+&)*+[a-z-]*+[A-Z][A-Za-z-]*+)")
_KIND = re.compile(r"\b(?:Conf|Symp|Congr|Worksh|Journal|J\.|Trans|Lett|Rev|Proc|Bulletin|Magazine)", re.IGNORECASE)
_LIST = re.compile(r"\band\b|&")
_MIN_TITLE = 4  # words
_MAX_PARTS = 40
_MAX_PART = 200  # characters
_MAX_LISTED = 3  # words of each part of a name such as "Computers, Environment and Urban Systems"
_TRAILING = frozenset({"Proceedings", "The", "and", "at", "for", "in", "journal", "of", "on", "On", "the", "with"})
_ACCENT = re.compile(r"\\(?:([\"'`^~])\s*|([cvur])\s+|([cvur])(?=\{))\{?\\?([A-Za-z])\}?")
_ACCENTS = dict(zip("\"'`^~cvur", "\u0308\u0301\u0300\u0302\u0303\u0327\u030c\u0306\u030a", strict=True))
_INTERNATIONAL = re.compile(r"\bInt['’]l\b\.?")
_GLUED_DOT = re.compile(r"(?<=[a-z]\.)(?=[A-Z])|(?<=\b[A-Z]\.)(?=[A-Z][a-z])")


def printed_name(reference: str) -> str | None:
    """Return the name that a reference has for its venue, in full if it is that of a known journal; None without one.

    It stands at the beginning, up to the volume, year or place; or behind authors and title.
    """
    plain = _INTERNATIONAL.sub("Int.", without_tex(reference).strip())
    if edited := _EDITORS.match(plain):
        plain = plain[edited.end() :]
    plain = _PUBLISHED_IN.sub("", plain)
    if is_series(plain) and (proceedings := _OF_SERIES.search(plain)):
        plain = plain[proceedings.end() :]
    first = _at_beginning(plain)
    if first is not None and (known := listed_name(first)):
        return known
    if is_citation(plain):
        return _behind_title(plain)
    words = (first or "").split()
    is_title = len(words) >= _MIN_TITLE and not any(word.endswith(".") for word in words)
    if is_title and not _KIND.search(first or "") and (later := _before_volume(plain)):
        return later
    return _with_dots(first) if first is not None and _may_be_venue(first, plain) else None


def is_series(name: str) -> bool:
    """Return whether a name is that of a series of proceedings of many venues."""
    return _SERIES.match(name) is not None


def is_citation(reference: str) -> bool:
    """Return whether a reference begins with authors."""
    return _AUTHORS.match(reference) is not None


def known_journal(name: str) -> str | None:
    """Return the journal that a printed name means, by its name in the table or else in the list; None if neither."""
    full = journal_name(name)
    series = full and venue_table().named(full)
    return series.name if series else full


def lead_of(text: str) -> str:
    """Return a text without what stands before a name at its beginning: "In Proceedings of the 11th"."""
    return _LEAD.sub("", text.strip())


def without_last_words(text: str, words: frozenset[str]) -> str:
    """Return a text without the words of a set, and dashes, that it ends with; its first word stays."""
    parts = text.split()
    while len(parts) > 1 and (parts[-1] in words or not parts[-1].strip("-–/")):
        del parts[-1]
    return " ".join(parts)


def without_tex(text: str) -> str:
    r"""Return a text with its accents in TeX as letters, and without braces: r"F\"orster", "Congr{è}s"."""
    accented = _ACCENT.sub(
        lambda match: unicodedata.normalize("NFC", match[4] + _ACCENTS[match[1] or match[2] or match[3]]), text
    )
    return accented.replace("{", "").replace("}", "").replace("\\&", "&")


def _at_beginning(plain: str) -> str | None:
    whole = _cut(plain)
    if listed_name(whole) is not None:
        return whole
    name = _cut(lead_of(plain))
    for spelling in (name, name.partition(": ")[0]):
        if " " in spelling and listed_name(spelling) is not None:
            return spelling
    if (proceedings := _PROCEEDINGS.match(plain)) and _SOCIETY.fullmatch(name):
        return f"{proceedings[1]}{name}"
    if acronym := _ACRONYM_BEHIND.fullmatch(name.rstrip(".")):  # "Intelligent Systems and Networks. ICISN 2025"
        return acronym[1]
    return name or None


def _cut(text: str) -> str:
    """Return a text up to the end of the name at its beginning."""
    name = _END.sub("", text, count=1).strip(" ,:;-–'")
    if name.count('"') % 2:
        name = name.strip('"')
    if listed_name(name):
        return name
    name = without_last_words(name, _TRAILING)
    parts = re.split(r",\s+", name)
    if listed_name(parts[0]):
        return parts[0]
    end = next((index for index, part in enumerate(parts) if _LIST.search(part) and part not in _PUBLISHERS), 0)
    words = [len(re.split(r"\b(?:on|of|in|for) ", part)[-1].split()) for part in parts[:end]]
    return ", ".join(parts[: end + 1] if all(count <= _MAX_LISTED for count in words) else parts[:1])


def _behind_title(plain: str) -> str | None:
    """Return the last venue in the parts of a citation with authors: a known journal, else by its words or place."""
    _, *parts = _parts(plain)
    if known := [name for part in parts if (name := listed_name(part))]:
        return known[-1]
    sentences = [_SENTENCE.sub("", part) for part in parts]
    named = [part for part in sentences if _KIND.search(part) and _may_be_venue(part, plain)]
    placed = [part for part in _parts(plain, _BEFORE_VOLUME) if _CAPITALIZED.fullmatch(part)]
    return _with_dots((named or placed)[-1]) if named or placed else None


def _before_volume(plain: str) -> str | None:
    """Return the known journal, not a series, that stands before a volume behind a title."""
    names = (listed_name(part) for part in _parts(plain, _BEFORE_VOLUME) if not is_series(part))
    return next(filter(None, names), None)


def _parts(plain: str, followed_by: re.Pattern[str] | None = None) -> Iterator[str]:
    """Yield what may be a name behind each punctuation mark, up to a volume or year."""
    for start in [0, *(match.end() for match in islice(_SEGMENT.finditer(plain), _MAX_PARTS))]:
        part = _cut(lead_of(plain[start : start + _MAX_PART]))
        behind = plain[plain.find(part, start) + len(part) :][:_MAX_PART].lstrip(" ,.")
        if followed_by is None or followed_by.match(behind):
            yield part


def listed_name(name: str) -> str | None:
    """Return the name of a venue of the table or of a known journal."""
    table = venue_table()
    for spelling in (name, name.rstrip("."), name.removesuffix(" Journal")):
        if series := table.said.get(spelling.casefold()) or table.by_name.get(spelling):
            return series.name
    return known_journal(name)


def _may_be_venue(name: str, plain: str) -> bool:
    return bool(
        re.search(r"[^\W\d_]{3}", name)
        and (_KIND.search(name) or re.search(r"\d", plain))
        and re.match(r"\d?[^\W\d_a-z]", name)
        and not re.fullmatch(MONTH, name)
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
