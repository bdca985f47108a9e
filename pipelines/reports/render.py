"""Render outputs from the link database and the notes, without sending requests.

Links and notes are read once for all outputs; `pipelines.reports.contract` says what an output is.
"""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.reports.contract import (
    LINKS,
    NOTES,
    PAPERS,
    RUN,
    FragmentOutput,
    LinkFrameOutput,
    LinkOutput,
    NoteBatchOutput,
    NoteFragment,
    NoteOutput,
    WholeOutput,
)
from pipelines.reports.planning.digests import NoteDigester, StoreDigests, notes_digest, run_digest
from pipelines.reports.planning.planned_notes import NotePlanner, build_index
from pipelines.reports.planning.preparation import list_notes, place_images
from pipelines.works.described import WorkList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import ModuleType

    from pipelines.reports.contract import Rendering, TakeLink, TakeNote
    from pipelines.reports.planning.plans import Ahead


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
        registered = rendering.registered or rendering.store.registered_notes()
        rendering = replace(rendering, registered=registered, works=WorkList())
        self._index = build_index(rendering)
        self._store_digests = StoreDigests.read(rendering, self._index)
        of_store = self._store_digests
        self._digests = {LINKS: of_store.links, PAPERS: of_store.papers, RUN: run_digest(rendering)}
        self._rendering = replace(rendering, digests=self._digests)
        self._rendered = rendering.store.rendered_outputs()

    def render_by_link(self) -> None:
        """Call outputs with each link. This comes before the notes, which show the copies of images made here."""
        with ExitStack() as stack:
            takers = list(self._link_takers(stack))
            for state, locations in self._rendering.store.link_states() if takers else ():
                for take in takers:
                    take(state, locations)

    def _link_takers(self, stack: ExitStack) -> Iterator[TakeLink]:
        """Yield what gives links to the outputs that need them."""
        stale = [output for output in self._outputs if not self._is_current(output)]
        for output in stale:
            if isinstance(output, LinkOutput) and (take := stack.enter_context(output.by_link(self._rendering))):
                yield take
        if of_frames := [output for output in stale if isinstance(output, LinkFrameOutput)]:
            from pipelines.reports.frames.links import link_batches

            frame_takers = [stack.enter_context(output.by_links(self._rendering)) for output in of_frames]
            yield stack.enter_context(link_batches(frame_takers))

    def render_by_note(self) -> None:
        """Call outputs with their fragment of each note."""
        rendering = self._rendering
        outputs = [output for output in self._outputs if isinstance(output, FragmentOutput)]
        if not outputs:
            return
        place_images(rendering, saves=True)  # after the thumbnails, which notes show
        digester = NoteDigester(rendering, self._store_digests.notes, list_notes(rendering))
        sources = rendering.notes_folder.sources()
        self._digests[NOTES] = notes_digest(digest for file in sources for digest in digester.digests(file))
        with ExitStack() as stack:
            stale = [output for output in outputs if not self._is_current(output)]
            takers = list(self._note_takers(stack, stale))
            if takers:
                wait = stack.enter_context(self._planned_ahead(digester, outputs))
                planner = NotePlanner(rendering, outputs, digester.listed, self._index)
                for note in planner.plan_all(digester, wait):
                    for name, take in takers:
                        take(NoteFragment(note.file, note.by_module[name]))
            rendering.notes_folder.ensure_complete()

    def _note_takers(self, stack: ExitStack, outputs: Sequence[FragmentOutput]) -> Iterator[tuple[str, TakeNote]]:
        """Yield what gives fragments to the outputs that need them, with the module of their `note_fragment`."""
        for output in outputs:
            if isinstance(output, NoteOutput) and (take := stack.enter_context(output.by_note(self._rendering))):
                yield output.note_fragment.__module__, take
        of_batches = [output for output in outputs if isinstance(output, NoteBatchOutput)]
        entered = [stack.enter_context(output.by_notes(self._rendering)) for output in of_batches]
        if batch_takers := [take for take in entered if take]:
            from pipelines.reports.frames.entries import note_batches

            yield of_batches[0].note_fragment.__module__, stack.enter_context(note_batches(batch_takers))

    def _planned_ahead(
        self, digester: NoteDigester, outputs: Sequence[FragmentOutput]
    ) -> AbstractContextManager[Callable[[str], None]]:
        """Let other processes plan notes, where they can see the same images; see `Ahead.start`."""
        image_store = self._rendering.image_store
        if self._ahead is None or not image_store.is_local or image_store.unavailable_reason:
            return nullcontext(lambda _: None)
        names = sorted({output.note_fragment.__module__ for output in outputs})
        return self._ahead.start(self._rendering.store, names, digester.versions, digester.listed, self._index)

    def render_rest(self) -> None:
        """Call outputs that read their inputs themselves."""
        for output in self._outputs:
            if isinstance(output, WholeOutput) and not self._is_current(output):
                output.render(self._rendering)

    def save(self) -> None:
        """Save the digests of the inputs of all outputs."""
        rendered = {
            output.__name__: (digest, self._files(output))
            for output in self._outputs
            if (digest := self._digest(output))
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
