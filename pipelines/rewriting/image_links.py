"""Link the copy of an image that a note shows to the original image. Pure.

Only images that are certainly in no link yet get one: the whole element is plain to see, in a paragraph without
open brackets, and not between `<a>` and `</a>`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crawler.models.notes.note import Syntax
from crawler.notes.comments.ignore_comments import overlaps_spans
from pipelines.rewriting.url_escaping import escape_for_syntax

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Mention, Note

REACH = 4096
"""Bytes before an image in which its paragraph must begin."""

_OPENING = re.compile(rb"(?<![\\!])!\[[^\[\]\\`<>\r\n]*\]\(<?\Z")
_CLOSING = re.compile(rb">?(?:[ \t]+(?:\"[^\"\\\r\n]*\"|'[^'\\\r\n]*'))?[ \t]*\)(?![{\]])")
_TAG = re.compile(rb"<img\s(?:[^<>\"']|\"[^<>\"]*\"|'[^<>']*')*>", re.IGNORECASE)
_ANCHOR = re.compile(rb"<(/?)a(?=[\s>])", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\n[ \t>]*\r?\n")


def with_links(note: Note, edits: Sequence[Edit], originals: Mapping[int, str]) -> tuple[Edit, ...]:
    """Return edits in which the images of `originals`, the URLs of originals by offset of the mention, get a link."""
    mentions = {mention.start: mention for mention in note.mentions}
    untouched = sorted([*note.ignored, *note.guessed])
    is_linked = _anchors(note.data)
    linked: list[Edit] = []
    for at, edit in enumerate(edits):
        span = None
        if (url := originals.get(edit.start)) is not None and (mention := mentions[edit.start]).image_set is None:
            span = _element(note, mention)
        following = edits[at + 1].start if at + 1 < len(edits) else len(note.data)
        is_free = span is not None and (not linked or linked[-1].end <= span[0]) and span[1] <= following
        if url is None or span is None or not is_free or is_linked(span[0]) or overlaps_spans(untouched, *span):
            linked.append(edit)
        else:
            linked.append(_with_link(note, edit, span, url, mention.syntax))
    return tuple(linked)


def _with_link(note: Note, edit: Edit, span: tuple[int, int], url: str, syntax: Syntax) -> Edit:
    """Return an edit of a whole element: with its URL as edited, in a link to the original."""
    start, end = span
    old = note.data[start:end].decode()
    new = note.data[start : edit.start].decode() + edit.new + note.data[edit.end : end].decode()
    if syntax is Syntax.MARKDOWN:
        new = f"[{new}]({escape_for_syntax(url, Syntax.MARKDOWN, b'](', b')')})"
    else:
        new = f'<a href="{escape_for_syntax(url, Syntax.ATTRIBUTE, b"", b"")}">{new}</a>'
    return replace(edit, start=start, end=end, old=old, new=new)


def _element(note: Note, mention: Mention) -> tuple[int, int] | None:
    """Return the span of the image element around a mention; None if it is not plain to see, or may be in a link."""
    data, first = note.data, max(mention.start - REACH, 0)
    before = data[first : mention.start]
    if mention.syntax is Syntax.MARKDOWN:
        opening, closing = _OPENING.search(before), _CLOSING.match(data, mention.end)
        span = None if opening is None or closing is None else (first + opening.start(), closing.end())
    elif mention.syntax is Syntax.ATTRIBUTE and (start := before.rfind(b"<")) >= 0:
        tag = _TAG.match(data, first + start, mention.end + REACH)
        span = None if tag is None or tag.end() <= mention.end else tag.span()
    else:
        span = None
    if span is None:
        return None
    paragraph = _BLANK_LINE.split(data[first : span[0]])
    is_whole = first == 0 or len(paragraph) > 1
    return span if is_whole and paragraph[-1].count(b"[") == paragraph[-1].count(b"]") else None


def _anchors(data: bytes) -> Callable[[int], bool]:
    """Return what tells whether an offset is between `<a>` and `</a>`."""
    found = [(match.start(), not match[1]) for match in _ANCHOR.finditer(data)]
    return partial(_is_open, [start for start, _ in found], [is_opening for _, is_opening in found])


def _is_open(starts: Sequence[int], openings: Sequence[bool], offset: int) -> bool:
    at = bisect_left(starts, offset)
    return at > 0 and openings[at - 1]
