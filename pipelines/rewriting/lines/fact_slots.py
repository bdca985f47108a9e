"""Find where a fact may be written: a line below a field, an empty cell of its column, behind the title. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.models.notes.edit import Edit
from crawler.models.notes.note import FieldForm
from pipelines.rewriting.lines.line_style import insert_line
from pipelines.venues.from_entry_title import venue_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.notes.note import Entry, Field, Note
    from crawler.models.reasons.reason import Reason

BEHIND_TITLE = frozenset({"venue", "withdrawn"})
"""Facts that are short enough to stand behind a title."""

MAX_LINE = 2000
"""Bytes of the longest line that gets a fact behind its title."""

# A year behind a word in capitals, "et al.", arXiv: the line already says where the work appeared.
_SAYS_WHERE = re.compile(
    r"\bet\.?\s*al\b|\b(?:arxiv|preprint|workshop|proceedings|journal|transactions|conference|withdrawn|撤稿)\b|[（(]?\b(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b)[a-z]{2,}+\W{0,3}(?:19|20)?\d\d\b",
    re.IGNORECASE,
)
_ADDRESSES = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|https?://\S+|<[^<>]*>")
_MAY_FOLLOW = re.compile(rb"[*_]{0,3}(?=[ \t]|<br|[,.;:\r\n\[(]|\Z)")


def insert_fact(
    note: Note, entry: Entry, behind: Field, name: str, value: str, *, reason: Reason, source: str
) -> Iterator[Edit]:
    """Yield the insertion of a fact in the form of the list; nothing where it has no slot for it.

    Below a field that is a line, the fact is a line. In a table it goes into the empty cell of its column. In a list
    with one line for each work, venue and withdrawal go behind the title, unless the line already has a venue.
    """
    if behind.form is FieldForm.LINE:
        yield from insert_line(note, entry, behind, name, value, reason=reason, source=source)
    elif (cell := _empty_cell(note, entry, name)) is not None:
        yield _fill(note, cell, value, reason, source)
    elif behind.form is FieldForm.INLINE and entry.layout != "table" and name in BEHIND_TITLE:
        yield from _behind_title(note, entry, value, reason, source)


def _empty_cell(note: Note, entry: Entry, name: str) -> Field | None:
    """Return the empty cell of the column of a fact, if bars are on both sides of it."""
    for field in entry.fields:
        is_blank = (
            field.form is FieldForm.CELL and field.name == name and not note.data[field.label_start : field.end].strip()
        )
        if (
            is_blank
            and note.data[field.label_start - 1 : field.label_start] == b"|" == note.data[field.end : field.end + 1]
        ):
            return field
    return None


def _fill(note: Note, cell: Field, value: str, reason: Reason, source: str) -> Edit:
    """Return the edit that fills an empty cell, as wide as it was where that is enough."""
    old = note.data[cell.label_start : cell.end].decode()
    return Edit(note.path, cell.label_start, cell.end, old, f" {value} ".ljust(len(old)), reason, source)


def _behind_title(note: Note, entry: Entry, value: str, reason: Reason, source: str) -> Iterator[Edit]:
    """Yield the insertion of a fact in parentheses behind the title, if that is a link or bold and the entry a line."""
    text = note.data[entry.start : min(entry.end, entry.start + MAX_LINE)]
    if entry.title_span is None or entry.end - entry.start > MAX_LINE or re.search(rb"[\r\n]", text):
        return
    start, end = entry.title_span
    behind = note.data[end : entry.end].decode()
    before = note.data[entry.start : start].decode()
    around = _ADDRESSES.sub(" ", f"{before} {behind}")
    following = _MAY_FOLLOW.match(note.data, end)
    if f"({value})" in behind:  # a venue that no table has
        return
    if following is None or _SAYS_WHERE.search(around) or venue_label(around) or venue_label(entry.title):
        return
    yield Edit(note.path, following.end(), following.end(), "", f" ({value})", reason, source)
