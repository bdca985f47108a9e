"""`findings.csv`: what does not fit together in the notes, or could be added, in the order of notes and lines."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from crawler.kinds.registry import all_kinds, with_metadata
from crawler.models.metadata import Paper, Repository
from pipelines.consistency.findings import CrossReferenceIndex, Finding, TitlePlace, find_inconsistencies
from pipelines.reports.csv import link_health

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.models.note import Note
    from crawler.store.reader import StoreReader
    from pipelines.reports.base import Rendering, TakeNote

COLUMNS = tuple(field.name for field in fields(Finding))


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write one row for each finding."""
    known = build_index(rendering.store)
    with link_health.open_csv(rendering.output_dir / "findings.csv", COLUMNS) as write:

        def take(note: Note, states: Mapping[int, LinkState]) -> None:
            for finding in find_inconsistencies(note, states, known):
                write(astuple(finding))

        yield take


def build_index(store: StoreReader) -> CrossReferenceIndex:
    """Return what findings need to know of all notes at once."""
    papers = with_metadata(Paper)
    repositories = [f"{host}/" for kind in with_metadata(Repository) for host in all_kinds()[kind].text_hosts]
    return CrossReferenceIndex.build(
        (
            (all_kinds()[kind].reference(identity), paper)
            for kind, identity, paper in store.metadata(papers, repositories)
            if isinstance(paper, Paper)
        ),
        ((kind, identity, [TitlePlace(*place) for place in places]) for kind, identity, places in store.texts(papers)),
    )
