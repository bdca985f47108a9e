"""Compare the titles of pages with each other and with the texts of links. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from crawler.checks.pages.signatures.lazy_pattern import LazyPattern
from crawler.checks.pages.signatures.signatures import normalize_title

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ahocorasick_rs import AhoCorasick

SAME_PAGE_TITLE = 88
"""Similarity (0 to 100) of two titles without blanks and punctuation from which they are the same."""

MIN_TITLE = 6
"""Letters and digits that a title needs to identify a page; Chinese, Japanese and Korean ones count twice."""

_WORD = re.compile(r"[a-z\u00df-\u00f6\u00f8-\u024f\u0370-\u052f\u0590-\u06ff\u0900-\u0e7f\u1e00-\u1eff0-9]+")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_SEPARATOR = re.compile(r"(?:(?<!\s)\s+)?[|·•»«›‹_—–]+\s*|(?<!\s)\s+[-:/]+\s+|(?:(?<!\s)\s+)?[：:]\s+")
_NUMBER = re.compile(r"\d+")
_QUALIFIER = re.compile(r"\s*[(\uff08][^()]+[)\uff09]\s*(?:$|[|·•»«›‹_—–:-])")
_MIN_WORD = 3


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Phrases that are found as whole words; most texts have none, which an automaton says much faster."""

    automaton: AhoCorasick
    pattern: LazyPattern

    def find(self, text: str) -> list[str]:
        """Return those that a normalized text has."""
        return self.pattern.compiled.findall(text) if self.automaton.find_matches_as_indexes(text) else []


@dataclass(frozen=True, slots=True)
class _Takeover:
    strong: _Phrases
    weak: _Phrases
    about: frozenset[str]


def identifies_page(text: str) -> bool:
    """Return whether the text of a link, or a title, can identify a page: no URL, and not only words such as `here`."""
    return "://" not in text and bool(words_in_title(text) - _generic()) and _length(text) >= MIN_TITLE


def is_same_page_title(one: str, other: str) -> bool:
    """Return whether two titles name the same page; the name of the site before or after it may differ.

    Numbers count: chapter 1 is not chapter 2.
    """
    if _length(one) < MIN_TITLE or _length(other) < MIN_TITLE:
        return False
    if _is_alike(one, other):
        return True
    first, second = _parts(one), _parts(other)
    if len(first) > 1 and len(second) > 1:
        return _is_alike(first[0], second[0]) and identifies_page(first[0])
    whole, parts = (one, second) if len(first) == 1 else (other, first)
    return identifies_page(whole) and any(_is_alike(whole, part) for part in parts)


def is_same_but_for_case(one: str, other: str) -> bool:
    """Return whether two titles of several words are the same but for case and spaces, even with general words."""
    plain = normalize_title(one)
    return len(plain.split()) > 1 and len(plain) >= MIN_TITLE and plain == normalize_title(other)


def is_text_with_qualifier(title: str, text: str) -> bool:
    """Return whether a title is a text with a qualifier in brackets behind it, and perhaps the name of the site."""
    plain, name = normalize_title(title), normalize_title(text)
    rest = plain.removeprefix(name)
    return bool(name) and rest != plain and _QUALIFIER.match(rest) is not None


def is_named_by_texts(title: str, texts: Iterable[str]) -> bool:
    """Return whether the text of a link names the page with a title."""
    return any("://" not in text and (is_same_page_title(text, title) or _contains(title, text)) for text in texts)


def have_common_word(words: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether two sets of texts have a word in common that is not a general one."""
    one, other = (
        frozenset(word for text in texts for word in words_in_title(text)) - _generic() for texts in (words, others)
    )
    if one & other:
        return True
    long = [word for word in one if len(word) > _MIN_WORD]
    return any(word in each or each in word for word in long for each in other if len(each) > _MIN_WORD)


def words_in_title(text: str) -> frozenset[str]:
    """Return the words of a text in lower case; of Chinese, Japanese and Korean each pair of characters."""
    text = normalize_title(text)
    pairs = (a + b for run in _IDEOGRAPHS.findall(text) for a, b in pairwise(run))
    return frozenset(word for word in _WORD.findall(text) if len(word) >= _MIN_WORD).union(pairs)


def is_takeover_title(title: str, *, known: Collection[str], earlier: Collection[str] = ()) -> bool:
    """Return whether a title is that of a page put behind a domain that was given up, such as one for gambling.

    `known` are the texts of the link and its URL, `earlier` the earlier titles of the page: if they have such words, it
    is the page that was meant. If earlier titles have nothing in common with this one, one such word is enough.
    """
    table, plain = _takeover(), normalize_title(title)
    is_strong, weak = bool(table.strong.find(plain)), set(table.weak.find(plain))
    if (
        not (is_strong or weak)
        or table.about & words_in_title(title)
        or any(table.strong.find(text) or table.weak.find(text) for text in map(_spaced, (*known, *earlier)))
    ):
        return False
    enough = 1 if any(map(identifies_page, earlier)) and not have_common_word([title], (*known, *earlier)) else 2
    return is_strong or len(weak) >= enough


def is_takeover_of_name(title: str, *, known: Collection[str], earlier: Collection[str]) -> bool:
    """Return whether a title is one of `is_takeover_title` that keeps the old name: "PROJECT: Slot Gacor".

    The page had a title without such words before.
    """
    if not any(map(identifies_page, earlier)) or not _takeover().strong.find(normalize_title(title)):
        return False
    return is_takeover_title(title, known=known, earlier=earlier)


def _spaced(text: str) -> str:
    return re.sub(r"[-_/.+%]+", " ", normalize_title(text))


def _length(text: str) -> int:
    """Return the number of letters and digits; those that are words of their own count twice."""
    plain = normalize_title(text)
    return sum(map(len, _WORD.findall(plain))) + 2 * sum(map(len, _IDEOGRAPHS.findall(plain)))


def _parts(title: str) -> list[str]:
    return [part for part in _SEPARATOR.split(title) if part.strip()] or [title]


def _is_alike(one: str, other: str) -> bool:
    if set(_NUMBER.findall(one)) != set(_NUMBER.findall(other)):
        return False
    first, second = ("".join(filter(str.isalnum, normalize_title(text))) for text in (one, other))
    return bool(first) and fuzz.ratio(first, second) >= SAME_PAGE_TITLE


def _contains(title: str, text: str) -> bool:
    """Return whether all words of a text that names a page are in a title, or those of a long title in the text."""
    one, other = words_in_title(text), words_in_title(title)
    if not identifies_page(text) or not other:
        return False
    own = one - _generic()
    is_long = len(own) > 1 or (len(own) == 1 and _length(text) >= 2 * MIN_TITLE)
    return (is_long and one <= other) or (len(other - _generic()) > 1 and other <= one)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/page_words.toml").read_text("utf-8"))


@cache
def _generic() -> frozenset[str]:
    return frozenset(_table()["generic"])


@cache
def _takeover() -> _Takeover:
    table = _table()["takeover"]
    strong, weak = (_phrases(table[name]) for name in ("strong", "weak"))
    return _Takeover(strong, weak, frozenset(table["about"]))


def _phrases(written: Iterable[str]) -> _Phrases:
    """Return what finds phrases: whole words where they are of letters with blanks between words."""
    from ahocorasick_rs import AhoCorasick  # noqa: PLC0415 - commands that read no pages start without it

    texts = [normalize_title(phrase) for phrase in written]
    words = (rf"\b{re.escape(text)}s?\b" if text[0].isascii() else re.escape(text) for text in texts)
    return _Phrases(AhoCorasick(texts), LazyPattern("|".join(words)))
