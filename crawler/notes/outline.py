"""The structure of a note from which its entries are built: mentions, lines, list items, headings, plain text. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.models.notes.note import Syntax
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from crawler.models.notes.note import Guess, LinkRole


LINE_END = re.compile(rb"\r\n?|\n")

CODE_MARK = "\x1f"
"""Stands around the text of code in a segment, since code beside a title is a tag: ``Title `CVPR` ``."""


@dataclass(slots=True)
class RawMention:
    """A mention whose role and position are not determined yet.

    `place` is the offset at which it belongs to the text: the start of the link, for a reference definition that of its
    first use. `element_end` is the end of the element there: of the whole Markdown link, of `<a>…</a>`. `role` is the
    role by its element alone (an image); None if the element does not determine it. The other fields are those of
    `Mention`.
    """

    url: str
    start: int
    end: int
    place: int
    text: str = ""
    role: LinkRole | None = None
    element_end: int = 0
    guess: Guess | None = None
    is_identifier: bool = False
    syntax: Syntax = Syntax.MARKDOWN
    image_set: int | None = None

    @property
    def span_in_text(self) -> tuple[int, int]:
        """The span of its element, or of its URL without one; a definition is elsewhere, and has that of its use."""
        if not self.element_end:
            return self.start, self.end
        is_elsewhere = self.place < self.element_end and (self.end <= self.place or self.start >= self.element_end)
        if is_elsewhere:
            return self.place, self.element_end
        return min(self.place, self.start), max(self.element_end, self.end)


@dataclass(slots=True)
class Line:
    """One line of a paragraph: its text is `start..end`, its paragraph ends at `leaf_end`.

    `item_end` is the end of the list item around it; None in an outermost numbered item and outside lists. `item` is
    the index of that item in `Outline.list_items`, None outside lists.
    """

    start: int
    end: int
    leaf_end: int
    item_end: int | None
    item: int | None = None
    is_heading: bool = False
    is_quoted: bool = False


@dataclass(slots=True)
class ListItem:
    """An item of a list; `parent` is the index of the item around its list, `list_start` the offset of the list."""

    start: int
    end: int
    parent: int | None
    list_start: int
    is_numbered: bool


@dataclass(slots=True)
class Row:
    """A row of a table with the spans of its cells; in Markdown a span has the blanks around the text."""

    start: int
    end: int
    cells: list[tuple[int, int]] = field(default_factory=list)
    is_header: bool = False


@dataclass(slots=True)
class Table:
    """A table of Markdown or HTML with its rows."""

    start: int
    is_html: bool
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """Outermost numbered items (their offsets), headings, lines and plain text of a note, each in document order.

    Headings are spans with their levels; those in list items are left out. Plain text is a list of pieces: `texts[n]`
    is the text at `starts[n]..ends[n]`. `list_items` are the items of all lists, `bold` and `italic` the spans of
    emphasis, `breaks` the offsets of `<br>`, `html_items` the spans of `<li>` without others in them, `front_matter`
    the span of the YAML block at the start of the note.
    """

    data: bytes
    items: list[int] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    list_items: list[ListItem] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    bold: list[tuple[int, int]] = field(default_factory=list)
    italic: list[tuple[int, int]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    html_items: list[tuple[int, int]] = field(default_factory=list)
    front_matter: tuple[int, int] | None = None
    lines: list[Line] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, start: int, end: int, text: str) -> None:
        """Append a piece of plain text."""
        self.starts.append(start)
        self.ends.append(end)
        self.texts.append(text)

    def text(self, start: int, end: int) -> str:
        """Return the plain text in `start..end` on one line; a piece that begins before `start` is cut there."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        texts = self.texts[first:last]
        if texts and self.starts[first] < start:
            texts[0] = texts[0].encode()[start - self.starts[first] :].decode(errors="ignore")
        return collapse_blanks("".join(texts))

    def text_since(self, piece: int) -> str:
        """Return the plain text from a piece on, on one line."""
        return collapse_blanks("".join(self.texts[piece:]))


def line_number(data: bytes, offset: int) -> int:
    """Return the number of the line of an offset, counted from 1."""
    return len(LINE_END.findall(data, 0, offset)) + 1


def collapse_blanks(text: str) -> str:
    """Return a text on one line; a zero-width space counts as white space."""
    return collapse_whitespace(text.replace("\u200b", " "))


def trimmed_end(data: bytes, start: int, end: int) -> int:
    """Return the end of `start..end` without white space at its end."""
    return start + len(data[start:end].rstrip())
