"""Parse each note once per publish and plan what all outputs show of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.kinds.registry import all_kinds, with_metadata
from crawler.models.metadata import Paper, Repository
from pipelines.consistency.findings import CrossReferenceIndex, TitlePlace, find_inconsistencies
from pipelines.rewriting.note_rewriter import NoteRewriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.edit import Edit
    from crawler.models.link import LinkState
    from crawler.models.note import Note
    from crawler.store.reader import StoreReader
    from pipelines.consistency.findings import Finding
    from pipelines.reports.base import Rendering


@dataclass(frozen=True, slots=True)
class PlannedNote:
    """A note with the states of its links, by the position of the mention in `Note.mentions`.

    `edits` are those of its copy in the output folder.
    """

    note: Note
    states: Mapping[int, LinkState]
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]


def plan_notes(rendering: Rendering) -> Iterator[PlannedNote]:
    """Yield every note by path."""
    rewriter = NoteRewriter(rendering, rendering.output_dir / "notes")
    index = build_index(rendering.store)
    for note in rendering.notes_folder:
        states = rendering.link_states(note)
        findings = tuple(find_inconsistencies(note, states, index))
        yield PlannedNote(note, states, rewriter.plan_edits(note, states), findings)


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
