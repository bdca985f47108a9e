"""Plan all edits of a note: with URLs of saved images, with index pages, without reverted edits."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.images.saved_urls import is_same_place, saved_name
from crawler.images.shown.names import original_name
from crawler.images.shown.words import NO_POSITION
from crawler.models.metadata import Picture
from crawler.models.notes.note import SHOWN_ROLES, LinkRole
from crawler.models.reasons.reason import ReasonCode
from pipelines.rewriting import link_edits
from pipelines.rewriting.edit_list import is_image_edit, writable_edits
from pipelines.rewriting.image_links import with_links
from pipelines.rewriting.image_set_edits import without_halves
from pipelines.rewriting.image_urls import present_name, shown_image_name, stored_names, stored_url_in_note, url_in_note
from pipelines.rewriting.index.editor import index_edits
from pipelines.rewriting.link_edits import ShownImage
from pipelines.rewriting.reverted_edits import without_reverted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Mention, Note
    from pipelines.rewriting.image_urls import RewriteInputs
    from pipelines.rewriting.index.editor import Listed


class NoteRewriter:
    """Plans the edits of notes in `folder`, which have the same relative paths as in NOTES_DIR.

    `listed` are all notes if index pages are to be completed, else none.
    """

    def __init__(self, inputs: RewriteInputs, folder: Path, listed: Sequence[Listed]) -> None:
        self._inputs = inputs
        self._folder = folder.resolve()  # as the image store is: relative paths between them must hold across symlinks
        self._listed = listed
        self._uploaded = inputs.store.uploaded_names()

    def plan_edits(self, note: Note, states: Mapping[int, LinkState]) -> tuple[Edit, ...]:
        """Return the edits of a note, sorted by offset and without overlaps.

        `states` are by the position of the mention in `Note.mentions`.
        """

        def image_url(picture: Picture) -> str | None:
            return stored_url_in_note(self._inputs, picture.title, note.path, self._folder)

        image_store = self._inputs.image_store
        places = self._image_places(note, states)
        states = {
            at: state
            for at, state in states.items()
            if at not in places and not image_store.is_own_url(state.link.url) and not _is_saved_image(state)
        }
        rewrite = self._inputs.rewrite_of(note.path)
        planned = link_edits.plan_edits(note, states, image_url, rewrite, places)
        past_edits = self._inputs.past_edits.get(note.path, ())
        edits = without_reverted(note.data, planned, past_edits)
        if originals := self._originals(note, states, edits):
            edits = without_reverted(note.data, with_links(note, edits, originals), past_edits)
        if self._listed and "index" in rewrite:
            index = self._index_edits(note, states, past_edits)
            edits = tuple(sorted([*edits, *index], key=lambda edit: (edit.start, edit.end)))
        writable = writable_edits(note.as_file, edits)
        return without_halves(note, planned, writable)

    def _originals(self, note: Note, states: Mapping[int, LinkState], edits: Sequence[Edit]) -> dict[int, str]:
        """Return the URLs of the originals of images of which edits show a copy, by offset of the mention."""
        image_store, edited = self._inputs.image_store, {edit.start for edit in edits}
        originals: dict[int, str] = {}
        if not self._has_linked_copies:
            return originals
        for at, mention in enumerate(note.mentions):
            if mention.start not in edited or mention.role is not LinkRole.IMAGE:
                continue
            picture = states[at].metadata if at in states else None
            name = picture.title if isinstance(picture, Picture) else self._present_name(note, mention)
            title = None if name is None else original_name(name, image_store.has)
            if not title or not image_store.has(title) or shown_image_name(self._inputs, title) == title:
                continue
            if (url := image_store.public_url(title, (self._folder / note.path).parent)) is not None:
                originals[mention.start] = url
        return originals

    @property
    def _has_linked_copies(self) -> bool:
        """Whether copies are linked to their originals: not if these have a position that the copies must not have.

        Beside the notes are only the images that they show.
        """
        inputs = self._inputs
        is_in_store = inputs.places is None or inputs.places.is_by_hash
        is_asked = (inputs.shown or inputs.webp_width) and NO_POSITION not in inputs.shown
        return bool(is_asked and is_in_store and not inputs.image_store.unavailable_reason)

    def _image_places(self, note: Note, states: Mapping[int, LinkState]) -> dict[int, ShownImage]:
        """Return the present URLs of saved images that a note shows under other ones, by position of the mention.

        Images that were saved from such a URL, too, are not among them.
        """
        shown: dict[int, ShownImage] = {}
        places = self._inputs.places
        for at, mention in enumerate(note.mentions):
            state, url = states.get(at), mention.url
            if state is not None and isinstance(state.metadata, Picture):
                continue
            if (name := self._present_name(note, mention)) is None:
                continue
            present = url_in_note(self._inputs, name, note.path, self._folder)
            if present is None or is_same_place(url.partition("#")[0], present):
                continue
            is_by_hash = saved_name(url) == name and (places is None or places.is_by_hash)
            if not is_by_hash or not _shows_file(state, present):
                shown[at] = ShownImage(name, present)
        return shown

    def placed_files(self, note: Note, states: Mapping[int, LinkState], edits: Iterable[Edit]) -> dict[str, str]:
        """Return the files beside notes that the edits of a note make it show: names in the image store by path."""
        places = self._inputs.places
        if places is None or places.is_by_hash:
            return {}
        edited = {edit.start for edit in edits if is_image_edit(edit)}
        files: dict[str, str] = {}
        for at, mention in enumerate(note.mentions):
            if mention.start not in edited:
                continue
            picture = state.metadata if (state := states.get(at)) is not None else None
            if isinstance(picture, Picture):
                names = stored_names(self._inputs, picture.title)
            else:
                names = [name for name in [self._present_name(note, mention)] if name is not None]
            placed = ((path, name) for name in names if (path := places.path_of(note.path, name)) is not None)
            files.update(islice(placed, 1))
        return files

    def _present_name(self, note: Note, mention: Mention) -> str | None:
        """Return the image in the image store that a mention is to show if it shows a saved image, or a copy of one."""
        name = present_name(self._inputs, note.path, mention.url, self._uploaded)
        is_image = mention.role in SHOWN_ROLES
        return shown_image_name(self._inputs, name) if name is not None and is_image else name

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


def _is_saved_image(state: LinkState) -> bool:
    """Return whether a link was looked up in the image store."""
    code = state.check.reason.code if state.check else None
    return code in {ReasonCode.IN_IMAGE_STORE, ReasonCode.IMAGE_MISSING}


def _shows_file(state: LinkState | None, present: str) -> bool:
    """Return whether a path leads to a file that is as good as the one in the image store: that has no base URL."""
    check = None if state is None else state.check
    return check is not None and check.reason.code is ReasonCode.FILE_EXISTS and not urlsplit(present).netloc
