"""What users get: each module here is one output, rendered from the store and the notes without crawling.

What an output needs is read once for all of them. It has one of these functions, or several:

- `by_link(rendering)`: a context manager whose value is called with each link, worst first, and its places;
- `by_links(rendering)`: the same for frames of many links, see `pipelines.reports.frames.links.link_table`;
- `by_note(rendering)`: a context manager whose value is called with what `note_fragment(planned, rendering)` returned
  for each note, by path: values that JSON can have, kept in the store for as long as nothing changes in the note;
- `render(rendering)`: writes what is read in another order.

A context manager that has nothing to do gives None. An output that says in `INPUTS` what it is rendered from (`LINKS`,
`PAPERS`, `NOTES`) and in `FILES` what it writes is left as it is while neither changes. Rendering twice gives the same
bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.kinds.registry import link_of
from crawler.models.link import LinkState
from crawler.notes.parser import parse_note
from crawler.run.workspace import source_digest
from pipelines.reports.digests import LINKS, NOTES, PAPERS, NoteDigester, StoreDigests, notes_digest
from pipelines.reports.planned_notes import NotePlanner, build_index
from pipelines.venues.citation_stage import link_states_with_venues

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType
    from typing import Any

    import pandas as pd

    from crawler.images.store import ImageStore
    from crawler.models.edit import Edit
    from crawler.models.note import Note
    from crawler.notes.folder import NotesFolder
    from crawler.store.link_store import LinkStore
    from crawler.store.registered_notes import RegisteredNote
    from pipelines.rewriting.index.editor import Listed

TakeLink = Callable[[LinkState, tuple[str, ...]], None]
TakeLinks = Callable[["pd.DataFrame"], None]


@dataclass(frozen=True, slots=True)
class NoteFragment:
    """What an output has of a note: the value of its `note_fragment`. `data` are the bytes of the note."""

    path: str
    data: bytes
    value: Any


TakeNote = Callable[[NoteFragment], None]
"""What `by_link`, `by_links` and `by_note` give."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What an output is rendered from, and where to.

    `gallery` is where the pictures are. `rewrite` says what may be edited in notes, by the names of REWRITE. Pictures
    wider than `webp_width` pixels are shown as a WebP of that width; 0 means that none are. `past_edits` has the edits
    that earlier runs made in the user's own notes, by note and run. `digests` are those of what `INPUTS` names.
    """

    notes_folder: NotesFolder
    store: LinkStore
    output_dir: Path
    image_store: ImageStore
    rewrite: frozenset[str]
    webp_width: int = 0
    past_edits: Mapping[str, Sequence[Sequence[Edit]]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def link_states(self, note: Note) -> dict[int, LinkState]:
        """Return what is known of the note's links, by the position of the mention in `Note.mentions`."""
        urls = {
            position: link.url
            for position, mention in enumerate(note.mentions)
            if (link := link_of(mention.url, note.path, mention.role)) is not None
        }
        known = link_states_with_venues(self.store, self.store.link_states_of(set(urls.values())))
        return {position: known[url] for position, url in urls.items() if url in known}


def render(rendering: Rendering, *outputs: ModuleType) -> None:
    """Render outputs: links are gone through once, then notes; what was rendered from the same things is kept.

    Raises UserError where not all notes can be looked at, before anything is removed on that account.
    """
    rendering.notes_folder.ensure_complete()
    publish = _Publish(rendering, outputs)
    publish.render_by_link()
    publish.render_by_note()
    publish.render_rest()
    publish.save()


class _Publish:
    """One rendering of some outputs."""

    def __init__(self, rendering: Rendering, outputs: Sequence[ModuleType]) -> None:
        self._outputs = outputs
        self._index = build_index(rendering.store)
        self._store_digests = StoreDigests.read(rendering, self._index)
        self._digests = {LINKS: self._store_digests.links, PAPERS: self._store_digests.papers}
        self._rendering = replace(rendering, digests=self._digests)
        self._rendered = rendering.store.rendered_outputs()

    def render_by_link(self) -> None:
        """Call outputs with each link; before the notes, which show the thumbnails that one of them makes."""
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
        """Call outputs with what they have of each note."""
        rendering, outputs = self._rendering, [each for each in self._outputs if hasattr(each, "by_note")]
        if not outputs:
            return
        digester = NoteDigester(rendering, self._store_digests.notes, list_notes(rendering))
        sources = rendering.notes_folder.sources()
        self._digests[NOTES] = notes_digest(digest for source in sources for digest in digester.digests(*source))
        with ExitStack() as stack:
            stale = [each for each in outputs if not self._is_current(each)]
            entered = [(each.note_fragment.__module__, stack.enter_context(each.by_note(rendering))) for each in stale]
            takers = [(name, take) for name, take in entered if take]
            for note in NotePlanner(rendering, outputs, digester, self._index).plan_all() if takers else ():
                for name, take in takers:
                    take(NoteFragment(note.path, note.data, note.by_module[name]))
            rendering.notes_folder.ensure_complete()

    def render_rest(self) -> None:
        """Let outputs read what they need in an order of their own."""
        for each in self._outputs:
            if hasattr(each, "render") and not self._is_current(each):
                each.render(self._rendering)

    def save(self) -> None:
        """Remember what outputs were rendered from."""
        known = {each.__name__: (digest, self._files(each)) for each in self._outputs if (digest := self._digest(each))}
        self._rendering.store.save_rendered_outputs(known)

    def _is_current(self, output: ModuleType) -> bool:
        """Return whether an output would be rendered from what it was rendered from, and nobody touched its files."""
        digest, files = self._rendered.get(output.__name__, ("", {}))
        return digest != "" and digest == self._digest(output) and files == self._files(output)

    def _digest(self, output: ModuleType) -> str:
        """Return the digest of all that an output says it is rendered from; empty where it says nothing."""
        inputs = getattr(output, "INPUTS", ())
        return " ".join(self._digests.get(name, "") for name in inputs)

    def _files(self, output: ModuleType) -> dict[str, list[int] | None]:
        """Return size and modification time of an output's files, by name; None where there is none."""
        return {name: _stamp(self._rendering.output_dir / name) for name in getattr(output, "FILES", ())}


def _stamp(file: Path) -> list[int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def list_notes(rendering: Rendering) -> list[Listed]:
    """Return path, title and date of all notes, where index pages are completed."""
    if "index" not in rendering.rewrite:
        return []
    registered = rendering.store.registered_notes()
    return [_listed(path, data, registered.get(path)) for path, data in rendering.notes_folder.sources()]


def _listed(path: str, data: bytes, registered: RegisteredNote | None) -> Listed:
    if registered is not None and registered.digest == source_digest(data):
        return path, registered.title, registered.day
    note = parse_note(path, data)
    return path, note.title, note.date
