"""Read the text of a note: UTF-8, UTF-16, or an older encoding if its bytes leave no doubt. Pure.

A note is read as UTF-8 text, of which all spans count, with a `Writing` that says how new text gets into the file. What
is not certain is read, but not written: its text then has U+FFFD where bytes are not understood.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

from crawler.models.notes.note_file import Encoded, NoteFile, NoTextError, Piece, Pieces, Unknown
from crawler.notes.files.legacy_encodings import guess_encoding

if TYPE_CHECKING:
    from crawler.models.notes.note_file import Writing

_MARKS = (  # the mark of UTF-32 begins as that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEAST_ASCII = 0.4
"""Share of ASCII characters that shows UTF-16 without a byte order mark."""

_SEQUENCES_PER_FAULT = 5
"""Characters of several bytes for each byte that is no UTF-8, from which on a note is taken for UTF-8."""

_FEW = 3
"""The same for a note whose last character is cut short; the least number of zero bytes in UTF-16."""

_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_REPLACEMENT = "\ufffd".encode()
_FAULT = re.compile("[\udc80-\udcff]+")  # what surrogateescape makes of bytes that are no text
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r\x1a\x1b")


def read_text(path: str, raw: bytes) -> NoteFile:
    """Return a note with its text and how it is written; raise NoTextError if the file is no text."""
    for mark, codec in _MARKS:
        if raw.startswith(mark) and (data := _exact(raw, codec)) is not None:
            return NoteFile(path, raw, data, Encoded(codec))
    if b"\0" in raw and (unmarked := _unmarked_utf16(raw)):
        return NoteFile(path, raw, raw.decode(unmarked).encode(), Encoded(unmarked))
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return _read_other(path, raw, error.start)
    return NoteFile(path, raw, raw)


def _read_other(path: str, raw: bytes, fault: int) -> NoteFile:
    """Return a note whose byte at `fault` is not UTF-8."""
    if (damaged := _damaged_utf8(raw)) is not None:
        effect = "links that contain it are not read or edited. Correct it"
        return NoteFile(path, raw, *damaged, f"damaged UTF-8 at byte {fault}; {effect}")
    if b"\0" in raw or not _is_text(raw.decode("latin-1")):
        raise NoTextError(f"not UTF-8 text (byte {fault})")
    guess = guess_encoding(raw)
    if guess is not None and (data := _exact(raw, guess.codec)) is not None:
        return NoteFile(path, raw, data, guess)
    effect = "links are checked, but the note is not edited. Save it as UTF-8"
    data = raw.decode(errors="replace").encode()
    return NoteFile(path, raw, data, Unknown(), f"unknown encoding (byte {fault} is not UTF-8); {effect}")


def _exact(raw: bytes, codec: str) -> bytes | None:
    """Return the text in an encoding as UTF-8; None if it does not give exactly these bytes again."""
    try:
        text = raw.decode(codec)
        return text.encode() if text.encode(codec) == raw else None
    except UnicodeError:
        return None


def _unmarked_utf16(raw: bytes) -> str | None:
    """Return the UTF-16 encoding of bytes without a mark; None unless much of it is ASCII and all of it is text."""
    if len(raw) % 2:
        return None
    for codec, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = raw[high::2].count(0)
        is_marked = zeros == raw.count(0) and zeros >= max(_FEW, _LEAST_ASCII * len(raw) / 2)
        if is_marked and _exact(raw, codec) is not None:
            return codec if _is_text(raw.decode(codec)) else None
    return None


def _is_text(text: str) -> bool:
    """Return whether a text has no control characters and only characters that Unicode has."""
    characters = set(text)
    return _CONTROLS.isdisjoint(characters) and not any(unicodedata.category(each) == "Cn" for each in characters)


def _damaged_utf8(raw: bytes) -> tuple[bytes, Writing] | None:
    """Return text and writing of a note that is UTF-8 but for a few bytes, which are never edited; None for others."""
    text = raw.decode(errors="surrogateescape")
    texts = _FAULT.split(text)
    faults = len(texts) - 1
    sequences = len(_SEQUENCE.findall(raw))
    is_cut_short = faults == 1 and not texts[-1]
    if sequences < (_FEW if is_cut_short else _SEQUENCES_PER_FAULT * faults):
        return None
    parts = [text.encode() for text in texts]
    lost = [len(fault) for fault in _FAULT.findall(text)]
    pieces, start, at = [], 0, 0
    for group, (part, gap) in enumerate(zip(parts, [*lost, 0], strict=True)):
        pieces.append(Piece(start, start + len(part), at, group))
        start, at = start + len(part) + len(_REPLACEMENT), at + len(part) + gap
    return _REPLACEMENT.join(parts), Pieces(tuple(pieces))
