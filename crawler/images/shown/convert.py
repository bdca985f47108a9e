"""Make the copies of saved images that notes show."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING

from crawler.images.shown.position import without_position
from crawler.images.sniff import GIF, HEIF, JPEG_XL

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

MAX_PIXELS = 2**29
"""Pixels of an animation at most, of all frames together."""

_QUALITY = 80
_PLUGINS = {HEIF: "pillow_heif", JPEG_XL: "pillow_jxl"}


class NoDecoderError(Exception):
    """The package that reads a format is not installed; the message has its name."""


class UnreadableImageError(Exception):
    """A decoder cannot read an image; the message is what it said."""


def make_copy(body: bytes, media_type: str, width: int, extension: str) -> bytes | None:
    """Return the copy of an image with an extension, at most `width` pixels wide if that is not 0; None for none.

    Raises NoDecoderError and UnreadableImageError.
    """
    is_unchanged = extension != ".webp" or (media_type == "image/webp" and not width)
    if not is_unchanged and media_type in _PLUGINS and not _has_plugin(media_type):
        raise NoDecoderError(_PLUGINS[media_type])
    try:
        return without_position(body, media_type) if is_unchanged else _encode(body, media_type, width)
    except Exception as error:  # decoders raise all sorts of errors for damaged files
        raise UnreadableImageError(str(error) or "it cannot be decoded") from error


def _encode(body: bytes, media_type: str, width: int) -> bytes:
    """Return the WebP of an image."""
    if media_type == GIF:
        return _animation(body)
    return _still(body, width, is_lossless=media_type in {"image/png", "image/bmp"} and not width)


def _still(body: bytes, width: int, *, is_lossless: bool) -> bytes:
    """Return a WebP of an image: upright, with its aspect ratio, transparency and color profile, without EXIF."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(body)) as image:
        profile = image.info.get("icc_profile") or b""
        upright = ImageOps.exif_transpose(image)
        seen: PillowImage = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    if width and seen.width > width:
        seen = seen.resize((width, max(1, round(seen.height * width / seen.width))), Image.Resampling.LANCZOS)
    out = BytesIO()
    seen.save(out, "WEBP", quality=_QUALITY, lossless=is_lossless, exact=is_lossless, icc_profile=profile)
    return out.getvalue()


def _animation(body: bytes) -> bytes:
    """Return an animated WebP of a GIF, with the times of its frames and its number of repetitions."""
    from PIL import Image, ImageSequence

    with Image.open(BytesIO(body), formats=["GIF"]) as image:
        if image.width * image.height * getattr(image, "n_frames", 1) > MAX_PIXELS:
            raise ValueError(f"more than {MAX_PIXELS:,} pixels in all frames")
        durations = [frame.info.get("duration", 0) for frame in ImageSequence.Iterator(image)]
        repeats = image.info.get("loop")
        loop = 1 if repeats is None else repeats + 1 if repeats else 0  # GIF counts repetitions, WebP all passes
        image.seek(0)
        out = BytesIO()
        image.save(out, "WEBP", save_all=True, duration=durations, loop=loop, quality=_QUALITY, minimize_size=False)
    return out.getvalue()


@cache
def _has_plugin(media_type: str) -> bool:
    """Register the decoder of a format; return whether it is installed."""
    with suppress(ImportError):
        plugin = import_module(_PLUGINS[media_type])
        if media_type == HEIF:
            plugin.register_heif_opener()
        return True
    return False
