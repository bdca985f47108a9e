"""Render outputs from the link database and the notes, without sending requests.

Each output is a module. Links and notes are read once for all outputs. A module has one or more of these functions:

- `by_link(rendering)`: a context manager; its value is called with each link, dead links first, and its locations;
- `by_links(rendering)`: the same for frames of many links, see `pipelines.reports.frames.links.link_table`;
- `by_note(rendering)`: a context manager; its value is called with the result of `note_fragment(planned, rendering)` of
  each note, in the order of the paths. These are JSON values, saved in the link database until the note changes;
- `by_notes(rendering)`: the same for batches of many notes, see `pipelines.reports.frames.entries.NoteBatch`;
- `render(rendering)`: reads what it needs itself.

The value of a context manager with nothing to do is None. An output with the names of its inputs in `INPUTS` (`LINKS`,
`PAPERS`, `NOTES`) and those of its files in `FILES` is rendered again only if an input or a file has changed. `LINKS`
includes the verdicts of the previous run, but not the times of runs. The same inputs give the same bytes. An output
with `SHOWS_CHANGES = True` differs between runs although no link has changed since: it shows what changed in this run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from crawler.kinds.registry import link_of
from crawler.models.link import LinkState
from crawler.run.image_places import give_places
from crawler.run.workspace import source_digest
from pipelines.reports.digests import LINKS, NOTES, PAPERS, NoteDigester, StoreDigests, notes_digest
from pipelines.reports.planned_notes import NotePlanner, build_index
from pipelines.rewriting.in_place.journal import Journal
from pipelines.rewriting.note_rewriter import stored_image_name
from pipelines.venues.citation_stage import link_states_with_venues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import ModuleType
    from typing import Any

    import pandas as pd

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.layout.places import ImagePlaces
    from crawler.images.store import ImageStore
    from crawler.models.edit import Edit
    from crawler.models.note import Note
    from crawler.models.note_file import NoteFile
    from crawler.notes.files.folder import NotesFolder
    from crawler.run.workspace import Workspace
    from crawler.store.link_store import LinkStore
    from crawler.store.registered_notes import RegisteredNote
    from pipelines.reports.frames.entries import NoteBatch
    from pipelines.reports.processes.plans import Ahead
    from pipelines.rewriting.index.editor import Listed

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
            webp_width=options.images.webp_width,
            shown=options.images.shown,
            past_edits=Journal(options.output_dir).past_edits(),
            places=workspace.image_places(),
            registered=workspace.store.registered_notes(),
        )

    @property
    def of_originals(self) -> Rendering:
        """The same for what shows saved images themselves, not their copies."""
        return replace(self, webp_width=0, shown=frozenset())

    def is_registered(self, file: NoteFile) -> bool:
        """Return whether the mentions of a note were registered from the same bytes."""
        registered = self.registered.get(file.path)
        return registered is not None and registered.digest == source_digest(file)

    def link_states(self, note: Note) -> dict[int, LinkState]:
        """Return the states of the links of a note, by the position of the mention in `Note.mentions`."""
        if self.is_registered(note.as_file):
            by_offset = self.store.link_states_in(note.path)
            found = {at: by_offset[each.start] for at, each in enumerate(note.mentions) if each.start in by_offset}
        else:
            links = {at: link_of(each.url, note.path, each.role) for at, each in enumerate(note.mentions)}
            by_url = self.store.link_states_of(link.url for link in links.values() if link is not None)
            found = {at: by_url[link.url] for at, link in links.items() if link is not None and link.url in by_url}
        known = link_states_with_venues(self.store, {each.link.url: each for each in found.values()})
        return {at: known[state.link.url] for at, state in found.items()}


def render(rendering: Rendering, *outputs: ModuleType, ahead: Ahead | None = None) -> None:
    """Render the outputs whose inputs have changed: read the links once, then the notes.

    `ahead` plans changed notes in other processes. Raises UserError if the notes cannot all be read, before any output
    is removed.
    """
    rendering.notes_folder.ensure_complete()
    publish = _Publish(rendering, outputs, ahead)
    publish.render_by_link()
    publish.render_by_note()
    publish.render_rest()
    publish.save()


class _Publish:
    """One rendering of outputs."""

    def __init__(self, rendering: Rendering, outputs: Sequence[ModuleType], ahead: Ahead | None) -> None:
        self._outputs = outputs
        self._ahead = ahead
        if not rendering.registered:
            rendering = replace(rendering, registered=rendering.store.registered_notes())
        self._index = build_index(rendering)
        self._store_digests = StoreDigests.read(rendering, self._index)
        self._digests = {LINKS: self._store_digests.links, PAPERS: self._store_digests.papers}
        self._rendering = replace(rendering, digests=self._digests)
        self._rendered = rendering.store.rendered_outputs()

    def render_by_link(self) -> None:
        """Call outputs with each link. This comes before the notes, which show the copies of images made here."""
        with ExitStack() as stack:
            stale = [each for each in self._outputs if not self._is_current(each)]
            of_links = [
                stack.enter_context(each.by_link(self._rendering)) for each in stale if hasattr(each, "by_link")
            ]
            takers = [taker for taker in of_links if taker]
            if of_frames := [each for each in stale if hasattr(each, "by_links")]:
                from pipelines.reports.frames.links import link_batches

                frame_takers = [stack.enter_context(each.by_links(self._rendering)) for each in of_frames]
                takers.append(stack.enter_context(link_batches(frame_takers)))
            for state, places in self._rendering.store.link_states() if takers else ():
                for take in takers:
                    take(state, places)

    def render_by_note(self) -> None:
        """Call outputs with their fragment of each note."""
        rendering, outputs = self._rendering, [each for each in self._outputs if hasattr(each, "note_fragment")]
        if not outputs:
            return
        place_images(rendering, saves=True)  # after the thumbnails, which notes show
        digester = NoteDigester(rendering, self._store_digests.notes, list_notes(rendering))
        sources = rendering.notes_folder.sources()
        self._digests[NOTES] = notes_digest(digest for file in sources for digest in digester.digests(file))
        with ExitStack() as stack:
            stale = [each for each in outputs if not self._is_current(each)]
            of_one = [each for each in stale if hasattr(each, "by_note")]
            entered = [(each.note_fragment.__module__, stack.enter_context(each.by_note(rendering))) for each in of_one]
            takers = [(name, take) for name, take in entered if take]
            takers += self._takers_of_many(stack, [each for each in stale if hasattr(each, "by_notes")])
            if takers:
                wait = stack.enter_context(self._planned_ahead(digester, outputs))
                planner = NotePlanner(rendering, outputs, digester.listed, self._index)
                for note in planner.plan_all(digester, wait):
                    for name, take in takers:
                        take(NoteFragment(note.file, note.by_module[name]))
            rendering.notes_folder.ensure_complete()

    def _planned_ahead(
        self, digester: NoteDigester, outputs: Sequence[ModuleType]
    ) -> AbstractContextManager[Callable[[str], None]]:
        """Let other processes plan notes, where they can see the same images; see `Ahead.start`."""
        image_store = self._rendering.image_store
        if self._ahead is None or not image_store.is_local or image_store.unavailable_reason:
            return nullcontext(lambda _: None)
        names = sorted({each.note_fragment.__module__ for each in outputs})
        return self._ahead.start(self._rendering.store, names, digester.versions, digester.listed, self._index)

    def _takers_of_many(self, stack: ExitStack, outputs: Sequence[ModuleType]) -> Iterator[tuple[str, TakeNote]]:
        """Yield what gives fragments of notes in batches to outputs, unless none of them needs any."""
        entered = [stack.enter_context(each.by_notes(self._rendering)) for each in outputs]
        if takers := [take for take in entered if take]:
            from pipelines.reports.frames.entries import note_batches

            yield outputs[0].note_fragment.__module__, stack.enter_context(note_batches(takers))

    def render_rest(self) -> None:
        """Call outputs that read their inputs themselves."""
        for each in self._outputs:
            if hasattr(each, "render") and not self._is_current(each):
                each.render(self._rendering)

    def save(self) -> None:
        """Save the digests of the inputs of all outputs."""
        rendered = {
            each.__name__: (digest, self._files(each)) for each in self._outputs if (digest := self._digest(each))
        }
        self._rendering.store.save_rendered_outputs(rendered)

    def _is_current(self, output: ModuleType) -> bool:
        """Return whether neither the inputs nor the files of an output have changed since it was rendered."""
        digest, files = self._rendered.get(output.__name__, ("", {}))
        return digest != "" and digest == self._digest(output) and files == self._files(output)

    def _digest(self, output: ModuleType) -> str:
        """Return the digest of the inputs of an output; empty if it does not name them."""
        inputs = getattr(output, "INPUTS", ())
        return " ".join(self._digests.get(name, "") for name in inputs)

    def _files(self, output: ModuleType) -> dict[str, list[int] | None]:
        """Return size in bytes and modification time in ns of the files of an output, None for a missing file."""
        return {name: _stamp(self._rendering.output_dir / name) for name in getattr(output, "FILES", ())}


def _stamp(file: Path) -> list[int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def place_images(rendering: Rendering, *, saves: bool) -> None:
    """Give new images their places beside the notes, and save these if `saves`."""
    places, store = rendering.places, rendering.store
    if places is not None:
        shown_name = partial(stored_image_name, rendering)
        give_places(places, store, rendering.image_store, shown_name, datetime.now(UTC).date())
        if saves:
            store.save_image_places(places.new)


def list_notes(rendering: Rendering) -> list[Listed]:
    """Return path, title and date of all notes; none if index pages are not to be completed."""
    if "index" not in rendering.rewrite:
        return []
    return [_listed(rendering, file) for file in rendering.notes_folder.sources()]


def _listed(rendering: Rendering, file: NoteFile) -> Listed:
    """Return path, title and date of a note; parse it if it has changed since it was registered."""
    if rendering.is_registered(file):
        registered = rendering.registered[file.path]
        return file.path, registered.title, registered.day
    note = rendering.notes_folder.parse(file)
    return file.path, note.title, note.date
