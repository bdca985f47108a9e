"""Plan all edits of a note: with URLs of saved images, with index pages, without reverted edits."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.images.saved_urls import is_same_place, saved_name
from crawler.images.store import thumbnail_name
from crawler.models.metadata import Picture
from crawler.models.reason import ReasonCode
from crawler.notes.markdown.wikilinks import wikilink_name
from pipelines.rewriting import link_edits
from pipelines.rewriting.edit_list import writable_edits
from pipelines.rewriting.image_set_edits import without_halves
from pipelines.rewriting.index.editor import index_edits
from pipelines.rewriting.reverted_edits import without_reverted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from crawler.models.edit import Edit
    from crawler.models.link import LinkState
    from crawler.models.note import Note
    from pipelines.reports.base import Rendering
    from pipelines.rewriting.index.editor import Listed


class NoteRewriter:
    """Plans the edits of notes in `folder`, which have the same relative paths as in NOTES_DIR.

    `listed` are all notes if index pages are to be completed, else none.
    """

    def __init__(self, rendering: Rendering, folder: Path, listed: Sequence[Listed]) -> None:
        self._rendering = rendering
        self._folder = folder.resolve()  # as the image store is: relative paths between them must hold across symlinks
        self._listed = listed
        self._uploaded = rendering.store.uploaded_names()

    def plan_edits(self, note: Note, states: Mapping[int, LinkState]) -> tuple[Edit, ...]:
        """Return the edits of a note, sorted by offset and without overlaps.

        `states` are by the position of the mention in `Note.mentions`.
        """

        def image_url(picture: Picture) -> str | None:
            return stored_image_url(self._rendering, picture.title, (self._folder / note.path).parent)

        image_store = self._rendering.image_store
        places = self._image_places(note, states)
        states = {
            at: state
            for at, state in states.items()
            if at not in places and not image_store.is_own_url(state.link.url) and not _is_saved_image(state)
        }
        planned = link_edits.plan_edits(note, states, image_url, self._rendering.rewrite, places)
        past_edits = self._rendering.past_edits.get(note.path, ())
        edits = without_reverted(note.data, planned, past_edits)
        if self._listed:
            index = self._index_edits(note, states, past_edits)
            edits = tuple(sorted([*edits, *index], key=lambda edit: (edit.start, edit.end)))
        writable = writable_edits(note.as_file, edits)
        return without_halves(note, planned, writable)

    def _image_places(self, note: Note, states: Mapping[int, LinkState]) -> dict[int, str]:
        """Return the present URLs of saved images that a note shows under other ones, by position of the mention.

        Images that were saved from such a URL, too, are not among them.
        """
        places: dict[int, str] = {}
        for at, mention in enumerate(note.mentions):
            url, state = mention.url, states.get(at)
            name = saved_name(url) or self._uploaded.get(url.partition("#")[0])
            if name is None or wikilink_name(url) is not None:
                continue
            if state is not None and isinstance(state.metadata, Picture):
                continue
            present = present_image_url(self._rendering, name, (self._folder / note.path).parent)
            if present and not is_same_place(url.partition("#")[0], present) and not _shows_file(state, present):
                places[at] = present
        return places

    def _index_edits(
        self, note: Note, states: Mapping[int, LinkState], past_edits: Sequence[Sequence[Edit]]
    ) -> Iterator[Edit]:
        """Yield the edits of an index page, without notes that a user removed or that are suggested for its links."""
        suggested = {state.suggestion[0] for state in states.values() if state.suggestion is not None}
        entries = (edit for run in past_edits for edit in run if edit.reason.code is ReasonCode.EDIT_INDEX_ENTRY)
        added = [f", {edit.evidence}, " for edit in entries]
        removed = {path for path, _, _ in self._listed if any(f", {path}, " in paths for paths in added)}
        edits = index_edits(note, self._listed, suggested | removed)
        dates = [edit for edit in edits if edit.reason.code is ReasonCode.EDIT_INDEX_DATE]
        remaining = without_reverted(note.data, dates, past_edits)
        yield from (edit for edit in edits if edit not in dates or edit in remaining)


def present_image_url(rendering: Rendering, name: str, folder: Path) -> str | None:
    """Return the URL under which a saved image or thumbnail is shown now; None if the image store does not have it."""
    image_store = rendering.image_store
    is_there = image_store.unavailable_reason is None and image_store.has(name)
    return image_store.public_url(name, folder) if is_there else None


def _is_saved_image(state: LinkState) -> bool:
    """Return whether a link was looked up in the image store."""
    code = state.check.reason.code if state.check else None
    return code in {ReasonCode.IN_IMAGE_STORE, ReasonCode.IMAGE_MISSING}


def _shows_file(state: LinkState | None, present: str) -> bool:
    """Return whether a path leads to a file that is as good as the one in the image store: that has no base URL."""
    check = None if state is None else state.check
    return check is not None and check.reason.code is ReasonCode.FILE_EXISTS and not urlsplit(present).netloc


def stored_image_url(rendering: Rendering, title: str, folder: Path) -> str | None:
    """Return the URL of a saved image as seen from a folder (symlinks resolved); None if the store does not have it.

    The thumbnail is preferred. While the image store is unavailable, saved images are assumed to be there.
    """
    image_store, width = rendering.image_store, rendering.webp_width
    if image_store.unavailable_reason:
        return image_store.public_url(title, folder)
    names = [thumbnail_name(title, width), title] if width else [title]
    urls = (image_store.public_url(name, folder) for name in names if image_store.has(name))
    return next((url for url in urls if url is not None), None)
