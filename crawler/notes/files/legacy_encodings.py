"""Guess the encoding of a note that is neither UTF-8 nor UTF-16; a guess needs two kinds of evidence. Pure.

charset-normalizer says which encodings give plausible text. On a few characters it names several, often the wrong one
first: of the bytes of 你好 it says Big5. So the characters are evidence, too: nearly all characters of a note in
Chinese, Japanese or Korean are among the common ones, and the same bytes in another encoding are not.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.models.notes.note_file import Encoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LATIN = ("cp1252", "latin_1")
_RIVALS = ("cp1251", "koi8_r")
"""Encodings that charset-normalizer may name in place of Latin ones; notes in them are not edited."""

_DOUBT = 0.1
"""Distance in charset-normalizer's measure of mess below which two encodings are about as plausible."""

_LEAST_COMMON = 0.85
"""Share of common characters from which on an encoding is accepted, if no other one is plausible as well."""

_MARGIN = 0.2
"""Distance to the share in any other plausible encoding."""

_LEAST_LATIN = 0.9
"""Share of Western letters in what is not ASCII from which on a text is Latin."""

_LEAST_NEEDED = 0.15
"""Share of the characters without which a text is not in the language of an encoding: Kana in Japanese."""

_FEW, _MANY = 4, 8
"""Characters below which no encoding is accepted, and from which on it is sure enough to write any character."""

_SAMPLE = 1 << 18
"""Bytes that are read for the guess."""


def guess_encoding(raw: bytes) -> Encoded | None:
    """Return the encoding of a text; None if it is not certain.

    Of a Latin encoding it is only certain that ASCII in it is ASCII, so that nothing else is written in it.
    """
    sample = raw if len(raw) <= _SAMPLE else raw[: raw.rfind(b"\n", 0, _SAMPLE) + 1 or _SAMPLE]
    plausible, pairs = _plausible_encodings(sample), _PAIR.findall(sample)
    shares = {name: _share(name, pairs) for name in _encodings() if name in plausible}
    best = max(shares, key=lambda name: shares[name], default="")
    if best and shares[best] >= _LEAST_COMMON:
        is_alone = all(share <= shares[best] - _MARGIN for name, share in shares.items() if name != best)
        is_certain = is_alone and len(pairs) >= _FEW
        return _exact(raw, _encodings()[best]["codecs"], ascii_only=len(pairs) < _MANY) if is_certain else None
    is_latin = plausible.intersection(_LATIN) and _looks_latin(sample)
    return _exact(raw, _LATIN, ascii_only=True) if is_latin else None


def _exact(raw: bytes, codecs: Sequence[str], *, ascii_only: bool) -> Encoded | None:
    """Return the first of some codecs in which the bytes are text that gives exactly these bytes again."""
    for codec in codecs:
        try:
            if raw.decode(codec).encode(codec) == raw:
                return Encoded(codec, ascii_only=ascii_only)
        except UnicodeError:
            continue
    return None


def _plausible_encodings(sample: bytes) -> frozenset[str]:
    """Return the encodings in which charset-normalizer finds text that is about as plausible as the best."""
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=[*_encodings(), *_LATIN, *_RIVALS])
    least = min((each.chaos for each in found), default=0)
    return frozenset(
        name for each in found if each.chaos < least + _DOUBT for name in (each.encoding, *each.could_be_from_charset)
    )


def _looks_latin(sample: bytes) -> bool:
    """Return whether nearly all that is not ASCII are letters and marks of Western Europe, one or two at a time.

    Text of another encoding that is damaged, so that it is impossible there, still is possible in a Latin one.
    """
    text = sample.decode("cp1252", errors="replace")
    others = sum(not each.isascii() for each in text)
    return len(_LATIN_TEXT.findall(text)) >= _LEAST_LATIN * others


_LATIN_TEXT = re.compile(r"(?<![^\x00-\x7f][^\x00-\x7f])[À-ÖØ-öø-ÿŒœŠšŽžŸªº«»¿¡“”‘’–—…•·°§©®€£\xa0](?![^\x00-\x7f]{2})")
_PAIR = re.compile(rb"[\x80-\xff].", re.DOTALL)


def _share(name: str, pairs: Sequence[bytes]) -> float:
    """Return the share of pairs that are common characters of an encoding; 0 if its language does not need them."""
    common, needed = _patterns(name)
    if not pairs or sum(map(bool, map(needed.fullmatch, pairs))) < _LEAST_NEEDED * len(pairs):
        return 0
    return sum(map(bool, map(common.fullmatch, pairs))) / len(pairs)


@cache
def _patterns(name: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return the patterns of the common characters of an encoding, and of those that a text in it needs."""
    found = _encodings()[name]
    return _compiled(found["common"]), _compiled(found.get("needed", found["common"]))


def _compiled(ranges: Sequence[str]) -> re.Pattern[bytes]:
    """Return the pattern of pairs of bytes in ranges such as `b0-d7 a1-fe`."""
    pairs = [re.sub("([0-9a-f]{2})-([0-9a-f]{2}) ?", r"[\\x\1-\\x\2]", each) for each in ranges]
    return re.compile("|".join(pairs).encode(), re.DOTALL)


@cache
def _encodings() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(files("crawler").joinpath("data/legacy_encodings.toml").read_text("utf-8"))
