"""Make thumbnails of saved images, for notes that load fast: WebP, IMAGES_WEBP_WIDTH pixels wide."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from crawler.errors import ImageStoreError
from crawler.images.formats.jpeg import MAX_DECODED_PIXELS
from crawler.images.store import thumbnail_name
from crawler.models.metadata import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.link import LinkState
    from pipelines.reports.base import Rendering, TakeLink

logger = logging.getLogger(__name__)

_STILL = {"image/png", "image/jpeg", "image/webp", "image/bmp", "image/avif"}
_QUALITY = 80


@contextmanager
def by_link(rendering: Rendering) -> Iterator[TakeLink | None]:
    """Make the missing thumbnails; if that fails, notes show the original image."""
    width, image_store = rendering.webp_width, rendering.image_store
    if not width or image_store.unavailable_reason:
        yield None
        return
    is_available = True

    def take(state: LinkState, _places: tuple[str, ...]) -> None:
        nonlocal is_available
        picture = state.metadata
        if not is_available or not isinstance(picture, Picture) or not needs_thumbnail(picture, width):
            return
        name = thumbnail_name(picture.title, width)
        try:
            if not image_store.has(name) and image_store.has(picture.title):
                image_store.put(name, make_thumbnail(image_store.open(picture.title), width), "image/webp")
        except ImageStoreError as error:
            logger.warning("thumbnails: %s; notes show the original images", error)
            is_available = False
        except (OSError, SyntaxError, ValueError) as error:
            logger.warning("%s: no thumbnail: %s; notes show the original image", picture.title, error)

    yield take


def needs_thumbnail(picture: Picture, width: int) -> bool:
    """Return whether an image is wider than `width` pixels; animations, SVG and huge images get no thumbnail."""
    is_still = picture.media_type in _STILL and picture.frames == 1
    pixels = (picture.width or 0) * (picture.height or 0)
    return is_still and (picture.width or 0) > width and pixels <= MAX_DECODED_PIXELS


def make_thumbnail(body: bytes, width: int) -> bytes:
    """Return a WebP of an image, `width` pixels wide: upright, with its aspect ratio and transparency.

    Raises OSError, SyntaxError or ValueError for an image that Pillow cannot read.
    """
    from PIL import Image, ImageOps

    with Image.open(BytesIO(body)) as image:
        profile = image.info.get("icc_profile", b"")
        upright = ImageOps.exif_transpose(image)
        seen = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        small = seen.resize((width, max(1, round(seen.height * width / seen.width))), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "WEBP", quality=_QUALITY, icc_profile=profile)
    return out.getvalue()
