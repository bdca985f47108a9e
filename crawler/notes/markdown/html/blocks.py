"""Blocks of HTML in Markdown: where they end, and their bytes in a block quote. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

import pyromark

if TYPE_CHECKING:
    from pyromark import Options

_UNDER_HTML = re.compile(
    rb"(?:</[A-Za-z][A-Za-z0-9]*|--)>(?=[ \t]*(?:\r\n?|\n)(?P<below>) {0,3}(?:\d{1,9}[.)]|[-*+]|\#{1,6})[ \t])"
)


def with_html_block_fix(data: bytes, options: Options) -> bytes:
    """Return a note's bytes for the parser: HTML blocks end before a list item or heading directly below them.

    By CommonMark 4.6 a line directly under `</div>`, or under a comment below it, still is HTML; to authors and to
    editors such as Typora it is not (118 daily notes had ten such entries). If the parser takes the line below for
    HTML, the `>` of the closing tag is replaced by a line end, so that offsets stay and the block ends. HTML that ends
    at its `>` anyway (`<pre>`, a comment alone) is not changed.
    """
    candidates = [(match.end() - 1, match.start("below")) for match in _UNDER_HTML.finditer(data)]
    if not candidates:
        return data
    events = pyromark.events_with_range(data.decode(), options=options)
    blocks = [(span["start"], span["end"]) for event, span in events if event == {"Start": "HtmlBlock"}]
    fixed = bytearray(data)
    for bracket, below in candidates:
        block = bisect_right(blocks, (bracket, len(data))) - 1
        if block >= 0 and below < blocks[block][1]:
            fixed[bracket] = ord("\n")
    return bytes(fixed)


def join_spans(data: bytes, spans: list[tuple[int, int]]) -> tuple[int, bytes]:
    """Return the offset of the first span, and the bytes from there to the end of the last.

    Between two spans, `>` of a block quote is replaced by a blank, so that offsets stay.
    """
    first = spans[0][0]
    html = bytearray(data[first : spans[-1][1]])
    for (_, end), (start, _) in pairwise(spans):
        html[end - first : start - first] = data[end:start].replace(b">", b" ")
    return first, bytes(html)
