"""What is done before notes are planned: their images get places, and index pages a list of all notes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from crawler.run.images.image_places import give_places
from pipelines.rewriting.image_urls import stored_image_name

if TYPE_CHECKING:
    from crawler.models.notes.note_file import NoteFile
    from pipelines.reports.contract import Rendering
    from pipelines.rewriting.index.editor import Listed


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
    if not any("index" in rewrite for rewrite in (rendering.rewrite, *rendering.rewrites.values())):
        return []
    return [_listed(rendering, file) for file in rendering.notes_folder.sources()]


def _listed(rendering: Rendering, file: NoteFile) -> Listed:
    """Return path, title and date of a note; parse it if it has changed since it was registered."""
    if rendering.is_registered(file):
        registered = rendering.registered[file.path]
        return file.path, registered.title, registered.day
    note = rendering.notes_folder.parse(file)
    return file.path, note.title, note.date
