"""Open the places of images beside the notes of a run, and give new images theirs."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from crawler.images.layout.folders import LayoutFolders
from crawler.images.layout.placed_files import PlacedFiles
from crawler.images.layout.places import ImagePlaces
from crawler.images.names import image_stem, is_intact, media_type_of
from crawler.images.saved_urls import saved_name
from crawler.sites.resolver import SiteResolver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.layout.places import ImagePlace
    from crawler.images.store import ImageStore
    from crawler.store.link_store import LinkStore

_SIZE = re.compile(r"\|\d+(?:x\d+)?$")
"""The width behind an alt text, as Obsidian has it."""

logger = logging.getLogger(__name__)


def open_image_places(options: CrawlOptions, store: LinkStore, image_store: ImageStore) -> ImagePlaces | None:
    """Return the places of images; None if notes show, and always showed, the files of the image store itself."""
    layout, known = options.images.layout, store.image_places()
    if layout.is_by_hash and not known:
        return None
    notes_dir = options.require_notes_dir()
    resolver = SiteResolver(notes_dir.resolve(), tuple, options.output_dir, options.site_generators)
    folders = LayoutFolders(notes_dir, resolver, layout)
    return ImagePlaces(folders, PlacedFiles(notes_dir, image_store, folders.writable), known)


def give_places(
    places: ImagePlaces, store: LinkStore, image_store: ImageStore, shown_name: Callable[[str], str | None], today: date
) -> None:
    """Give places to the images of all notes, in the order in which the notes show them.

    `shown_name` returns the name in the image store of what notes show for a saved image.
    """
    if places.is_by_hash or image_store.unavailable_reason:
        return
    uploaded = store.uploaded_names()
    for note, text, day, url, title in store.image_mentions():
        if title is not None:
            name = shown_name(title)
        elif (name := saved_name(url) or uploaded.get(url)) is not None:
            name = name if image_store.has(name) else None
        elif (place := places.shown_by(note, url)) is not None and places.is_former(place):
            name = place.name
        if name is not None:
            places.give(note, name, "" if "://" in text else _SIZE.sub("", text), day or today)


def check_placed_images(
    places: ImagePlaces | None, store: LinkStore, image_store: ImageStore, shown: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """Warn of files that notes show and that are missing or cut short; save again what the image store has lost.

    Nothing is written beside the notes. Returns `shown`, the notes by the images that occur in them, with the images of
    the files that are or should be beside notes.
    """
    found = dict(shown)
    if places is None:
        return found
    for place in kept_places(places, store):
        found[place.name] = [*found.get(place.name, ()), place.note]
        if not image_store.has(place.name):
            _save_again(places.files.read(place.path), place.name, image_store)
        elif places.files.is_cut_short(place.path, place.name):
            what = f"shows {place.path}, missing or damaged"
            logger.warning("%s: %s; `publish --in-place` writes it again", place.note, what)
    return found


def kept_places(places: ImagePlaces, store: LinkStore) -> list[ImagePlace]:
    """Return the files that were written beside notes, by path, except those that are gone and that no note shows."""
    if not (made := {place.path: place for place in store.image_places() if place.is_made}):
        return []
    shown = {place.path for _, place in shown_places(places, store)}
    return [place for path, place in sorted(made.items()) if path in shown or places.files.is_there(path)]


def shown_places(places: ImagePlaces, store: LinkStore) -> Iterator[tuple[str, ImagePlace]]:
    """Yield the places that local links of notes lead to, with the note."""
    for note, _, _, url, title in store.image_mentions():
        if title is None and (place := places.shown_by(note, url)) is not None:
            yield note, place


def restore_placed_images(places: ImagePlaces, store: LinkStore, image_store: ImageStore) -> None:
    """Write files again that notes show and that are missing or cut short; others stay as they are."""
    for place in kept_places(places, store):
        if not image_store.has(place.name) or not places.files.is_cut_short(place.path, place.name):
            continue
        try:
            places.files.write(place.path, place.name)
        except OSError as error:
            logger.warning("%s: cannot write: %s", place.path, error.strerror)
        else:
            logger.warning("images: %s written again from %s", place.path, image_store.place)


def _save_again(body: bytes | None, name: str, image_store: ImageStore) -> None:
    """Save the bytes of a file beside a note in the image store if they are those of its name."""
    if body is None or "-" in image_stem(name) or not is_intact(name, body):
        return
    image_store.put(name, body, media_type_of(name))
    logger.warning("images: %s saved again in %s from the notes", name, image_store.place)
