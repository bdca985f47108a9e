"""A fingerprint of the visible text of a page by which two versions are compared, and the script of a text. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import islice, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BITS = 64
CLOSE = 10
"""Bits in which the fingerprints of two versions of one text differ at most."""

FAR = 20
"""Bits in which the fingerprints of two different texts differ at least; on average half of all."""

MIN_TEXT = 200
"""Bytes of text from which it has a fingerprint: fewer are a frame, or a message."""

_FEATURES = 250  # the first of a page; more change the fingerprint little
_BEGINNING = 2_000  # characters; most texts have so many words in them
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}|[^\W\d_]+")
_NOT_ASCII_LETTERS = {code: " " for code in range(128) if not chr(code).islower()}  # ten times as fast as _WORD
_LETTERS = 300  # the first letters say of which script a text is

_SCRIPTS = {
    "CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana", "HANGUL": "hangul", "LATIN": "latin", "CYRILLIC": "cyrillic",
}  # fmt: skip


def is_long_enough(text: str) -> bool:
    """Return whether a longer text that begins like this has the same fingerprint and script."""
    return len(_first_words(text.casefold())) >= _FEATURES and (
        text.isascii() or len(_first_letters(text)) >= _LETTERS  # one script, and it has the majority
    )


def text_fingerprint(text: str) -> int | None:
    """Return the 64-bit SimHash of a text (Charikar 2002) over pairs of its words; None for a text below MIN_TEXT.

    Own code: the maintained libraries need NumPy, which takes longer to import than a run takes to check ten pages.
    """
    if len(text.encode(errors="replace")) < MIN_TEXT:
        return None
    words = _first_words(text.casefold())
    features = {*pairwise(words)} or {(word, "") for word in words}
    if not features:
        return None
    hashes = (blake2b(f"{a} {b}".encode(), digest_size=BITS // 8).digest() for a, b in features)
    return _majority([int.from_bytes(each, "little") for each in hashes])


@lru_cache(maxsize=4)  # a text is first asked for its length
def _first_words(text: str) -> list[str]:
    """Return the first words of a text in lower case; the last of a part of the text may go on behind it."""
    size, is_ascii = _BEGINNING, text.isascii()
    while True:
        words = text[:size].translate(_NOT_ASCII_LETTERS).split() if is_ascii else _WORD.findall(text, 0, size)
        if len(words) > _FEATURES or size >= len(text):
            return words[:_FEATURES]
        size *= 2


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
    letters = text if text.isascii() else _first_letters(text)
    if letters.isascii():
        return "latin" if any(map(str.isalpha, letters)) else ""
    counts = Counter(map(_script_of_letter, letters))
    if counts["kana"] * 10 > counts["han"] + counts["kana"] > 0:
        counts["kana"] += counts.pop("han", 0)
    return counts.most_common(1)[0][0]


def _first_letters(text: str) -> str:
    return "".join(islice(filter(str.isalpha, text), _LETTERS))


@cache
def _script_of_letter(letter: str) -> str:
    word = unicodedata.name(letter, "").partition(" ")[0]
    return _SCRIPTS.get(word, word.lower())


def _majority(numbers: Sequence[int]) -> int:
    """Return the bits that are set in more than half of the numbers.

    The bits are counted side by side: `digits[n]` has the digit of value 2 ** n of the count of each bit.
    """
    digits: list[int] = []
    for number in numbers:
        carry = number
        for at, digit in enumerate(digits):
            digits[at], carry = digit ^ carry, digit & carry
            if not carry:
                break
        else:
            digits.append(carry)
    half, more, equal = len(numbers) // 2, 0, (1 << BITS) - 1
    digits += [0] * (half.bit_length() - len(digits))
    for at in reversed(range(len(digits))):
        if half >> at & 1:
            equal &= digits[at]
        else:
            more |= equal & digits[at]
            equal &= ~digits[at]
    return more
