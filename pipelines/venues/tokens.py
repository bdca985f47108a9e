"""The venues that a text names: the text as tokens and sentences, and the mentions found in it. Pure."""

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
_ENDS = frozenset(";|!?")
_ABBREVIATED = frozenset({"dr", "eds", "eg", "ie", "no", "pp", "st", "vol", "vs"})
_PLAIN = 4  # words from which a name is one even where it starts in lower case
_LEADS = frozenset({"acm", "at", "by", "for", "ieee", "in", "of", "the", "to"})
_MAY_FOLLOW = frozenset(
    {
        *("after", "as", "at", "by", "issue", "journal", "magazine", "no", "on", "pp", "special", "this", "under"),
        *("vol", "volume"),
    }
)  # words behind a title; before others it is part of a phrase
_LED = 60  # characters in which a word of acceptance leads to a name
ORGANISERS = frozenset({"ACM", "AAAI", "CVF", "IAPR", "IEEE", "ISCA", "RSJ"})
_GLUED_YEAR = re.compile(r" ?['’]\d\d(?!\d)|(?:19|20)\d\d(?!\d)")
_GLUED = re.compile(r"\d[A-Za-z]|-(?!SRW)[A-Z]{2}")
_PARTS = frozenset({"findings", "industry", "main", "oral", "proceedings"})
_ACRONYM = 3  # letters
_SUFFIXES = {"w": "workshop", "f": "findings"}  # CVPRW, CVPRF


class Token(NamedTuple):
    """A word, number or mark: where it stands, and in which sentence."""

    text: str
    start: int
    end: int
    sentence: int


class VenueMention(NamedTuple):
    """A venue named by the tokens `first` up to, not including, `last`; `track` is what the spelling itself says."""

    series: VenueSeries
    first: int
    last: int
    track: str | None = None


class TokenizedText:
    """A text without its links: as `plain` string and as tokens."""

    def __init__(self, raw: str) -> None:
        # Links say nothing here, but hold acronyms, years and full stops.
        self.plain = _LINK.sub(_blank, raw)
        self.tokens: list[Token] = []
        matches = [match for match in TOKEN.finditer(self.plain) if match[0] != _WAS_LINK]
        sentence = 0
        for index, match in enumerate(matches):
            self.tokens.append(Token(match[0], match.start(), match.end(), sentence))
            sentence += match[0] in _ENDS or self._stops(matches, index)

    def between(self, first: int, last: int) -> str:
        """Return the text behind the token before `first` up to the token `last`."""
        return self.plain[self.tokens[first - 1].end if first else 0 : self.tokens[last].start]

    def _stops(self, matches: Sequence[re.Match[str]], index: int) -> bool:
        """Tell whether this is a full stop and not the point of an abbreviation or a number."""
        if matches[index][0] != "." or not 0 < index < len(matches) - 1:
            return False
        before, behind, after = matches[index - 1][0], matches[index].end(), matches[index + 1]
        if (
            before.lower() in _ABBREVIATED
            or before.lower() in venue_table().abbreviations
            or (len(before) == 1 and before.isalpha())
        ):
            return False
        if _WAS_LINK in self.plain[behind : behind + 2]:
            return True
        return not after[0].islower() and (after.start() > behind or after[0].isalpha())


def _blank(link: re.Match[str]) -> str:
    """Blank out a link in its full width, but not the marks behind it."""
    address = link[0].rstrip(".,;:)")
    return _WAS_LINK * len(address) + link[0][len(address) :]


def find_mentions(text: TokenizedText) -> list[VenueMention]:
    """Find the venues that a text names; where names overlap, the leftmost and longest."""
    found: list[VenueMention] = []
    index = 0
    while index < len(text.tokens):
        named = _full_name(text, index)
        short = _short_name(text, index)
        end = max(named[1] if named else 0, short.last if short else 0)
        if short and short.last == end:
            found.append(short)
        elif named and named[0]:
            found.append(VenueMention(named[0], index, end))
        index = end or index + 1
    return [
        mention
        for mention, following in pairwise([*found, None])
        if mention and not _is_before(text, mention, following)
    ]


