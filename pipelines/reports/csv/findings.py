"""`findings.csv`: what does not fit together in the notes, or could be added, in the order of notes and lines."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipelines.consistency.finding import Finding
from pipelines.reports.contract import NOTES
from pipelines.reports.frames import frame, notes
from pipelines.reports.frames.schema import INT64, TEXT, Schema
from pipelines.reports.frames.writers import csv_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.contract import NoteFragment, Rendering, TakeNote

COLUMNS = ("note", "line", "entry", "kind", "says", "true", "evidence", "confidence")

_NUMBERS = {"line", "entry"}
_SCHEMA = Schema([(name, INT64 if name in _NUMBERS else TEXT) for name in COLUMNS])

INPUTS, FILES = (NOTES,), ("findings.csv",)
note_fragment = notes.note_fragment


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write one row for each finding."""
    rows: list[Any] = []
    with csv_writer(rendering.output_dir / "findings.csv", COLUMNS) as write:

        def flush() -> None:
            write(frame.to_frame(rows, _SCHEMA))
            rows.clear()

        def take(fragment: NoteFragment) -> None:
            findings = map(Finding.from_values, fragment.value["findings"])
            rows.extend([getattr(finding, name) for name in COLUMNS] for finding in findings)
            if len(rows) >= frame.BATCH:
                flush()

        yield take
        flush()
