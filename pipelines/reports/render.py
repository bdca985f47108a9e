"""Render outputs from the link database and the notes, without sending requests.

Links and notes are read once for all outputs; `pipelines.reports.contract` says what an output is.
"""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.messages import language
from pipelines.reports.contract import (
    LANGUAGE,
    LINKS,
    NOTES,
    PAPERS,
    RUN,
    LinkFrameOutput,
    LinkOutput,
    NoteBatchOutput,
    NoteFragment,
    NoteOutput,
    WholeOutput,
    WorkList,
)
from pipelines.reports.planning.digests import NoteDigester, StoreDigests, notes_digest, run_digest
from pipelines.reports.planning.index import build_index
from pipelines.reports.planning.outputs import Outputs, fragment_outputs
from pipelines.reports.planning.preparation import list_notes, place_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from types import ModuleType

    from pipelines.reports.contract import FragmentOutput, Rendering, TakeLink, TakeNote
    from pipelines.reports.planning.plans import Ahead


def render(rendering: Rendering, *outputs: ModuleType | str, ahead: Ahead | None = None) -> None:
    """Render the outputs whose inputs have changed: read the links once, then the notes.

    An output by name is imported only if it is rendered. `ahead` plans changed notes in other processes. Raises
    UserError if the notes cannot all be read, before any output is removed.
    """
    rendering.notes_folder.ensure_complete()
    publish = _Publish(rendering, outputs, ahead)
    publish.render_by_link()
    publish.render_by_note()
    publish.render_rest()
    publish.save()


class _Publish:
    """One rendering of outputs."""

    def __init__(self, rendering: Rendering, outputs: Sequence[ModuleType | str], ahead: Ahead | None) -> None:
        self._ahead = ahead
        registered = rendering.registered or rendering.store.registered_notes()
        rendering = replace(rendering, registered=registered, works=WorkList())
        self._index = build_index(rendering)
        self._store_digests = StoreDigests.read(rendering, self._index)
        of_store = self._store_digests
        self._digests = {
            LINKS: of_store.links,
            PAPERS: of_store.papers,
            RUN: run_digest(rendering),
            LANGUAGE: language(),
        }
        self._rendering = replace(rendering, digests=self._digests)
        self._outputs = Outputs(rendering.store, rendering.output_dir, outputs, self._digests)

    def render_by_link(self) -> None:
        """Call outputs with each link. This comes before the notes, which show the copies of images made here."""
        with ExitStack() as stack:
            takers = list(self._link_takers(stack))
            for state, locations in self._rendering.store.link_states() if takers else ():
                for take in takers:
                    take(state, locations)

    def _link_takers(self, stack: ExitStack) -> Iterator[TakeLink]:
        """Yield what gives links to the outputs that need them."""
        stale = self._outputs.changed()
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
        if not self._outputs.use_notes:
            return
        place_images(rendering, saves=True)  # after the thumbnails, which notes show
        digester = NoteDigester(rendering, self._store_digests.notes, list_notes(rendering))
        sources = rendering.notes_folder.sources()
        self._digests[NOTES] = notes_digest(digest for file in sources for digest in digester.digests(file))
        with ExitStack() as stack:
            outputs = list(fragment_outputs(self._outputs.changed()))
            takers = list(self._note_takers(stack, outputs))
            if takers:
                from pipelines.reports.planning.planned_notes import NotePlanner

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
        for output in self._outputs.changed():
            if isinstance(output, WholeOutput):
                output.render(self._rendering)

    def save(self) -> None:
        """Save the digests of the inputs of all outputs."""
        self._outputs.save()
