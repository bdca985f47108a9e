"""`findings.csv`: what does not fit together in the notes, or could be added, in the order of notes and lines."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any

from pipelines.consistency.findings import Finding
from pipelines.reports.csv import link_health
from pipelines.reports.digests import NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.base import NoteFragment, Rendering, TakeNote
    from pipelines.reports.planned_notes import PlannedNote

COLUMNS = tuple(field.name for field in fields(Finding))


INPUTS, FILES = (NOTES,), ("findings.csv",)


def note_fragment(planned: PlannedNote, _rendering: Rendering) -> list[Any]:
    """Return the rows of a note."""
    return [astuple(finding) for finding in planned.findings]


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write one row for each finding."""
    with link_health.open_csv(rendering.output_dir / "findings.csv", COLUMNS) as write:

        def take(fragment: NoteFragment) -> None:
            for row in fragment.value:
                write(row)

        yield take
