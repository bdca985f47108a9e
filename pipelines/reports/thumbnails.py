"""Smaller pictures beside the originals, for notes that should load fast: WebP, IMAGES_WEBP_WIDTH pixels wide."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from crawler.errors import ImageStoreError
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
    """Make what is missing; a picture that cannot be made smaller is shown as it is."""
    width, image_store = rendering.webp_width, rendering.image_store
    if not width or image_store.unavailable_reason:
        yield None
        return
    able = True

    def take(state: LinkState, _places: tuple[str, ...]) -> None:
        nonlocal able
        picture = state.metadata
        if not able or not isinstance(picture, Picture) or not needs_thumbnail(picture, width):
            return
        name = thumbnail_name(picture.title, width)
        try:
            if not image_store.has(name) and image_store.has(picture.title):
                image_store.put(name, make_thumbnail(image_store.open(picture.title), width), "image/webp")
        except ImageStoreError as error:
            logger.warning("no smaller pictures: %s", error)
            able = False
        except (OSError, SyntaxError, ValueError) as error:
            logger.warning("%s cannot be made smaller: %s", picture.title, error)

    yield take


def needs_thumbnail(picture: Picture, width: int) -> bool:
    """Tell whether a picture is wider than that; what moves, and drawings, stay as they are."""
    return picture.media_type in _STILL and picture.frames == 1 and (picture.width or 0) > width


def make_thumbnail(body: bytes, width: int) -> bytes:
    """Return a picture as a WebP of that width: upright, in its proportions, its transparency kept."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(body)) as image:
        profile = image.info.get("icc_profile", b"")
        upright = ImageOps.exif_transpose(image)
        seen = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        small = seen.resize((width, max(1, round(seen.height * width / seen.width))), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "WEBP", quality=_QUALITY, icc_profile=profile)
    return out.getvalue()
