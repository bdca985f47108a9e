"""`findings.csv`: what does not fit together in the notes, or could be added, in the order of notes and lines."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from crawler.kinds.registry import all_kinds, with_metadata
from crawler.models.metadata import Paper, Repository
from pipelines.consistency.findings import Catalogue, Finding, Place, findings
from pipelines.reports.csv import link_health

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.link import Standing
    from crawler.models.note import Note
    from crawler.store.reader import Known
    from pipelines.reports.base import Rendering, TakeNote

COLUMNS = tuple(field.name for field in fields(Finding))


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write one row for each finding."""
    known = catalogue(rendering.store)
    with link_health.writing(rendering.output_dir / "findings.csv", COLUMNS) as write:

        def take(note: Note, standings: Mapping[int, Standing]) -> None:
            for finding in findings(note, standings, known):
                write(astuple(finding))

        yield take


def catalogue(store: Known) -> Catalogue:
    """Return what findings need to know of all notes at once."""
    papers = with_metadata(Paper)
    repositories = [f"{host}/" for kind in with_metadata(Repository) for host in all_kinds()[kind].text_hosts]
    return Catalogue.of(
        (
            (all_kinds()[kind].reference(identity), paper)
            for kind, identity, paper in store.metadata(papers, repositories)
            if isinstance(paper, Paper)
        ),
        ((kind, identity, [Place(*place) for place in places]) for kind, identity, places in store.texts(papers)),
    )