def _full_name(text: TokenizedText, index: int) -> tuple[VenueSeries | None, int] | None:
    """Read the longest name in full that starts here: its venue (None for what is no venue), and where it ends."""
    known, tokens = venue_table(), text.tokens
    node, end, words = known.names, index, 0
    hit: tuple[VenueSeries | None, int] | None = None
    while end < len(tokens) and tokens[end].sentence == tokens[index].sentence:
        word = tokens[end].text
        end += 1
        if word.lower() in known.ignored or not word.isalnum():
            if not words or word in "()":
                break
            continue
        if (key := known.word(word)) not in node:
            break
        node = node[key]
        words += 1
        abbreviated = words == 1 and word.lower() in known.abbreviations
        if "" in node and not abbreviated and (words >= _PLAIN or tokens[index].text[0].isupper()):
            hit = node[""], end
    if hit and hit[0] and (_continues_name(text, hit[1]) or (hit[0].generic and not _is_title(text, index, hit[1]))):
        return None, hit[1]
    return hit


def _continues_name(text: TokenizedText, end: int) -> bool:
    """Tell whether a name is another's: "… Computer Vision and Graphics", "… Computer and Communications (ICCC)"."""
    if end + 1 >= len(text.tokens):
        return False
    mark, word = text.tokens[end].text, text.tokens[end + 1].text
    if mark == "(":
        acronym = sum(map(str.isupper, word)) > 1 and word not in ORGANISERS
        return acronym and word.lower() not in venue_table().short
    return mark in {"and", "&"} and word.istitle()


def _is_title(text: TokenizedText, first: int, last: int) -> bool:
    """Tell whether words of many uses, as "Pattern Recognition", stand as a title: alone, behind "accepted by"."""
    behind = text.tokens[last].text if last < len(text.tokens) else "."
    if behind in {"&", ":"} or (behind.isalpha() and behind.lower() not in _MAY_FOLLOW):
        return False
    if "journal" in text.plain[text.tokens[first].start : text.tokens[last - 1].end].lower():
        return True
    start = first
    while start and text.tokens[start - 1].text.lower() in _LEADS:
        start -= 1
    led = text.plain[: text.tokens[start].start].rstrip() if start < first else ""
    return any(cue.end() == len(led) for cue in venue_table().cues.finditer(led, max(0, len(led) - _LED)))


def _short_name(text: TokenizedText, index: int) -> VenueMention | None:
    """Read the longest short spelling that starts here."""
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
    written = tuple(token.text for token in text.tokens[mention.first : mention.last])
    if written == short.tokens:
        return not (short.weak and _is_glued(text, mention))
    if tuple(map(str.lower, written)) != tuple(map(str.lower, short.tokens)):
        return False
    if not short.exact:
        return True
    # "rss2019" and "www '19" are no words; "5 mm 20 nm" are.
    behind = text.plain[text.tokens[mention.last - 1].end :][:6]
    return _GLUED_YEAR.match(behind) is not None


def _is_glued(text: TokenizedText, mention: VenueMention) -> bool:
    """Tell whether a word is part of another, as in MM4SG and AIM-FM; but ACL-IJCNLP."""
    end = text.tokens[mention.last - 1].end
    after = text.tokens[mention.last + 1].text if mention.last + 1 < len(text.tokens) else ""
    return _GLUED.match(text.plain, end) is not None and after.lower() not in venue_table().short


def _is_confirmed(text: TokenizedText, mention: VenueMention) -> bool:
    """Tell whether what may be an ordinary word stands as a venue would: beside a year, or "accepted at" it."""
    if year_behind(text, mention, None) or year_before(text, mention, None) or _is_part(text, mention):
        return True
    start = text.tokens[mention.first].start
    led = mention.first > 0 and text.tokens[mention.first - 1].text.lower() in _LEADS
    return led and venue_table().cues.search(text.plain, max(0, start - _LED), start) is not None


def _is_part(text: TokenizedText, mention: VenueMention) -> bool:
    """Tell whether capitals stand as a venue: "ACL Findings", or alone at the end, "7 pages, 2 figures, ACL"."""
    word, before = text.tokens[mention.first].text, text.tokens[mention.first - 1].text if mention.first else ","
    if not word.isupper() or len(word) < _ACRONYM:
        return False
    if mention.last == len(text.tokens):
        return before in {",", ";", "."}
    return text.tokens[mention.last].text.lower() in _PARTS


def _is_before(text: TokenizedText, mention: VenueMention, following: VenueMention | None) -> bool:
    """Tell whether the mention only heads the next: "AAAI ICWSM 2025", "Findings of the ACL: EMNLP 2020"."""
    if following is not None and following.first == mention.last:
        return text.tokens[mention.last - 1].text in ORGANISERS
    if following is None or following.first - mention.last != 1 or text.tokens[mention.last].text != ":":
        return False
    return any(token.text.lower() == "findings" for token in text.tokens[max(0, mention.first - 4) : mention.last])
