"""The edits of the notes themselves, which are planned and saved whenever outputs need a note.

Whoever shows or makes them need not parse a note that has not changed since, nor load what that takes.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.reports.planning.digests import NoteDigester, StoreDigests
from pipelines.reports.planning.index import build_index
from pipelines.reports.planning.preparation import list_notes
from pipelines.rewriting.edit_list import from_record, to_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Note
    from crawler.models.notes.note_file import NoteFile
    from pipelines.reports.contract import Rendering
    from pipelines.reports.planning.planned_notes import PlannedNote
    from pipelines.rewriting.index.editor import Listed
    from pipelines.rewriting.note_rewriter import NoteRewriter


class Plan(NamedTuple):
    """The edits of a note, and the files beside it that they make it show: names in the image store by path."""

    edits: tuple[Edit, ...]
    files: Mapping[str, str]


def note_fragment(planned: PlannedNote, _rendering: Rendering) -> dict[str, Any]:
    """Return the plan of a note as JSON values."""
    plan = planned.in_place
    return {"edits": [to_record(edit) for edit in plan.edits], "files": plan.files}


def plan_note(note: Note, states: Mapping[int, LinkState], rewriter: NoteRewriter) -> Plan:
    """Return the plan of a parsed note, with the states of its links by the position of the mention."""
    edits = rewriter.plan_edits(note, states)
    return Plan(edits, rewriter.placed_files(note, states, edits))


class NotePlans:
    """The plans of the notes as they are, from the link database if nothing that they depend on has changed."""

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering

    def plan(self, file: NoteFile) -> Plan:
        """Return the plan of a note."""
        digest, text = self._rendering.store.fragments(file.path).get(__name__, ("", ""))
        if digest and self._rendering.is_registered(file) and digest in self._digester.digests(file):
            saved = json.loads(text)
            return Plan(tuple(map(from_record, saved["edits"])), saved["files"])
        note = self._rendering.notes_folder.parse(file)
        return plan_note(note, self._rendering.link_states(note), self._rewriter)

    def files(self, file: NoteFile, edits: tuple[Edit, ...]) -> dict[str, str]:
        """Return the files beside a note that some of its edits make it show."""
        if not edits or self._rendering.places is None:
            return {}
        note = self._rendering.notes_folder.parse(file)
        return self._rewriter.placed_files(note, self._rendering.link_states(note), edits)

    @cached_property
    def _listed(self) -> list[Listed]:
        return list_notes(self._rendering)

    @cached_property
    def _digester(self) -> NoteDigester:
        states = StoreDigests.read(self._rendering, build_index(self._rendering))
        return NoteDigester(self._rendering, states.notes, self._listed)

    @cached_property
    def _rewriter(self) -> NoteRewriter:
        from pipelines.rewriting.note_rewriter import NoteRewriter

        return NoteRewriter(self._rendering, self._rendering.notes_folder.folder, self._listed)
