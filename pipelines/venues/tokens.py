"""Split a text into tokens and sentences, and find the mentions of venues in it. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipelines.venues.editions import year_before, year_behind
from pipelines.venues.table import TOKEN, venue_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.venues.table import ShortName, VenueSeries

_LINK = re.compile(
    r"(?:https?://|www\.|arXiv:)\S+|\b[\w.-]{1,80}\.(?:com|org|net|edu|io|gov|cn|sty|cls|bst)\b\S*", re.IGNORECASE
)
_WAS_LINK = "\0"
_SENTENCE_ENDS = frozenset(";|!?")
_ABBREVIATIONS = frozenset({"dr", "eds", "eg", "ie", "no", "pp", "st", "vol", "vs"})
_MIN_LOWER_CASE_WORDS = 4  # words from which a full name counts even if it begins in lower case
_LEADS = frozenset({"acm", "at", "by", "for", "ieee", "in", "of", "the", "to"})
_MAY_FOLLOW = frozenset(
    {
        *("after", "as", "at", "by", "issue", "journal", "magazine", "no", "on", "pp", "special", "this", "under"),
        *("vol", "volume"),
    }
)  # words that may follow a title; followed by others, it is part of a phrase
_MAX_CUE_DISTANCE = 60  # characters between a cue of acceptance and a name
ORGANIZERS = frozenset({"ACM", "AAAI", "CVF", "IAPR", "IEEE", "ISCA", "RSJ"})
_GLUED_YEAR = re.compile(r" ?['’]\d\d(?!\d)|(?:19|20)\d\d(?!\d)")
_GLUED = re.compile(r"\d[A-Za-z]|-(?!SRW)[A-Z]{2}")
_PARTS = frozenset({"findings", "industry", "main", "oral", "proceedings"})
_ACRONYM = 3  # letters
_SUFFIXES = {"w": "workshop", "f": "findings"}  # CVPRW, CVPRF


class Token(NamedTuple):
    """A word, number or punctuation mark, with its span in the text and the number of its sentence."""

    text: str
    start: int
    end: int
    sentence: int


class VenueMention(NamedTuple):
    """A venue named by the tokens `first` up to, not including, `last`; `track` is that of its spelling (CVPRW)."""

    series: VenueSeries
    first: int
    last: int
    track: str | None = None


class TokenizedText:
    """A text as a string in which URLs are blanked out (`plain`), and as tokens."""

    def __init__(self, raw: str) -> None:
        # URLs contain acronyms, years and full stops that mean nothing here.
        self.plain = _LINK.sub(_blank, raw)
        self.tokens: list[Token] = []
        matches = [match for match in TOKEN.finditer(self.plain) if match[0] != _WAS_LINK]
        sentence = 0
        for index, match in enumerate(matches):
            self.tokens.append(Token(match[0], match.start(), match.end(), sentence))
            sentence += match[0] in _SENTENCE_ENDS or self._is_full_stop(matches, index)

    def between(self, first: int, last: int) -> str:
        """Return the text behind the token before `first` up to the token `last`."""
        return self.plain[self.tokens[first - 1].end if first else 0 : self.tokens[last].start]

    def _is_full_stop(self, matches: Sequence[re.Match[str]], index: int) -> bool:
        """Return whether a token is a full stop, and not the dot of an abbreviation or a number."""
        if matches[index][0] != "." or not 0 < index < len(matches) - 1:
            return False
        before, behind, after = matches[index - 1][0], matches[index].end(), matches[index + 1]
        if (
            before.lower() in _ABBREVIATIONS
            or before.lower() in venue_table().abbreviations
            or (len(before) == 1 and before.isalpha())
        ):
            return False
        if _WAS_LINK in self.plain[behind : behind + 2]:
            return True
        return not after[0].islower() and (after.start() > behind or after[0].isalpha())


def _blank(link: re.Match[str]) -> str:
    """Return a replacement of the same length for a URL, with the punctuation behind it."""
    url = link[0].rstrip(".,;:)")
    return _WAS_LINK * len(url) + link[0][len(url) :]


def find_mentions(text: TokenizedText) -> list[VenueMention]:
    """Return the mentions of venues in a text, in order; of overlapping names, the leftmost and longest."""
    mentions: list[VenueMention] = []
    index = 0
    while index < len(text.tokens):
        full = _full_name(text, index)
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
        if mention and not _qualifies_next(text, mention, following)
    ]


def _full_name(text: TokenizedText, index: int) -> tuple[VenueSeries | None, int] | None:
    """Return the venue (None for a name that is no venue) and the end of the longest full name at a token."""
    table, tokens = venue_table(), text.tokens
    node, end, words = table.names, index, 0
    hit: tuple[VenueSeries | None, int] | None = None
    while end < len(tokens) and tokens[end].sentence == tokens[index].sentence:
        word = tokens[end].text
        end += 1
        if word.lower() in table.ignored or not word.isalnum():
            if not words or word in "()":
                break
            continue
        if (key := table.word(word)) not in node:
            break
        node = node[key]
        words += 1
        is_abbreviation = words == 1 and word.lower() in table.abbreviations
        if "" in node and not is_abbreviation and (words >= _MIN_LOWER_CASE_WORDS or tokens[index].text[0].isupper()):
            hit = node[""], end
    if hit and hit[0] and (_continues_name(text, hit[1]) or (hit[0].generic and not _is_title(text, index, hit[1]))):
        return None, hit[1]
    return hit


def _continues_name(text: TokenizedText, end: int) -> bool:
    """Return whether a name goes on: "… Computer Vision and Graphics", "… Computer and Communications (ICCC)"."""
    if end + 1 >= len(text.tokens):
        return False
    mark, word = text.tokens[end].text, text.tokens[end + 1].text
    if mark == "(":
        is_acronym = sum(map(str.isupper, word)) > 1 and word not in ORGANIZERS
        return is_acronym and word.lower() not in venue_table().short
    return mark in {"and", "&"} and word.istitle()


def _is_title(text: TokenizedText, first: int, last: int) -> bool:
    """Return whether common words such as "Pattern Recognition" are a title here: alone, or behind "accepted by"."""
    behind = text.tokens[last].text if last < len(text.tokens) else "."
    if behind in {"&", ":"} or (behind.isalpha() and behind.lower() not in _MAY_FOLLOW):
        return False
    if "journal" in text.plain[text.tokens[first].start : text.tokens[last - 1].end].lower():
        return True
    start = first
    while start and text.tokens[start - 1].text.lower() in _LEADS:
        start -= 1
    before = text.plain[: text.tokens[start].start].rstrip() if start < first else ""
    cues = venue_table().cues.finditer(before, max(0, len(before) - _MAX_CUE_DISTANCE))
    return any(cue.end() == len(before) for cue in cues)


def _short_name(text: TokenizedText, index: int) -> VenueMention | None:
    """Return the mention with the longest short spelling at a token; None if there is none."""
    word = text.tokens[index].text
    for short in venue_table().short.get(word.lower(), ()):
        mention = VenueMention(short.series, index, index + len(short.tokens))
        if _is_spelled(text, mention, short) and (not short.weak or _is_confirmed(text, mention)):
            return mention
    if (track := _SUFFIXES.get(word[-1].lower())) and word[:-1].isupper():
        for short in venue_table().short.get(word[:-1].lower(), ()):
            if short.tokens == (word[:-1],) and not short.exact:
                return VenueMention(short.series, index, index + 1, track)
    return None


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


def _is_glued(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether a mention is part of a longer word, as in MM4SG and AIM-FM, but not in ACL-IJCNLP."""
    end = text.tokens[mention.last - 1].end
    after = text.tokens[mention.last + 1].text if mention.last + 1 < len(text.tokens) else ""
    return _GLUED.match(text.plain, end) is not None and after.lower() not in venue_table().short


