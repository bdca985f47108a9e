"""`findings.csv`: what does not fit together in the notes, or could be added, in the order of notes and lines."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from crawler.items import Paper
from pipelines.findings import Catalogue, Finding, Place, findings
from pipelines.outputs import health_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.known import Known
    from pipelines.outputs import Rendering

COLUMNS = tuple(field.name for field in fields(Finding))


def render(rendering: Rendering) -> None:
    """Write one row for each finding."""
    rows = (astuple(finding) for finding in _findings(rendering))
    health_csv.write(rendering.output_dir / "findings.csv", COLUMNS, rows)


def _findings(rendering: Rendering) -> Iterator[Finding]:
    known = catalogue(rendering.store)
    for note in rendering.library:
        yield from findings(note, rendering.standings(note), known)


def catalogue(store: Known) -> Catalogue:
    """Return what findings need to know of all notes at once."""
    return Catalogue.of(
        (paper for paper in store.metadata("arxiv", "github.com/") if isinstance(paper, Paper)),
        ((arxiv_id, [Place(*place) for place in places]) for arxiv_id, places in store.texts("arxiv")),
    )
