"""The structure of a note from which its entries are built: mentions, lines, list items, headings, plain text. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from crawler.models.note import LinkRole


@dataclass(slots=True)
class RawMention:
    """A mention whose role and position are not determined yet.

    `place` is the offset at which it belongs to the text: the start of the link, for a reference definition that of its
    first use. `role` is the role by its element alone (an image); None if the element does not determine it.
    """

    url: str
    start: int
    end: int
    place: int
    text: str = ""
    role: LinkRole | None = None


@dataclass(slots=True)
class Line:
    """One line of a paragraph: its text is `start..end`, its paragraph ends at `leaf_end`.

    `item_end` is the end of the list item around it; None in an outermost numbered item and outside lists.
    """

    start: int
    end: int
    leaf_end: int
    item_end: int | None


@dataclass(slots=True)
class Outline:
    """Outermost numbered items (their offsets), headings, lines and plain text of a note, each in document order.

    Headings are spans; those in list items are left out. Plain text is a list of pieces: `texts[n]` is the text at
    `starts[n]..ends[n]`.
    """

    data: bytes
    items: list[int] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)
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


def collapse_blanks(text: str) -> str:
    """Return a text on one line; a zero-width space counts as white space."""
    return collapse_whitespace(text.replace("\u200b", " "))


def trimmed_end(data: bytes, start: int, end: int) -> int:
    """Return the end of `start..end` without white space at its end."""
    return start + len(data[start:end].rstrip())
