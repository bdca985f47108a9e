"""Decode URLs as they are written in Markdown and HTML, and find the byte span of a link's destination. Pure.

Each function works on the note's bytes and takes time linear in their number, for any input.
"""

from __future__ import annotations

import re
import sys
from html.entities import html5

# CommonMark 0.31, sections 2.4 and 2.5: an entity needs its semicolon, a backslash escapes ASCII punctuation only.
ENTITY = rb"&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ESCAPE = rb"\\[!-/:-@\[-`{-~]"
_LONGEST_ENTITY = 34
_SURROGATES = range(0xD800, 0xE000)

# In HTML the oldest names go without a semicolon unless more of a name or `=` follows (Living Standard, 13.2.5.73).
_HTML_ENTITIES = re.compile(ENTITY + rb"|&[A-Za-z]{2,6}(?![A-Za-z0-9=;])")
_ENTITIES = re.compile(ENTITY)
_CODED = re.compile(ENTITY + rb"|" + _ESCAPE)
_CHARACTER = re.compile(ENTITY + rb"|" + _ESCAPE + rb"|[\x00-\xff][\x80-\xbf]*+")

# What `](` or `]:` and a destination may have between them; a line end may be followed by the marks of a block quote.
_BEFORE_QUOTED = re.compile(rb"[ \t\v\f]*+(?:(?:\r\n?|\n)[ \t\v\f>]*+)?<?")
_BEFORE = re.compile(rb"[ \t\v\f]*+(?:(?:\r\n?|\n)[ \t\v\f]*+)?<?")
_DEFINITION = re.compile(rb"\[(?:\\.|[^\\\[\]])*+\]:", re.DOTALL)


def decode_url(source: bytes, *, html: bool = False) -> str:
    """Return the text of source bytes with entities decoded, and outside HTML also backslash escapes."""
    return (_HTML_ENTITIES if html else _CODED).sub(lambda match: _character(match[0]).encode(), source).decode()


def decode_autolink(source: bytes) -> str:
    """Return the text of the source of an autolink, which has entities and no backslash escapes (CommonMark 6.5)."""
    return _ENTITIES.sub(lambda match: _character(match[0]).encode(), source).decode()


def characters(source: bytes, *, html: bool = False) -> tuple[str, list[int]]:
    """Return the text of a source, in which only HTML has entities, and the offset of each character and of the end."""
    text: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in _HTML_ENTITIES.finditer(source) if html else ():
        _add_plain(source, position, match.start(), text, offsets)
        decoded = _character(match[0])
        text.append(decoded)
        offsets += [match.start()] * len(decoded)
        position = match.end()
    _add_plain(source, position, len(source), text, offsets)
    return "".join(text), [*offsets, len(source)]


def _add_plain(source: bytes, start: int, end: int, text: list[str], offsets: list[int]) -> None:
    for character in source[start:end].decode():
        text.append(character)
        offsets.append(start)
        start += len(character.encode())


def _character(coded: bytes) -> str:
    """Return the text of one entity, escape or plain character."""
    if coded[0] == ord("\\") and len(coded) > 1:
        return coded[1:].decode()
    text = coded.decode()
    if text.startswith("&#"):
        code = int(text[3:-1], 16) if text[2] in "xX" else int(text[2:-1])
        return chr(code) if 0 < code < _SURROGATES.start or _SURROGATES.stop <= code <= sys.maxunicode else "\ufffd"
    return html5.get(text[1:], text) if len(text) > 1 else text


def destination_span(data: bytes, start: int, url: str) -> tuple[int, int] | None:
    """Return the span of the link destination behind `start`, the offset behind `](` or `]:`.

    None if its bytes do not decode to `url`.
    """
    for before in (_BEFORE_QUOTED, _BEFORE):
        match = before.match(data, start)
        begin = match.end() if match else start
        end = _source_end(data, begin, url)
        if end is not None:
            return begin, end
    return None


def definition_span(data: bytes, start: int, url: str) -> tuple[int, int] | None:
    """Return the span of the destination in the first link reference definition at or behind `start`; None as above."""
    match = _DEFINITION.search(data, start)
    return destination_span(data, match.end(), url) if match else None


def _source_end(data: bytes, start: int, url: str) -> int | None:
    """Return the end of the source at `start` that decodes to `url`; None if it does not."""
    plain = url.encode()
    end = start + len(plain)
    if data.startswith(plain, start):
        coded = _CODED.search(data, start, end + _LONGEST_ENTITY)
        if coded is None or coded.start() >= end:
            return end
    read, end = 0, start
    while read < len(url):
        match = _CHARACTER.match(data, end)
        character = _character(match[0]) if match else ""
        if not character or not url.startswith(character, read):
            return None
        read += len(character)
        end += len(match[0]) if match else 0
    return end
