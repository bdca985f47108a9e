"""Parse and plan each changed note once per publish, for all outputs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice, takewhile
from typing import TYPE_CHECKING, Any

from pipelines.reports.contract import states_by_position
from pipelines.reports.planning import saved_plans
from pipelines.reports.planning.digests import changed_notes, source_of
from pipelines.rewriting.edit_list import LINK_EDITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Note
    from crawler.models.notes.note_file import NoteFile
    from pipelines.consistency.cross_references import CrossReferenceIndex
    from pipelines.consistency.finding import Finding
    from pipelines.reports.contract import FragmentOutput, Rendering
    from pipelines.reports.planning.digests import NoteDigester, NoteVersion
    from pipelines.rewriting.index.editor import Listed
    from pipelines.rewriting.note_rewriter import NoteRewriter

BATCH = 100
"""Fragments that are saved at a time."""

READ_BYTES = 500_000
"""Bytes of notes of whose links the states are read at a time."""

_JSON = json.JSONEncoder(ensure_ascii=False)


class PlannedNote:
    """A note with the states of its links, by the position of the mention in `Note.mentions`."""

    def __init__(
        self,
        note: Note,
        states: Mapping[int, LinkState],
        rewriter: NoteRewriter,
        in_place: NoteRewriter,
        index: CrossReferenceIndex,
    ) -> None:
        self.note = note
        self.states = states
        self._rewriter = rewriter
        self._in_place = in_place
        self._index = index

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The edits of its updated copy in the output folder."""
        return self._rewriter.plan_edits(self.note, self.states)

    @property
    def placed_files(self) -> dict[str, str]:
        """The files beside the note that its edits make it show: names in the image store by path."""
        return self._rewriter.placed_files(self.note, self.states, self.edits)

    @property
    def in_place(self) -> saved_plans.Plan:
        """The plan of the note itself, which shows saved images by other URLs."""
        return saved_plans.plan_note(self.note, self.states, self._in_place)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The inconsistencies of the note with its links."""
        from pipelines.consistency.findings import find_inconsistencies

        return tuple(find_inconsistencies(self.note, self.states, self._index))

    @property
    def is_dated(self) -> bool:
        """Whether its edits contain the day of a check."""
        return any(edit.reason.code in LINK_EDITS for edit in self.edits)


@dataclass(frozen=True, slots=True)
class NoteFragments:
    """The fragments of a note, by the module of their `note_fragment`."""

    file: NoteFile
    by_module: Mapping[str, Any]


class NotePlanner:
    """Plans notes for outputs; saved fragments are reused if the digest of the note is the same."""

    def __init__(
        self,
        rendering: Rendering,
        outputs: Sequence[FragmentOutput],
        listed: Sequence[Listed],
        index: CrossReferenceIndex,
    ) -> None:
        self._rendering = rendering
        self._outputs = {each.note_fragment.__module__ for each in outputs}
        functions = [*(each.note_fragment for each in outputs), saved_plans.note_fragment]
        self._note_fragments = {each.__module__: each for each in functions}
        self._index = index
        self._listed = listed
        self._new: list[tuple[str, str, str, str]] = []
        self._versions: Mapping[str, NoteVersion] = {}

    def plan_all(self, digester: NoteDigester, wait: Callable[[str], None] = lambda _: None) -> Iterator[NoteFragments]:
        """Yield the fragments of each note, by path; delete the saved fragments of removed notes.

        `wait` is called with each path first: another process may be planning that note.
        """
        paths = []
        self._versions = digester.versions
        for file in self._rendering.notes_folder.sources():
            paths.append(file.path)
            wait(file.path)
            yield NoteFragments(file, self._fragments(file, digester.digests(file)))
        self._save()
        self._rendering.store.forget_other_fragments(paths)

    def save_fragments(self, versions: Mapping[str, NoteVersion]) -> None:
        """Save the fragments of all notes that are in these versions."""
        self._versions = versions
        for file in self._rendering.notes_folder.sources():
            version = versions[file.path]
            if source_of(file) == version.source:
                self._fragments(file, version.digests)
        self._save()

    def _fragments(self, file: NoteFile, digests: tuple[str, str]) -> dict[str, Any]:
        """Return the fragments of a note by module; new ones are saved later."""
        fragments = self._known_fragments(file.path, digests)
        if fragments is None:
            planned = self._plan(file)
            functions = self._note_fragments.items()
            fragments = {name: note_fragment(planned, self._rendering) for name, note_fragment in functions}
            path, digest = file.path, digests[planned.is_dated]
            self._new += [(path, name, digest, _JSON.encode(each)) for name, each in fragments.items()]
            if len(self._new) >= BATCH:
                self._save()
        return fragments

    def _save(self) -> None:
        self._rendering.store.save_fragments(self._new)
        self._new.clear()

    def _known_fragments(self, path: str, digests: Sequence[str]) -> dict[str, Any] | None:
        """Return the saved fragments of a note; None if one is missing or has another digest."""
        known = self._rendering.store.fragments(path)
        if any(name not in known or known[name][0] not in digests for name in self._note_fragments):
            return None
        return {name: json.loads(known[name][1]) for name in self._outputs}

    @cached_property
    def _rewriters(self) -> tuple[NoteRewriter, NoteRewriter]:
        """What plans notes that have changed: their copies, and the notes themselves."""
        from pipelines.rewriting.note_rewriter import NoteRewriter

        folders = self._rendering.output_dir / "notes", self._rendering.notes_folder.folder
        copies, originals = (NoteRewriter(self._rendering, folder, self._listed) for folder in folders)
        return copies, originals

    @cached_property
    def _upcoming(self) -> _Upcoming:
        names = list(self._note_fragments)
        return _Upcoming(self._rendering, changed_notes(self._rendering.store, names, self._versions))

    def _plan(self, file: NoteFile) -> PlannedNote:
        """Parse a note and return it with its link states."""
        note = self._rendering.notes_folder.parse(file)
        return PlannedNote(note, self._upcoming.link_states(note), *self._rewriters, self._index)


class _Upcoming:
    """The notes that are to be planned, in order: the states of their links are read for some of them at a time."""

    def __init__(self, rendering: Rendering, versions: Mapping[str, NoteVersion]) -> None:
        self._rendering = rendering
        self._sizes = [(path, version.size) for path, version in versions.items() if path in rendering.registered]
        self._place = {path: at for at, (path, _) in enumerate(self._sizes)}
        self._read: dict[str, dict[int, LinkState]] = {}

    def link_states(self, note: Note) -> dict[int, LinkState]:
        """Return the states of the links of a note, by the position of the mention in `Note.mentions`."""
        if note.path not in self._place or not self._rendering.is_registered(note.as_file):
            return self._rendering.link_states(note)
        if note.path not in self._read:
            self._read = self._rendering.registered_link_states(self._next(note.path))
        return states_by_position(note, self._read[note.path])

    def _next(self, path: str) -> list[str]:
        """Return a note and those behind it, up to `READ_BYTES` together."""
        following = islice(self._sizes, self._place[path], None)
        totals = accumulate(following, lambda before, each: (each[0], before[1] + each[1]))
        return [name for name, _ in takewhile(lambda each: each[1] <= READ_BYTES, totals)] or [path]
