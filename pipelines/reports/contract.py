"""The contract of an output: a module that renders files from the link database and the notes, without requests.

Each module in OUTPUTS is an output. It has one or more of these functions; `pipelines.reports.render` reads links and
notes once for all outputs, and calls them:

- `by_link(rendering)`: a context manager; its value is called with each link, dead links first, and the locations of
  its mentions (`path:line`); at its end, after the last link, it may write the file;
- `by_links(rendering)`: the same for frames of many links, see `pipelines.reports.frames.links.link_table`;
- `note_fragment(planned, rendering)`: what the output needs of a planned note, as JSON values. They are saved in the
  link database until the note changes, so it is not called for each note in each run. Outputs may share the function;
- `by_note(rendering)`: a context manager; its value is called with the result of `note_fragment` of each note, in the
  order of the paths;
- `by_notes(rendering)`: the same for batches of many notes, see `pipelines.reports.frames.entries.NoteBatch`;
- `render(rendering)`: reads what it needs itself.

The value of a context manager with nothing to do is None. The module also has one constant, and may have two more:

- `FILES`: the names of its files in the output folder; pages for users name them all, see `tests/docs/test_docs.py`;
- `INPUTS`: the names of its inputs (`LINKS`, `PAPERS`, `NOTES`, `RUN`, `LANGUAGE`). An output with `INPUTS` is
  rendered again only if an input or a file has changed; one of this program is imported only then. The same inputs give
  the same bytes. `LINKS` includes the verdicts at the start of the last run, but not the times of runs;
- `SHOWS_CHANGES = True`: its files show what changed in this run, so they differ between runs although no link has
  changed since. Only tests read this: the files of all other outputs must not differ after such a run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from crawler.globs import first_match
from crawler.kinds.registry import link_of
from crawler.models.link import LinkState
from crawler.run.workspace import source_digest
from pipelines.rewriting.in_place.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pandas as pd

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.layout.places import ImagePlaces
    from crawler.images.store import ImageStore
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Note
    from crawler.models.notes.note_file import NoteFile
    from crawler.notes.files.folder import NotesFolder
    from crawler.run.workspace import Workspace
    from crawler.store.link_store import LinkStore
    from crawler.store.notes.registered_notes import RegisteredNote
    from crawler.store.reading.reader import StoreReader
    from pipelines.reports.frames.entries import NoteBatch
    from pipelines.reports.planning.planned_notes import PlannedNote
    from pipelines.works.works import Work

LINKS, PAPERS, NOTES, RUN, LANGUAGE = "links", "papers", "notes", "run", "language"
"""Inputs of outputs: the states of all links; papers with their venues; planned notes; which run was the last, and how
the report opens notes; the language of the environment, for outputs in one language."""

TakeLink = Callable[[LinkState, tuple[str, ...]], None]
TakeLinks = Callable[["pd.DataFrame"], None]


@dataclass(frozen=True, slots=True)
class NoteFragment:
    """The value that `note_fragment` of an output returned for a note."""

    file: NoteFile
    value: Any


TakeNote = Callable[[NoteFragment], None]
TakeNotes = Callable[["NoteBatch"], None]
"""Values of the context managers `by_link`, `by_links`, `by_note` and `by_notes`."""


@runtime_checkable
class LinkOutput(Protocol):
    """An output that is called with each link."""

    def by_link(self, rendering: Rendering, /) -> AbstractContextManager[TakeLink | None]:
        """Return what takes each link and the locations of its mentions."""


@runtime_checkable
class LinkFrameOutput(Protocol):
    """An output that is called with frames of many links."""

    def by_links(self, rendering: Rendering, /) -> AbstractContextManager[TakeLinks]:
        """Return what takes frames of links."""


@runtime_checkable
class FragmentOutput(Protocol):
    """An output that needs something of each planned note."""

    def note_fragment(self, planned: PlannedNote, rendering: Rendering, /) -> Any:
        """Return what the output needs of a note, as JSON values."""


@runtime_checkable
class NoteOutput(FragmentOutput, Protocol):
    """An output that is called with the fragment of each note."""

    def by_note(self, rendering: Rendering, /) -> AbstractContextManager[TakeNote | None]:
        """Return what takes the fragment of each note."""


@runtime_checkable
class NoteBatchOutput(FragmentOutput, Protocol):
    """An output that is called with the fragments of many notes."""

    def by_notes(self, rendering: Rendering, /) -> AbstractContextManager[TakeNotes | None]:
        """Return what takes batches of fragments."""


@runtime_checkable
class WholeOutput(Protocol):
    """An output that reads what it needs itself."""

    def render(self, rendering: Rendering, /) -> None:
        """Write the files of the output."""


class WorkList:
    """The works that notes mention: joined once for all that needs them, since the metadata of all papers is read."""

    def __init__(self) -> None:
        self._works: list[Work] | None = None

    def read(self, store: StoreReader) -> list[Work]:
        """Return the works in the order of kinds and identities; `store` is the same in each call."""
        if self._works is None:
            from pipelines.works.described import read_works

            self._works = read_works(store)
        return self._works


@dataclass(frozen=True, slots=True)
class Rendering:
    """The inputs of outputs, and the folder to write to.

    `rewrite` has the names of REWRITE. Images wider than `webp_width` pixels are shown as WebP copies of that width; 0
    for no such copies. `shown` has the words of IMAGES_SHOW. `past_edits` are the edits that earlier runs made in the
    original notes, by note and run. `digests` are the digests of the inputs, by their names in `INPUTS`.
    """

    notes_folder: NotesFolder
    store: LinkStore
    output_dir: Path
    image_store: ImageStore
    rewrite: frozenset[str]
    webp_width: int = 0
    shown: frozenset[str] = frozenset()
    past_edits: Mapping[str, Sequence[Sequence[Edit]]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    places: ImagePlaces | None = None
    """The places of images beside the notes; None if notes show the files of the image store."""
    registered: Mapping[str, RegisteredNote] = field(default_factory=dict)
    """The notes whose mentions are registered, by path: the links of a note that is the same are not searched again."""
    works: WorkList = field(default_factory=WorkList, repr=False)
    """The works, read once each time that outputs are rendered."""
    editor: str = ""
    """The URL with which the report opens a note in the user's editor; empty for none."""
    rewrites: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What `rewrite` is for some notes, by glob of their paths: the first that matches counts."""

    @classmethod
    def open(cls, options: CrawlOptions, workspace: Workspace) -> Rendering:
        """Return the inputs of a run."""
        workspace.image_store.connect()
        return cls(
            notes_folder=workspace.notes_folder,
            store=workspace.store,
            output_dir=options.output_dir,
            image_store=workspace.image_store,
            rewrite=options.publishing.rewrite,
            rewrites=options.publishing.rewrites,
            webp_width=options.images.webp_width,
            shown=options.images.shown,
            past_edits=Journal(options.output_dir).past_edits(),
            places=workspace.image_places(),
            registered=workspace.store.registered_notes(),
            editor=options.publishing.editor,
        )

    @property
    def of_originals(self) -> Rendering:
        """The same for what shows saved images themselves, not their copies."""
        return replace(self, webp_width=0, shown=frozenset())

    def rewrite_of(self, path: str) -> frozenset[str]:
        """Return the names in REWRITE for a note."""
        found = first_match(path, self.rewrites)
        return self.rewrite if found is None else found[1]

    def is_registered(self, file: NoteFile) -> bool:
        """Return whether the mentions of a note were registered from the same bytes."""
        registered = self.registered.get(file.path)
        return registered is not None and registered.digest == source_digest(file)

    def link_states(self, note: Note) -> dict[int, LinkState]:
        """Return the states of the links of a note, by the position of the mention in `Note.mentions`."""
        from pipelines.venues.known_records import link_states_with_records

        if self.is_registered(note.as_file):
            return states_by_position(note, self.registered_link_states([note.path])[note.path])
        links = {at: link_of(each.url, note.path, each.role) for at, each in enumerate(note.mentions)}
        by_url = self.store.link_states_of(link.url for link in links.values() if link is not None)
        known = link_states_with_records(self.store, by_url)
        return {at: known[link.url] for at, link in links.items() if link is not None and link.url in known}

    def registered_link_states(self, notes: Collection[str]) -> dict[str, dict[int, LinkState]]:
        """Return the states of the links of registered notes, by path and by the offset of each mention."""
        from pipelines.venues.known_records import link_states_with_records

        found = self.store.link_states_in(notes)
        states = (state for by_offset in found.values() for state in by_offset.values())
        known = link_states_with_records(self.store, {state.link.url: state for state in states})
        return {
            note: {start: known[state.link.url] for start, state in by_offset.items()}
            for note, by_offset in found.items()
        }


def states_by_position(note: Note, by_offset: Mapping[int, LinkState]) -> dict[int, LinkState]:
    """Return the states of the links of a note, by the position of the mention in `Note.mentions`."""
    return {at: by_offset[each.start] for at, each in enumerate(note.mentions) if each.start in by_offset}
