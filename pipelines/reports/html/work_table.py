"""Rows of the report's list of work, note by note, as JSON that is safe within a script element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.models.reasons.reason import Reason
from pipelines.reports.html import page
from pipelines.reports.html.view_models import Numbers, texts_of
from pipelines.reports.work.items import EDIT

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROBLEM, _REASON, _TRUE = 4, -3, -2
"""Positions in the values of a `WorkItem`."""


class WorkTable:
    """Collects at most `most` items; edits are left out first. Reasons are numbered, which halves the page."""

    def __init__(self, most: int) -> None:
        self.left_out = 0
        self._most = most
        self._count = 0
        self._reasons: Numbers[str | None] = Numbers()
        self._notes: list[str] = []

    def add(self, path: str, items: Sequence[list[Any]]) -> None:
        """Add the items of a note, as values of `WorkItem`."""
        room = self._most - self._count
        kept = items if len(items) <= room else [each for each in items if not each[_PROBLEM].startswith(EDIT)][:room]
        self._count += len(kept)
        self.left_out += len(items) - len(kept)
        if kept:
            self._notes.append(page.embedded([path, list(map(self._row, kept))]))

    def _row(self, values: Sequence[Any]) -> list[Any]:
        row = list(values)
        for at in (_REASON, _TRUE):
            row[at] = self._reasons[row[at]]
        return row

    def as_json(self) -> str:
        """Return the notes with their items, and the texts of the reasons by language."""
        texts = [texts_of(None if each is None else Reason.decoded(each)) for each in self._reasons]
        notes = ",\n".join(self._notes)
        return f'{{"notes":[\n{notes}\n],"reasons":{page.embedded(texts)}}}'
