"""The URLs under which notes show saved images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from crawler.images.saved_urls import saved_name
from crawler.images.shown.names import copy_names, original_name
from crawler.kinds.registry import kind_of, link_of
from crawler.notes.markdown.wikilinks import wikilink_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from crawler.images.layout.places import ImagePlaces
    from crawler.images.store import ImageStore
    from crawler.models.notes.edit import Edit
    from crawler.notes.files.folder import NotesFolder
    from crawler.store.link_store import LinkStore


class RewriteInputs(Protocol):
    """What edits are planned from, besides a note and the states of its links."""

    @property
    def notes_folder(self) -> NotesFolder:
        """The notes."""

    @property
    def store(self) -> LinkStore:
        """The link database."""

    @property
    def image_store(self) -> ImageStore:
        """The saved images."""

    def rewrite_of(self, path: str) -> frozenset[str]:
        """Return the names in REWRITE for a note."""

    @property
    def webp_width(self) -> int:
        """The width of WebP copies in pixels; 0 for none."""

    @property
    def shown(self) -> frozenset[str]:
        """The words of IMAGES_SHOW."""

    @property
    def past_edits(self) -> Mapping[str, Sequence[Sequence[Edit]]]:
        """The edits that earlier runs made in the original notes, by note and run."""

    @property
    def places(self) -> ImagePlaces | None:
        """The places of images beside the notes; None if notes show the files of the image store."""


def url_in_note(inputs: RewriteInputs, name: str, note: str, root: Path) -> str | None:
    """Return the URL under which a note below `root` shows an image of the image store; None if it has no place yet.

    Updated copies show the file of the image store where the place is outside the folder of notes.
    """
    places = inputs.places
    if places is not None and not places.is_by_hash:
        path = places.path_of(note, name)
        if path is None or not path.startswith("../") or root == inputs.notes_folder.folder.resolve():
            return places.url(note, name)
    return inputs.image_store.public_url(name, (root / note).parent)


def present_name(inputs: RewriteInputs, note: str, url: str, uploaded: Mapping[str, str]) -> str | None:
    """Return the image in the image store that a URL in a note shows, if a note may be to show it elsewhere now.

    `uploaded` are the names of images by the URLs that they got.
    """
    image_store, places = inputs.image_store, inputs.places
    if image_store.unavailable_reason or wikilink_name(url) is not None:
        return None
    name = saved_name(url) or uploaded.get(url.partition("#")[0])
    if name is None and places is not None and not places.is_empty:
        link = link_of(url, note)
        is_local = link is not None and kind_of(link).in_notes_folder
        place = places.shown_by(note, link.url) if link is not None and is_local else None
        name = place.name if place is not None and places.is_former(place) else None
    return name if name is not None and image_store.has(name) else None


def shown_image_name(inputs: RewriteInputs, name: str) -> str:
    """Return the name of the image that notes show now in place of a saved image or a copy of one."""
    image_store = inputs.image_store
    if image_store.unavailable_reason or (title := original_name(name, image_store.has)) is None:
        return name
    return next(iter(stored_names(inputs, title)), name)


def stored_image_name(inputs: RewriteInputs, title: str) -> str | None:
    """Return the name in the image store of what notes show for a saved image; None if the store does not have it."""
    return next(iter(stored_names(inputs, title)), None)


def stored_image_url(inputs: RewriteInputs, title: str, folder: Path) -> str | None:
    """Return the URL of a saved image as seen from a folder (symlinks resolved); None if the store does not have it."""
    urls = (inputs.image_store.public_url(name, folder) for name in stored_names(inputs, title))
    return next((url for url in urls if url is not None), None)


def stored_url_in_note(inputs: RewriteInputs, title: str, note: str, root: Path) -> str | None:
    """Return the URL under which a note below `root` shows a saved image; None if the store does not have it."""
    urls = (url_in_note(inputs, name, note, root) for name in stored_names(inputs, title))
    return next((url for url in urls if url is not None), None)


def stored_names(inputs: RewriteInputs, title: str) -> list[str]:
    """Return the names in the image store that show a saved image, a copy by IMAGES_SHOW first.

    While the image store is unavailable, saved images are assumed to be there.
    """
    image_store = inputs.image_store
    if image_store.unavailable_reason:
        return [title]
    return list(filter(image_store.has, [*copy_names(title, inputs.shown, inputs.webp_width), title]))
