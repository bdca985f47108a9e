"""Split a text into tokens and sentences. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipelines.venues.table import TOKEN, venue_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.venues.table import VenueSeries

MAX_LENGTH = 4000
"""Characters of a text that are read; longer comments are rare, and name their venue early."""

ORGANIZERS = frozenset({"ACM", "AAAI", "CVF", "IAPR", "IEEE", "ISCA", "RSJ"})
"""Names before the name of a venue that do not change it, although some are venues themselves."""

_LINK = re.compile(
    r"(?:https?://|www\.|arXiv:)\S+|\b[\w.-]{1,80}\.(?-i:com|org|net|edu|io|gov|cn|sty|cls|bst)\b\S*", re.IGNORECASE
)
_WAS_LINK = "\0"
_SENTENCE_ENDS = frozenset(";|!?")
_QUOTES = frozenset("\"'”’")
_ABBREVIATIONS = frozenset({"dr", "eds", "eg", "ie", "no", "pp", "st", "vol", "vs"})


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
    """A text as a string in which URLs are blanked out (`plain`), and as tokens.

    A reference is one sentence of names, numbers and abbreviations, whatever full stops it has.
    """

    def __init__(self, raw: str, *, is_reference: bool = False) -> None:
        # URLs contain acronyms, years and full stops that mean nothing here.
        self.plain = _LINK.sub(_blank, raw)
        self.is_reference = is_reference
        self.tokens: list[Token] = []
        matches = [match for match in TOKEN.finditer(self.plain) if match[0] != _WAS_LINK]
        sentence = 0
        for index, match in enumerate(matches):
            self.tokens.append(Token(match[0], match.start(), match.end(), sentence))
            is_in_quotes = match[0] in "!?" and self.plain[match.end() : match.end() + 1] in _QUOTES
            ends = (match[0] in _SENTENCE_ENDS and not is_in_quotes) or self._is_full_stop(matches, index)
            sentence += ends and not is_reference

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
