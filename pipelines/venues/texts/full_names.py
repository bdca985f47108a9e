"""Find the full names of venues in a text, also abbreviated: "Med. Image Anal." Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import Levenshtein

from pipelines.venues.table import venue_table
from pipelines.venues.texts.confirmation import MAX_CUE_DISTANCE, before_leads, is_confirmed
from pipelines.venues.texts.tokens import ORGANIZERS, VenueMention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.venues.table import VenueSeries
    from pipelines.venues.texts.tokens import TokenizedText

_MIN_LOWER_CASE_WORDS = 4  # words from which a full name counts even if it begins in lower case
_NO_LETTER = re.compile(r"[\W\d_]+")
_MIN_MISSPELLED = 5  # letters of an acronym that may have a slip
_MIN_ABBREVIATION = 2  # letters of an abbreviation that may begin a name, or has no dot
_NO_ACRONYMS = frozenset({"DOI", "IF", "ISBN", "ISSN", "JCR", "SCI", "SCIE"})  # in brackets behind a journal
_MONTHS = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"})
_REGIONS = frozenset(
    {
        *("African", "American", "Arabian", "Asian", "Australian", "Brazilian", "British", "Canadian", "Chinese"),
        *("Egyptian", "European", "Global", "Indian", "Iranian", "Italian", "Korean", "Latin", "Malaysian", "Nordic"),
        *("Mexican", "Pacific", "Polish", "Russian", "Scandinavian", "Spanish", "Turkish", "World"),
    }
)  # words that make another name of the one behind them
_MAY_FOLLOW = frozenset(
    {
        *("after", "as", "at", "by", "issue", "journal", "magazine", "no", "on", "pp", "special", "this", "under"),
        *("vol", "volume"),
    }
)  # words that may follow a title; followed by others, it is part of a phrase


def full_name(text: TokenizedText, index: int) -> tuple[VenueSeries | None, int] | None:
    """Return the venue (None for a name that is no venue) and the end of the longest full name at a token."""
    hit = max(_names_at(text, index), key=lambda name: name[1], default=None)
    if hit is None:
        return None
    series, end = hit
    if series is None:
        return hit
    if _begins_before(text, index) or _continues_name(text, series, end):
        return None, end
    is_title = _is_title_of_reference if text.is_reference else _is_title
    if series.generic and not is_title(text, index, end):
        return None, end
    name = " ".join(token.text for token in text.tokens[index:end])
    if name in venue_table().categories and not is_confirmed(text, VenueMention(series, index, end)):
        return None, end
    return hit


def _names_at(text: TokenizedText, index: int) -> Iterator[tuple[VenueSeries | None, int]]:
    """Yield the venues of the full names that begin at a token, with their ends."""
    if not _may_begin_name(text, index):
        return
    nodes = [(venue_table().names, index, 0)]
    while nodes:
        node, end, words = nodes.pop()
        while end < len(text.tokens) and words and _is_ignored(text.tokens[end].text):
            end += 1
        if end == len(text.tokens) or text.tokens[end].sentence != text.tokens[index].sentence:
            continue
        for following in _children(text, node, end, words):
            nodes.append((following, end + 1, words + 1))
            is_abbreviation = words == 0 and text.tokens[end].text.lower() in venue_table().abbreviations
            is_long = words + 1 >= _MIN_LOWER_CASE_WORDS or _is_capitalized(text, index)
            if "" in following and not is_abbreviation and is_long:
                yield following[""], end + 1


def _is_capitalized(text: TokenizedText, index: int) -> bool:
    """Return whether a word has a capital, or stands behind an organizer: "IEEE transactions on"."""
    return not text.tokens[index].text[0].islower() or (index > 0 and text.tokens[index - 1].text in ORGANIZERS)


def _may_begin_name(text: TokenizedText, index: int) -> bool:
    word = text.tokens[index].text
    return word.isalnum() and word.lower() not in venue_table().ignored


def _is_ignored(word: str) -> bool:
    return word not in "()" and (word.lower() in venue_table().ignored or not word.isalnum())


def _children(text: TokenizedText, node: dict[str, Any], index: int, words: int) -> list[dict[str, Any]]:
    """Return the nodes behind a word of a name; an abbreviation with a dot stands for each word that begins with it."""
    word = text.tokens[index].text
    keys = dict.fromkeys([venue_table().word(word)])
    has_dot = index + 1 < len(text.tokens) and text.tokens[index + 1].text == "."
    min_letters = 1 if words and has_dot and text.is_reference else _MIN_ABBREVIATION
    if word[0].isupper() and len(word) >= min_letters and (has_dot or text.is_reference):
        keys |= dict.fromkeys(key for key in node if key.startswith(word.lower()))
    elif word == "J" and (has_dot or text.is_reference):
        keys["journal"] = None
    return [node[key] for key in keys if key and key in node]


def _begins_before(text: TokenizedText, first: int) -> bool:
    """Return whether a name is only the end of a longer one: "European Journal of Machine Learning Research"."""
    if not first or text.tokens[first].text.lower() not in {"journal", "conference", "transactions", "symposium"}:
        return False
    before = text.tokens[first - 1]
    is_prefix = (
        before.text in _REGIONS
        or before.text == "Open"
        or (before.text == "International" and text.tokens[first].text == "Journal")
    )
    return is_prefix and not text.plain[before.end : text.tokens[first].start].strip()


def _continues_name(text: TokenizedText, series: VenueSeries, end: int) -> bool:
    """Return whether a name goes on: "… Computer Vision and Graphics", "… Computer and Communications (ICCC)"."""
    if end + 1 >= len(text.tokens):
        return False
    mark, word = text.tokens[end].text, text.tokens[end + 1].text
    if mark == "(":
        is_acronym = sum(map(str.isupper, word)) > 1 and word not in ORGANIZERS and word not in _NO_ACRONYMS
        return (
            is_acronym
            and not _is_own_acronym(word, series)
            and all(short.series is not series for short in venue_table().short.get(word.lower(), ()))
        )
    return mark in {"and", "&"} and (word.istitle() or word in {"its", "their"})


def _is_own_acronym(word: str, series: VenueSeries) -> bool:
    """Return whether a word in brackets is the venue's acronym written another way: "SP" for S&P, or with a slip.

    "SLT" may also stand for IWSLT: "International Workshop on" is left out.
    """
    letters = _NO_LETTER.sub("", word).lower()
    own = [_NO_LETTER.sub("", spelling).lower() for spelling in (series.name, *series.acronyms)]
    return any(letters in {each, each.removeprefix("iw")} for each in own) or (
        len(letters) >= _MIN_MISSPELLED and any(Levenshtein.distance(letters, each) == 1 for each in own)
    )


def _is_title_of_reference(text: TokenizedText, first: int, last: int) -> bool:
    """Return whether common words are the title in a reference: between its start or a mark, and a number or a mark."""
    start = before_leads(text, first)
    before = text.tokens[start - 1].text if start else "."
    behind = text.tokens[last].text if last < len(text.tokens) else "."
    if before.isalpha() or before in "-&(/" or behind in {"&", "/", "-"}:
        return False
    return not behind.isalpha() or behind.lower() in _MAY_FOLLOW or behind[:3].lower() in _MONTHS


def _is_title(text: TokenizedText, first: int, last: int) -> bool:
    """Return whether common words such as "Pattern Recognition" are a title here: alone, or behind "accepted by"."""
    behind = text.tokens[last].text if last < len(text.tokens) else "."
    if behind in {"&", ":"} or (behind == "-" and text.tokens[last].start == text.tokens[last - 1].end):
        return False
    if behind.isalpha() and behind.lower() not in _MAY_FOLLOW:
        return False
    if last - first == 1 and text.tokens[first - 1 if first else first].text.lower() == "the":
        return False
    if "journal" in text.plain[text.tokens[first].start : text.tokens[last - 1].end].lower():
        return True
    start = before_leads(text, first)
    before = text.plain[: text.tokens[start].start].rstrip() if start < first else ""
    cues = venue_table().cues.finditer(before, max(0, len(before) - MAX_CUE_DISTANCE))
    return any(cue.end() == len(before) for cue in cues)
