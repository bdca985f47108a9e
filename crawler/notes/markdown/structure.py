"""Collect lists, tables and emphasis of a note while it is read, from blocks of Markdown and tags of HTML. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.notes.outline import ListItem, Row, Table

if TYPE_CHECKING:
    from crawler.notes.outline import Outline

_BOLD_TAGS, _ITALIC_TAGS = {"b", "strong"}, {"i", "em"}
_SPAN = re.compile(rb"\b(row|col)span\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
_MAX_SPAN = 100


class StructureBuilder:
    """Adds to an outline what the events of the parser say in order: call the methods in the order of the note."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._lists: list[tuple[int, bool]] = []  # the offset of each open list, whether it is numbered
        self._items: list[int] = []  # the open items
        self._table: Table | None = None
        self._html_tables: list[Table] = []  # the open ones; a table in a cell belongs to the cell
        self._cell_start: int | None = None
        self._html_item: int | None = None  # the start of the open `<li>`
        self._in_row = False
        self._cell_spans = (1, 1)  # rows and columns of the open cell
        self._spanned: dict[int, int] = {}  # the rows that cells from above still cover, by column
        self._open_tags: dict[str, int] = {}
        self._quotes = 0

    @property
    def item(self) -> int | None:
        """The index of the innermost open list item; None outside lists."""
        return self._items[-1] if self._items else None

    @property
    def is_quoted(self) -> bool:
        """Whether a block quote is open."""
        return self._quotes > 0

    def start_block(self, name: str, details: Any, start: int, end: int) -> None:
        """Add the block that begins at `start` and ends at `end`."""
        if name == "List":
            self._lists.append((start, details is not None))
        elif name == "Item":
            list_start, is_numbered = self._lists[-1]
            self._outline.list_items.append(ListItem(start, end, self.item, list_start, is_numbered))
            self._items.append(len(self._outline.list_items) - 1)
        elif name == "BlockQuote":
            self._quotes += 1
        elif name == "Table":
            self._table = Table(start, is_html=False)
            self._outline.tables.append(self._table)
        elif name in {"TableHead", "TableRow"} and self._table is not None:
            self._table.rows.append(Row(start, end, is_header=name == "TableHead"))
        elif name == "TableCell" and self._table is not None:
            self._table.rows[-1].cells.append((start, end))

    def end_block(self, name: str) -> None:
        """Close the block."""
        if name == "List":
            self._lists.pop()
        elif name == "Item":
            self._items.pop()
        elif name == "BlockQuote":
            self._quotes -= 1
        elif name == "Table":
            self._table = None

    def add_emphasis(self, name: str, start: int, end: int) -> None:
        """Add bold or italic text."""
        if name == "Strong":
            self._outline.bold.append((start, end))
        elif name == "Emphasis":
            self._outline.italic.append((start, end))

    def add_tag(self, name: str, start: int, end: int, *, closing: bool) -> None:
        """Add a tag of HTML at `start..end`."""
        if name == "br":
            self._outline.breaks.append(start)
        elif name in _BOLD_TAGS | _ITALIC_TAGS:
            if not closing:
                self._open_tags[name] = start
            elif (opened := self._open_tags.pop(name, None)) is not None:
                (self._outline.bold if name in _BOLD_TAGS else self._outline.italic).append((opened, end))
        elif name in {"li", "ul", "ol"}:
            self._add_item_tag(name, start, end, closing=closing)
        elif name == "table":
            self._end_row(start)
            self._spanned = {}
            if not closing:
                self._html_tables.append(Table(start, is_html=True))
                self._outline.tables.append(self._html_tables[-1])
            elif self._html_tables:
                self._html_tables.pop()
        elif self._html_tables:
            self._add_row_tag(name, start, end, closing=closing)

    def _add_item_tag(self, name: str, start: int, end: int, *, closing: bool) -> None:
        """Close the open `<li>`, unless a list begins within it, whose items are read instead; open the next."""
        if self._html_item is not None and (closing or name == "li"):
            self._outline.html_items.append((self._html_item, start))
        self._html_item = end if name == "li" and not closing else None

    def _add_row_tag(self, name: str, start: int, end: int, *, closing: bool) -> None:
        rows = self._html_tables[-1].rows
        if name in {"thead", "tbody", "tfoot"}:
            self._end_row(start)
            self._spanned = {}
        elif name == "tr":
            self._end_row(start)
            if not closing:
                self._start_row(start, end)
        elif name in {"td", "th"}:
            self._end_cell(start)
            if not closing:
                if not self._in_row:  # a row without its tag, as browsers read it
                    self._start_row(start, start)
                self._cell_start = end
                self._cell_spans = _spans(self._outline.data[start:end])
                rows[-1].is_header = name == "th" and (rows[-1].is_header or not rows[-1].cells)

    def _start_row(self, start: int, end: int) -> None:
        row = Row(start, end)
        self._html_tables[-1].rows.append(row)
        self._skip_spanned(row)
        self._in_row = True

    def _end_row(self, offset: int) -> None:
        self._end_cell(offset)
        self._in_row = False
        if self._html_tables and self._html_tables[-1].rows:
            row = self._html_tables[-1].rows[-1]
            row.end = max(row.end, row.cells[-1][1] if row.cells else row.end)

    def _end_cell(self, offset: int) -> None:
        if self._cell_start is not None and self._html_tables and self._html_tables[-1].rows:
            row = self._html_tables[-1].rows[-1]
            rows, columns = self._cell_spans
            for at in range(len(row.cells), len(row.cells) + columns if rows > 1 else 0):
                self._spanned[at] = rows - 1
            row.cells.append((self._cell_start, offset))
            row.cells += [(offset, offset)] * (columns - 1)
            self._skip_spanned(row)
        self._cell_start = None

    def _skip_spanned(self, row: Row) -> None:
        """Add empty cells where cells from the rows above cover a row, so that the columns are the same."""
        while (rows := self._spanned.get(len(row.cells), 0)) > 0:
            self._spanned[len(row.cells)] = rows - 1
            row.cells.append((row.start, row.start))


def _spans(tag: bytes) -> tuple[int, int]:
    """Return how many rows and columns a cell covers."""
    spans = {match[1].lower(): min(max(int(match[2]), 1), _MAX_SPAN) for match in _SPAN.finditer(tag)}
    return spans.get(b"row", 1), spans.get(b"col", 1)
