"""A fingerprint of the visible text of a page by which two versions are compared, and the script of a text. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from hashlib import blake2b
from itertools import islice, pairwise

BITS = 64
CLOSE = 10
"""Bits in which the fingerprints of two versions of one text differ at most."""

FAR = 20
"""Bits in which the fingerprints of two different texts differ at least; on average half of all."""

MIN_TEXT = 200
"""Bytes of text from which it has a fingerprint: fewer are a frame, or a message."""

_FEATURES = 250  # the first of a page; more change the fingerprint little
_LANE = 16  # bits in which up to 2 ** 16 features are counted
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}|[^\W\d_]+")
_LETTERS = 300  # the first letters say of which script a text is

_SCRIPTS = {
    "CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana", "HANGUL": "hangul", "LATIN": "latin", "CYRILLIC": "cyrillic",
}  # fmt: skip


def text_fingerprint(text: str) -> int | None:
    """Return the 64-bit SimHash of a text (Charikar 2002) over pairs of its words; None for a text below MIN_TEXT.

    Own code: the maintained libraries need NumPy, which takes longer to import than a run takes to check ten pages.
    """
    if len(text.encode(errors="replace")) < MIN_TEXT:
        return None
    words = [match[0] for match in islice(_WORD.finditer(text.casefold()), _FEATURES)]
    features = {*pairwise(words)} or {(word, "") for word in words}
    if not features:
        return None
    counts = sum(_spread(blake2b(f"{a} {b}".encode(), digest_size=BITS // 8).digest()) for a, b in features)
    half, mask = len(features) / 2, (1 << _LANE) - 1
    return sum(1 << bit for bit in range(BITS) if (counts >> (bit * _LANE)) & mask > half)


def distance(one: int, other: int) -> int:
    """Return the number of bits in which two fingerprints differ, 0 to 64."""
    return (one ^ other).bit_count()


def is_same_text(one: str, other: str) -> bool:
    """Return whether two texts are the same, or, if they are long enough, differ in little."""
    first, second = text_fingerprint(one), text_fingerprint(other)
    return one == other or (first is not None and second is not None and distance(first, second) <= CLOSE)


def script_of(text: str) -> str:
    """Return the script of most letters of a text: `latin`, `han`, `kana` …; empty without letters.

    Japanese is `kana`: it has Chinese characters too, but Chinese has no kana.
    """
    letters = islice(filter(str.isalpha, text), _LETTERS)
    counts = Counter(_script_of_letter(letter) for letter in letters)
    if not counts:
        return ""
    if counts["kana"] * 10 > counts["han"] + counts["kana"] > 0:
        counts["kana"] += counts.pop("han", 0)
    return counts.most_common(1)[0][0]


@cache
def _script_of_letter(letter: str) -> str:
    word = unicodedata.name(letter, "").partition(" ")[0]
    return _SCRIPTS.get(word, word.lower())


def _spread(digest: bytes) -> int:
    """Return a number in which each bit of a digest has a lane of its own, so that numbers can be added."""
    return sum(_lanes(byte) << (at * 8 * _LANE) for at, byte in enumerate(digest))


@cache
def _lanes(byte: int) -> int:
    return sum(1 << (bit * _LANE) for bit in range(8) if byte >> bit & 1)
