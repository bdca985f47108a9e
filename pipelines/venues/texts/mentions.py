"""Find the mentions of venues in a text. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines.venues.table import TOKEN, venue_table
from pipelines.venues.texts.confirmation import is_confirmed
from pipelines.venues.texts.full_names import full_name
from pipelines.venues.texts.tokens import ORGANIZERS, TokenizedText, VenueMention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.venues.table import ShortName

_EXPANDED = re.compile(
    r"\b(?:Conference|Symposium|Congress)\s+(?:on|of|for)\s+([^().,;]{5,100})\(\s*(?:IEEE\s*|ACM\s*)?$"
)
_AND = re.compile(r"\band\b|&")
_MAX_EXPANDED = 120  # characters of a full name before its acronym
_GLUED_YEAR = re.compile(r" ?['’]\d\d(?!\d)|(?:19|20)\d\d(?!\d)")
_GLUED = re.compile(r"\d[A-Za-z]|-(?!SRW)[A-Z]{2}|&[A-Z]")
_SUFFIXES = {"w": "workshop", "f": "findings"}  # CVPRW, CVPRF
_YEAR = 4  # digits
_MIN_PREFIX = 2  # letters of a word glued before an acronym


def find_mentions(text: TokenizedText) -> list[VenueMention]:
    """Return the mentions of venues in a text, in order; of overlapping names, the leftmost and longest."""
    mentions: list[VenueMention] = []
    index = 0
    while index < len(text.tokens):
        full = full_name(text, index)
        short = _short_name(text, index)
        end = max(full[1] if full else 0, short.last if short else 0)
        if short and short.last == end:
            mentions.append(short)
        elif full and full[0]:
            mentions.append(VenueMention(full[0], index, end))
        index = end or index + 1
    return [
        mention
        for mention, following in pairwise([*mentions, None])
        if mention and not _qualifies_next(text, mention, following) and not _names_workshop(text, mention, mentions)
    ]


def _short_name(text: TokenizedText, index: int) -> VenueMention | None:
    """Return the mention with the longest short spelling at a token; None if there is none."""
    word = text.tokens[index].text
    if index and (prefix := _word_before(text, index)):
        return _glued_to(prefix, word, index)
    for short in venue_table().short.get(word.lower(), ()):
        mention = VenueMention(short.series, index, index + len(short.tokens))
        is_short = _is_spelled(text, mention, short) and not _is_of_other_name(text, mention)
        if is_short and (not short.weak or is_confirmed(text, mention)):
            return mention
    if (track := _SUFFIXES.get(word[-1].lower())) and word[:-1].isupper():
        for short in venue_table().short.get(word[:-1].lower(), ()):
            if short.tokens == (word[:-1],) and not short.exact:
                return VenueMention(short.series, index, index + 1, track)
    return None


def _word_before(text: TokenizedText, index: int) -> str:
    """Return the digits before a token in the same word, as in AI2ASE; "" for a year, as in 2019ICLR."""
    before = text.tokens[index - 1]
    is_glued = before.text.isdigit() and len(before.text) < _YEAR and before.end == text.tokens[index].start
    return before.text if is_glued else ""


def _glued_to(digits: str, word: str, index: int) -> VenueMention | None:
    """Return the host of a workshop in the workshop's name, as in DGM4MICCAI; None for other words with digits."""
    if digits != "4" or len(word) <= _MIN_PREFIX:
        return None
    shorts = (short for short in venue_table().short.get(word.lower(), ()) if short.tokens == (word,))
    return next((VenueMention(short.series, index, index + 1, "workshop") for short in shorts if not short.weak), None)


def _is_spelled(text: TokenizedText, mention: VenueMention, short: ShortName) -> bool:
    """Return whether the tokens of a mention are spelled as a short name requires."""
    written = tuple(token.text for token in text.tokens[mention.first : mention.last])
    if written == short.tokens:
        return not (short.weak and _is_glued(text, mention))
    if tuple(map(str.lower, written)) != tuple(map(str.lower, short.tokens)):
        return False
    if not short.exact:
        return True
    # "rss2019" and "www '19" are venues; "5 mm 20 nm" are not.
    behind = text.plain[text.tokens[mention.last - 1].end :][:6]
    return _GLUED_YEAR.match(behind) is not None


def _is_of_other_name(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether an acronym in brackets is that of another venue: "Conference on Computer Dreams (ICCD)"."""
    end = text.tokens[mention.first].start
    full = _EXPANDED.search(text.plain, max(0, end - _MAX_EXPANDED), end)
    if full is None:
        return False
    table, series = venue_table(), mention.series
    own = {table.word(word) for name in (series.full_name, *series.names, *series.said) for word in TOKEN.findall(name)}
    words = [
        table.word(word) for word in TOKEN.findall(full[1]) if word.isalpha() and word.lower() not in table.ignored
    ]
    known = sum(word in own for word in words)
    is_half = text.is_reference and known == len(words) / 2 and _AND.search(full[1]) is not None
    return bool(words) and (known < len(words) / 2 or is_half)


def _is_glued(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether a mention is part of a longer word, as in MM4SG and AIM-FM, but not in ACL-IJCNLP."""
    before = text.plain[: text.tokens[mention.first].start]
    if before.endswith("*") and before[-2:-1].isalpha():
        return True  # "ICCI*CC"
    is_joined = before.endswith("-") and len(before) > _MIN_PREFIX and before[-_MIN_PREFIX - 1 : -1].isalpha()
    if is_joined and not before[:-1].endswith(tuple(ORGANIZERS)):
        return True
    end = text.tokens[mention.last - 1].end
    after = text.tokens[mention.last + 1].text if mention.last + 1 < len(text.tokens) else ""
    is_venue = any(not short.weak for short in venue_table().short.get(after.lower(), ()))
    return _GLUED.match(text.plain, end) is not None and not is_venue


def _qualifies_next(text: TokenizedText, mention: VenueMention, following: VenueMention | None) -> bool:
    """Return whether a mention belongs to the next one: "AAAI ICWSM 2025", "Findings of the ACL: EMNLP 2020"."""
    if following is not None and following.first == mention.last:
        return text.tokens[mention.last - 1].text in ORGANIZERS
    if following is None or following.first - mention.last != 1 or text.tokens[mention.last].text != ":":
        return False
    return any(token.text.lower() == "findings" for token in text.tokens[max(0, mention.first - 4) : mention.last])


def _names_workshop(text: TokenizedText, mention: VenueMention, mentions: Sequence[VenueMention]) -> bool:
    """Return whether an ordinary word is the name of a workshop at another venue: "AAAI 2026 FAST Workshop"."""
    if mention.last - mention.first > 1 or mention.last == len(text.tokens):
        return False
    word = text.tokens[mention.first].text
    if word not in mention.series.words or not text.tokens[mention.last].text.lower().startswith("workshop"):
        return False
    sentence = text.tokens[mention.first].sentence
    return any(each.series is not mention.series and text.tokens[each.first].sentence == sentence for each in mentions)
