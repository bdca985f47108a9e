"""What is edited in a note, all told: where its pictures will be seen from, and what a person took back before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.images.store import thumbnail_name
from crawler.models.reason import ReasonCode
from pipelines.rewriting import link_edits
from pipelines.rewriting.index.editor import index_edits
from pipelines.rewriting.reverted_edits import without_reverted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from crawler.models.edit import Edit
    from crawler.models.link import LinkState
    from crawler.models.metadata import Picture
    from crawler.models.note import Note
    from pipelines.reports.base import Rendering
    from pipelines.rewriting.index.editor import Listed


class NoteRewriter:
    """Finds the edits of notes that will lie in `folder`, at the same relative paths as in NOTES_DIR.

    `listed` are all notes, where index pages are completed.
    """

    def __init__(self, rendering: Rendering, folder: Path, listed: Sequence[Listed]) -> None:
        self._rendering = rendering
        self._folder = folder.resolve()  # as the place of the pictures: `..` leads back from where links lead
        self._notes = listed

    def plan_edits(self, note: Note, states: Mapping[int, LinkState]) -> tuple[Edit, ...]:
        """Return the edits of a note whose links have these standings, in order and without overlap."""

        def hosted(picture: Picture) -> str | None:
            return stored_image_url(self._rendering, picture.title, (self._folder / note.path).parent)

        image_store = self._rendering.image_store
        states = {at: known for at, known in states.items() if not image_store.is_own_url(known.link.url)}
        wanted = link_edits.plan_edits(note, states, hosted, self._rendering.rewrite)
        made = self._rendering.past_edits.get(note.path, ())
        edits = without_reverted(note.data, wanted, made)
        if not self._notes:
            return edits
        return tuple(sorted([*edits, *self._index_edits(note, states, made)], key=lambda edit: (edit.start, edit.end)))

    def _index_edits(
        self, note: Note, states: Mapping[int, LinkState], made: Sequence[Sequence[Edit]]
    ) -> Iterator[Edit]:
        """Yield what completes an index page, but for notes that a mended link of it leads to or a person took out."""
        meant = {state.suggestion[0] for state in states.values() if state.suggestion is not None}
        entries = (edit for run in made for edit in run if edit.reason.code is ReasonCode.EDIT_INDEX_ENTRY)
        once = [f", {edit.evidence}, " for edit in entries]
        taken_out = {path for path, _, _ in self._notes if any(f", {path}, " in paths for paths in once)}
        edits = index_edits(note, self._notes, meant | taken_out)
        dated = [edit for edit in edits if edit.reason.code is ReasonCode.EDIT_INDEX_DATE]
        kept = without_reverted(note.data, dated, made)
        yield from (edit for edit in edits if edit not in dated or edit in kept)


def stored_image_url(rendering: Rendering, title: str, folder: Path) -> str | None:
    """Return the URL of a stored image as seen from a folder (links resolved); None if it is not there any more.

    While the pictures' place cannot be asked, what is known to be kept there is taken to be there.
    """
    image_store, width = rendering.image_store, rendering.webp_width
    names = [thumbnail_name(title, width)] if width else []
    found = next((name for name in names if not image_store.unavailable_reason and image_store.has(name)), title)
    return image_store.public_url(found, folder) if image_store.unavailable_reason or image_store.has(found) else None