def _is_confirmed(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether an ordinary word is a venue here: beside a year, behind "accepted at", or as capitals alone."""
    if year_behind(text, mention, None) or year_before(text, mention, None) or _is_part(text, mention):
        return True
    start = text.tokens[mention.first].start
    follows_preposition = mention.first > 0 and text.tokens[mention.first - 1].text.lower() in _LEADS
    cue = venue_table().cues.search(text.plain, max(0, start - _MAX_CUE_DISTANCE), start)
    return follows_preposition and cue is not None


def _is_part(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether capitals are a venue: in "ACL Findings", or alone at the end, "7 pages, 2 figures, ACL"."""
    word, before = text.tokens[mention.first].text, text.tokens[mention.first - 1].text if mention.first else ","
    if not word.isupper() or len(word) < _ACRONYM:
        return False
    if mention.last == len(text.tokens):
        return before in {",", ";", "."}
    return text.tokens[mention.last].text.lower() in _PARTS


def _qualifies_next(text: TokenizedText, mention: VenueMention, following: VenueMention | None) -> bool:
    """Return whether a mention belongs to the next one: "AAAI ICWSM 2025", "Findings of the ACL: EMNLP 2020"."""
    if following is not None and following.first == mention.last:
        return text.tokens[mention.last - 1].text in ORGANIZERS
    if following is None or following.first - mention.last != 1 or text.tokens[mention.last].text != ":":
        return False
    return any(token.text.lower() == "findings" for token in text.tokens[max(0, mention.first - 4) : mention.last])
