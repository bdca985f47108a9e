"""Which copy of a saved image notes show, by the words of IMAGES_SHOW. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.images.formats.jpeg import MAX_DECODED_PIXELS
from crawler.images.names import image_stem, thumbnail_name
from crawler.images.shown.words import ANIMATED_WEBP, BROWSER_FORMATS, NO_POSITION, WEBP
from crawler.images.sniff import EXTENSIONS, GIF

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from crawler.models.metadata import Picture

_WITH_POSITION = frozenset({".jpg", ".png", ".webp"})
_STILL = frozenset({".png", ".jpg", ".webp", ".bmp", ".avif"})
_TO_WEBP = frozenset({".png", ".jpg", ".bmp"})
_UNSHOWN = frozenset({".heic", ".jxl", ".jp2", ".tif"})
_FULL_SIZE = 0


def copy_names(title: str, shown: Collection[str], width: int) -> list[str]:
    """Return the names that the copy of an image may have, the best first.

    The name has the hash of the image, the width of a smaller copy or 0, and the format: what it shows follows from
    that. `width` is IMAGES_WEBP_WIDTH.
    """
    extension, names = f".{title.rpartition('.')[2]}", []
    if width and extension in _STILL:
        names.append(thumbnail_name(title, width))
    if (
        (WEBP in shown and extension in _TO_WEBP)
        or (ANIMATED_WEBP in shown and extension == ".gif")
        or (BROWSER_FORMATS in shown and extension in _UNSHOWN)
    ):
        names.append(thumbnail_name(title, _FULL_SIZE))
    elif NO_POSITION in shown and extension in _WITH_POSITION:
        names.append(thumbnail_name(title, _FULL_SIZE, extension))
    return names


def has_copy(picture: Picture, name: str, width: int) -> bool:
    """Return whether an image gets the copy of a name that `copy_names` gives: by its size and its frames.

    Of photos with more than one image (MPO) and of animations in other formats than GIF only the position is removed.
    """
    if name == thumbnail_name(picture.title, _FULL_SIZE, f".{picture.title.rpartition('.')[2]}"):
        return True
    is_still = picture.frames in {1, None}
    if picture.media_type == GIF:
        return not is_still
    is_fit = name != thumbnail_name(picture.title, width) or (picture.width or 0) > width
    return is_still and is_fit and (picture.width or 0) * (picture.height or 0) <= MAX_DECODED_PIXELS


def original_name(name: str, has: Callable[[str], bool]) -> str | None:
    """Return the name of the image of which a name is a copy, or the name itself; None if `has` finds no image."""
    if "-" not in image_stem(name):
        return name
    start = name.rpartition("-")[0]
    return next((each for extension in EXTENSIONS.values() if has(each := f"{start}{extension}")), None)
