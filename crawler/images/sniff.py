"""What the bytes of a picture or film are: magic bytes are believed, never an extension or a Content-Type.

What would not show, or do more than show, is refused: bytes that end too early, dimensions that no reader's memory
holds, drawings (SVG) that run scripts or fetch things. Sizes are read from headers; nothing is decoded here.
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
    """Bytes that are not kept."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class CorruptImageError(UnsupportedImageError):
    """Bytes that nobody would see a picture in, so that the link is not well either."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What is known of a picture by its headers: pixels across and down, frames. A drawing may have no size."""

    media_type: str
    width: int | None = None
    height: int | None = None
    frames: int | None = None


def media_type(body: bytes) -> str | None:
    """Return the media type of a picture or film, None for anything else."""
    head = body[:_HEAD]
    return next((name for name, magic in _MAGIC if magic.match(head)), None)


def inspect_image(body: bytes) -> ImageInfo:
    """Return what a picture or film is; raise RefusedError for what is neither, or is not to be kept."""
    kind = media_type(body)
    if kind is None:
        raise CorruptImageError(Reason(ReasonCode.NOT_AN_IMAGE))
    if kind == VIDEO:
        if not _boxes_end(body):
            raise CorruptImageError(Reason(ReasonCode.VIDEO_TRUNCATED))
        return ImageInfo(kind)
    if kind == SVG:
        try:
            return ImageInfo(kind, *svg_size(body), 1)
        except MalformedError as error:
            raise UnsupportedImageError(Reason(ReasonCode.SVG_MALFORMED)) from error
        except UnsafeError as error:
            raise UnsupportedImageError(Reason(ReasonCode.SVG_UNSAFE, str(error))) from error
    if kind in _WHOLE and not _WHOLE[kind](body):
        raise CorruptImageError(Reason(ReasonCode.IMAGE_TRUNCATED))
    image_module = _pillow()
    try:
        with image_module.open(BytesIO(body), formats=[kind.partition("/")[2]]) as image:
            width, height = image.size
            return ImageInfo(kind, width, height, getattr(image, "n_frames", 1))
    except (image_module.DecompressionBombWarning, image_module.DecompressionBombError):
        raise UnsupportedImageError(Reason(ReasonCode.IMAGE_TOO_MANY_PIXELS)) from None
    except Exception as error:
        raise CorruptImageError(Reason(ReasonCode.IMAGE_UNREADABLE)) from error


@cache
def _pillow() -> ModuleType:
    """Return Pillow's module of images; images of too many pixels are refused, not warned of, as its manual says."""
    from PIL import Image

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    return Image


# Does a picture go on to its end? Bytes behind the end harm nobody.


def _png_ends(body: bytes) -> bool:
    return b"IEND\xaeB`\x82" in body  # the last chunk is empty, so its checksum is always this (ISO/IEC 15948, 11.2.5)


def _jpeg_ends(body: bytes) -> bool:
    """Look for an end (FF D9) behind the last scan (FF DA): no such bytes are within scans (ITU T.81, B.1.1.5)."""
    return body.rfind(b"\xff\xd9") > body.rfind(b"\xff\xda") > 0


def _gif_ends(body: bytes) -> bool:
    """Walk the blocks of a GIF to its trailer (GIF89a, 12 to 27)."""
    at = 13 + _colours(body, 10)
    while at < len(body):
        match body[at : at + 1]:
            case b";":  # the trailer
                return True
            case b",":  # a frame
                at += 10 + _colours(body, at + 9) + 1
            case b"!":  # an extension
                at += 2
            case _:
                return False
        while at < len(body) and body[at]:
            at += 1 + body[at]
        at += 1
    return False


def _colours(body: bytes, at: int) -> int:
    """Return the bytes of the table of colours that the packed field there announces."""
    packed = body[at] if at < len(body) else 0
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _riff_ends(body: bytes) -> bool:
    return int.from_bytes(body[4:8], "little") + 8 <= len(body) + 1  # a last byte of padding is often left out


def _bitmap_ends(body: bytes) -> bool:
    return int.from_bytes(body[2:6], "little") <= len(body)  # some writers say 0


def _boxes_end(body: bytes) -> bool:
    """Walk the outermost boxes of an ISO media file (ISO/IEC 14496-12, 4.2); the last may reach to the end."""
    at = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(body[at + 8 : at + 16], "big")
        elif size == 0:
            return True
        if size < 8:  # noqa: PLR2004 - a box has a size and a type
            return False
        at += size
    return at == len(body)


_WHOLE = {
    "image/png": _png_ends,
    "image/jpeg": _jpeg_ends,
    "image/gif": _gif_ends,
    "image/webp": _riff_ends,
    "image/bmp": _bitmap_ends,
    "image/avif": _boxes_end,
}
