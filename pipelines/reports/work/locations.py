"""Locations in a note, and where they are in its copy with all edits. Pure."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from crawler.notes.outline import LINE_END
from pipelines.rewriting.edit_list import apply_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Mention

Location = tuple[int, int, int, int]
"""Line and column in a note, and in its copy."""


class EditedLocations:
    """The locations of one note; `edits` are in order and do not overlap."""

    def __init__(self, data: bytes, edits: Sequence[Edit]) -> None:
        self._before = _Lines(data)
        self._after = _Lines(apply_edits(data, edits)) if edits else self._before
        self._starts: list[int] = []
        self._shifts = [0]
        self._moved_starts: dict[Edit, int] = {}
        for edit in edits:
            self._starts.append(edit.start)
            self._moved_starts[edit] = edit.start + self._shifts[-1]
            self._shifts.append(self._shifts[-1] + len(edit.new.encode()) - len(edit.old.encode()))

    def text(self, start: int, end: int) -> str:
        """Return a piece of the note."""
        return self._before.data[start:end].decode(errors="replace")

    def of_mention(self, mention: Mention) -> Location:
        """Return the location of a mention, whose line may be that in a notebook's file."""
        line, column = self._before.position(mention.start)
        line_after, column_after = self._after.position(self._moved(mention.start))
        return mention.line, mention.column, mention.line + line_after - line, mention.column + column_after - column

    def of_edit(self, edit: Edit) -> Location:
        """Return the location of an edit: a line that it adds is where the edit begins, and after it where it is."""
        start, moved = edit.start, self._moved_starts[edit]
        if not edit.old and (lines := LINE_END.match(edit.new.encode())) is not None:  # begins behind it
            moved += lines.end()
        return *self._before.position(start), *self._after.position(moved)

    def of_line(self, line: int) -> Location:
        """Return the location of the beginning of a line."""
        offset = self._before.offset(line)
        return line, 1, self._after.position(self._moved(offset))[0], 1

    def _moved(self, offset: int) -> int:
        """Return the offset in the copy of one in the note; what is inserted there comes behind it."""
        return offset + self._shifts[bisect_right(self._starts, offset - 1)]


class _Lines:
    """The starts of the lines of a text."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._starts = [0, *(match.end() for match in LINE_END.finditer(data))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1; columns count characters."""
        line = bisect_right(self._starts, offset)
        return line, len(self.data[self._starts[line - 1] : offset].decode(errors="replace")) + 1

    def offset(self, line: int) -> int:
        """Return the offset of the start of a line; that of the last line if there are fewer."""
        return self._starts[min(line, len(self._starts)) - 1]
