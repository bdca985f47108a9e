"""Make the copies of saved images that notes show (IMAGES_SHOW, IMAGES_WEBP_WIDTH).

A copy that is there is never made again; one that is missing is made from the saved image, without any request.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawler.errors import ImageStoreError
from crawler.images.names import media_type_of, thumbnail_name
from crawler.images.saved_urls import hash_in, saved_name
from crawler.images.shown.convert import NoDecoderError, UnreadableImageError, make_copy
from crawler.images.shown.names import copy_names, has_copy, original_name
from crawler.images.sniff import UnsupportedImageError, inspect_image
from crawler.models.metadata import Picture
from crawler.store.notes.renderings import ALL_NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.link import LinkState
    from pipelines.reports.contract import Rendering, TakeLink

logger = logging.getLogger(__name__)

FILES: tuple[str, ...] = ()

VERSION = "1"
"""The version of the rules by which an image has no copy; with another one all images are read once more."""


@contextmanager
def by_link(rendering: Rendering) -> Iterator[TakeLink | None]:
    """Make the missing copies of images that notes show or are to show."""
    if not (rendering.webp_width or rendering.shown) or rendering.image_store.unavailable_reason:
        yield None
        return
    copies = _Copies(rendering)
    yield copies.take
    copies.save()


class _Copies:
    """Makes copies, and remembers which images have none, so that these are not read in each run."""

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        self._image_store = rendering.image_store
        self._is_available = True
        self._without_decoder: set[str] = set()
        version, text = rendering.store.shared_fragment(__name__)
        self._known: set[str] = set(json.loads(text)) if version == VERSION else set()
        self._none = set(self._known)  # names of copies that images do not have

    def take(self, state: LinkState, _places: tuple[str, ...]) -> None:
        """Make the copy of the image of a link, or of the saved image to which it leads."""
        picture = state.metadata if isinstance(state.metadata, Picture) else None
        shown = None if picture is not None else saved_name(state.link.url)
        title = picture.title if picture is not None else original_name(shown, self._image_store.has) if shown else None
        if title is None or not self._is_available:
            return
        try:
            self._ensure(title, picture)
        except ImageStoreError as error:
            logger.warning("IMAGES_SHOW: %s; notes show the original images", error)
            self._is_available = False

    def save(self) -> None:
        """Save which images have no copy."""
        if self._none != self._known:
            text = json.dumps(sorted(self._none))
            self._rendering.store.save_fragments([(ALL_NOTES, __name__, VERSION, text)])

    def _ensure(self, title: str, picture: Picture | None) -> None:
        """Make the first copy that an image has; `picture` is None if only its name is known."""
        width = self._rendering.webp_width
        for name in copy_names(title, self._rendering.shown, width):
            if self._image_store.has(name):
                return
            if name in self._none or not self._image_store.has(title):
                continue
            if picture is None and (picture := self._inspect(title)) is None:
                return
            if has_copy(picture, name, width):
                if self._make(picture, name):
                    return
            else:
                self._none.add(name)

    def _inspect(self, title: str) -> Picture | None:
        """Return what the bytes of an image say; None if they are damaged."""
        body = self._image_store.open(title)
        try:
            info = inspect_image(body)
        except UnsupportedImageError:
            return None
        return Picture(title, hash_in(title), info.media_type, len(body), info.width, info.height, info.frames)

    def _make(self, picture: Picture, name: str) -> bool:
        """Make a copy; return whether there is one now."""
        width = self._rendering.webp_width
        extension = f".{name.rpartition('.')[2]}"
        is_narrow = width != 0 and name == thumbnail_name(picture.title, width)
        try:
            body = self._image_store.open(picture.title)
            copy = make_copy(body, picture.media_type, width if is_narrow else 0, extension)
        except NoDecoderError as error:
            self._warn_of_decoder(picture.media_type, str(error))
            return False
        except (OSError, UnreadableImageError) as error:
            logger.warning("%s: no copy: %s; notes show the original image", picture.title, error)
            copy = None
        if copy is None:
            self._none.add(name)
            return False
        self._image_store.put(name, copy, media_type_of(name))
        return True

    def _warn_of_decoder(self, media_type: str, package: str) -> None:
        if media_type not in self._without_decoder:
            self._without_decoder.add(media_type)
            advice = 'install "notemend[formats]"'
            logger.warning("IMAGES_SHOW: %s needs the package %s; %s", media_type, package, advice)
