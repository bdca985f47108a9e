"""Collect lists, tables and emphasis of a note while it is read, from blocks of Markdown and tags of HTML. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.notes.outline import ListItem, Row, Table

if TYPE_CHECKING:
    from crawler.notes.outline import Outline

_BOLD_TAGS, _ITALIC_TAGS = {"b", "strong"}, {"i", "em"}


class StructureBuilder:
    """Adds to an outline what the events of the parser say in order: call the methods in the order of the note."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._lists: list[tuple[int, bool]] = []  # the offset of each open list, whether it is numbered
        self._items: list[int] = []  # the open items
        self._table: Table | None = None
        self._html_tables: list[Table] = []  # the open ones; a table in a cell belongs to the cell
        self._cell_start: int | None = None
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
        elif name == "table":
            self._end_row(start)
            if not closing:
                self._html_tables.append(Table(start, is_html=True))
                self._outline.tables.append(self._html_tables[-1])
            elif self._html_tables:
                self._html_tables.pop()
        elif self._html_tables:
            self._add_row_tag(name, start, end, closing=closing)

    def _add_row_tag(self, name: str, start: int, end: int, *, closing: bool) -> None:
        rows = self._html_tables[-1].rows
        if name == "tr":
            self._end_row(start)
            if not closing:
                rows.append(Row(start, end))
        elif name in {"td", "th"} and rows:
            self._end_cell(start)
            if not closing:
                self._cell_start = end
                rows[-1].is_header = name == "th" and (rows[-1].is_header or not rows[-1].cells)

    def _end_row(self, offset: int) -> None:
        self._end_cell(offset)
        if self._html_tables and self._html_tables[-1].rows:
            row = self._html_tables[-1].rows[-1]
            row.end = max(row.end, row.cells[-1][1] if row.cells else row.end)

    def _end_cell(self, offset: int) -> None:
        if self._cell_start is not None and self._html_tables and self._html_tables[-1].rows:
            self._html_tables[-1].rows[-1].cells.append((self._cell_start, offset))
        self._cell_start = None
