"""Detect the media type of an image or video by its magic bytes, and inspect its headers. Pure.

Extension and Content-Type are ignored. Truncated files, images of too many pixels and SVG with scripts or external
references are refused. Nothing is decoded.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from crawler.images.svg import MalformedError, UnsafeError, svg_size
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from types import ModuleType

VIDEO = "video/mp4"
SVG = "image/svg+xml"
EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/bmp": ".bmp",
    SVG: ".svg",
    VIDEO: ".mp4",
}

# WHATWG MIME Sniffing, 6.1; AVIF: ISO base media file whose brands include avif or avis.
_MAGIC = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF....WEBPVP", re.DOTALL)),
    ("image/avif", re.compile(rb"....ftyp(?:....){0,8}?avi[fs]", re.DOTALL)),
    ("image/bmp", re.compile(rb"BM.{4}\x00\x00\x00\x00", re.DOTALL)),
    (
        SVG,
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*+(?>(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE svg[^>\[]*(?:\[[^\]]*\])?[^>]*>)\s*)*+"
            rb"<svg[\s>]",
            re.DOTALL | re.IGNORECASE,
        ),
    ),
    (VIDEO, re.compile(rb"....ftyp(?:avc1|iso[m2-9]|mp4[12]|M4V |MSNV|mmp4|dash|f4v )", re.DOTALL)),
)
_HEAD = 4096


class UnsupportedImageError(ValueError):
    """An image or video that is not saved; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class CorruptImageError(UnsupportedImageError):
    """Bytes that no viewer can show, so that the link is broken as well."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Media type, width and height in pixels, and number of frames; an SVG may have no size, a video has none."""

    media_type: str
    width: int | None = None
    height: int | None = None
    frames: int | None = None


def media_type(body: bytes) -> str | None:
    """Return the media type of an image or video by its first bytes; None for anything else."""
    head = body[:_HEAD]
    return next((name for name, magic in _MAGIC if magic.match(head)), None)


def inspect_image(body: bytes) -> ImageInfo:
    """Return type and size of an image or video.

    Raises CorruptImageError if it is neither, truncated or unreadable, UnsupportedImageError if it must not be saved.
    """
    type_ = media_type(body)
    if type_ is None:
        raise CorruptImageError(Reason(ReasonCode.NOT_AN_IMAGE))
    if type_ == VIDEO:
        if not _is_media_complete(body):
            raise CorruptImageError(Reason(ReasonCode.VIDEO_TRUNCATED))
        return ImageInfo(type_)
    if type_ == SVG:
        try:
            return ImageInfo(type_, *svg_size(body), 1)
        except MalformedError as error:
            raise UnsupportedImageError(Reason(ReasonCode.SVG_MALFORMED)) from error
        except UnsafeError as error:
            raise UnsupportedImageError(Reason(ReasonCode.SVG_UNSAFE, str(error))) from error
    if type_ in _IS_COMPLETE and not _IS_COMPLETE[type_](body):
        raise CorruptImageError(Reason(ReasonCode.IMAGE_TRUNCATED))
    image_module = _pillow()
    try:
        with image_module.open(BytesIO(body), formats=[type_.partition("/")[2]]) as image:
            width, height = image.size
            return ImageInfo(type_, width, height, getattr(image, "n_frames", 1))
    except (image_module.DecompressionBombWarning, image_module.DecompressionBombError):
        raise UnsupportedImageError(Reason(ReasonCode.IMAGE_TOO_MANY_PIXELS)) from None
    except Exception as error:
        raise CorruptImageError(Reason(ReasonCode.IMAGE_UNREADABLE)) from error


@cache
def _pillow() -> ModuleType:
    """Return Pillow's module `Image`, set to raise for images of too many pixels instead of warning."""
    from PIL import Image

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    return Image


# Whether an image is complete; bytes behind its end are ignored.


def _is_png_complete(body: bytes) -> bool:
    return b"IEND\xaeB`\x82" in body  # the last chunk is empty, so its checksum is always this (ISO/IEC 15948, 11.2.5)


def _is_jpeg_complete(body: bytes) -> bool:
    """Return whether an end (FF D9) follows the last scan (FF DA): scans cannot contain it (ITU T.81, B.1.1.5)."""
    return body.rfind(b"\xff\xd9") > body.rfind(b"\xff\xda") > 0


def _is_gif_complete(body: bytes) -> bool:
    """Return whether the blocks of a GIF end with its trailer (GIF89a, 12 to 27)."""
    offset = 13 + _color_table_size(body, 10)
    while offset < len(body):
        match body[offset : offset + 1]:
            case b";":  # the trailer
                return True
            case b",":  # a frame
                offset += 10 + _color_table_size(body, offset + 9) + 1
            case b"!":  # an extension
                offset += 2
            case _:
                return False
        while offset < len(body) and body[offset]:
            offset += 1 + body[offset]
        offset += 1
    return False


def _color_table_size(body: bytes, offset: int) -> int:
    """Return the size in bytes of the color table that the packed field at an offset declares (GIF89a, 18 to 21)."""
    packed = body[offset] if offset < len(body) else 0
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _is_riff_complete(body: bytes) -> bool:
    return int.from_bytes(body[4:8], "little") + 8 <= len(body)


def _is_bitmap_complete(body: bytes) -> bool:
    return int.from_bytes(body[2:6], "little") <= len(body)  # some writers declare 0


def _is_media_complete(body: bytes) -> bool:
    """Return whether the outermost boxes of an ISO media file end with it (ISO/IEC 14496-12, 4.2); size 0 does."""
    offset = 0
    while offset < len(body):
        size = int.from_bytes(body[offset : offset + 4], "big")
        if size == 1:
            size = int.from_bytes(body[offset + 8 : offset + 16], "big")
        elif size == 0:
            return True
        if size < 8:  # noqa: PLR2004 - a box has a size and a type
            return False
        offset += size
    return offset == len(body)


_IS_COMPLETE = {
    "image/png": _is_png_complete,
    "image/jpeg": _is_jpeg_complete,
    "image/gif": _is_gif_complete,
    "image/webp": _is_riff_complete,
    "image/bmp": _is_bitmap_complete,
    "image/avif": _is_media_complete,
}
