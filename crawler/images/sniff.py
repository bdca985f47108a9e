"""Detect the media type of an image or video by its magic bytes, and inspect its headers. Pure.

Extension and Content-Type are ignored. Truncated files, images whose header declares more pixels than MAX_PIXELS, and
SVG with scripts or external references are refused. Nothing is decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from crawler.images.formats.gif import read_gif
from crawler.images.formats.jpeg import has_jpeg_end, is_jpeg_scan_complete
from crawler.images.formats.svg import MalformedError, UnsafeError, svg_size
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from types import ModuleType

VIDEO = "video/mp4"
SVG = "image/svg+xml"
JPEG = "image/jpeg"
GIF = "image/gif"
HEIF = "image/heif"
JPEG_XL = "image/jxl"
JPEG_2000 = "image/jp2"
EXTENSIONS = {
    "image/png": ".png",
    JPEG: ".jpg",
    GIF: ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/bmp": ".bmp",
    "image/x-icon": ".ico",
    HEIF: ".heic",
    JPEG_XL: ".jxl",
    JPEG_2000: ".jp2",
    "image/tiff": ".tif",
    SVG: ".svg",
    VIDEO: ".mp4",
}
MEDIA_TYPES = {extension: type_ for type_, extension in EXTENSIONS.items()}
UNSHOWN = frozenset({HEIF, JPEG_XL, JPEG_2000, "image/tiff"})
"""Types that Chromium or Firefox do not show."""

MAX_PIXELS = 2**30
"""Pixels of a saved image at most: RGBA of them takes 4 GB, more than browsers decode. Large sensors have 2**28."""
MAX_GIF_PIXELS = 2**26
"""The same of a GIF: Pillow takes as much memory for a frame as its head says when it opens the file."""

# WHATWG MIME Sniffing, 6.1; AVIF: ISO base media file whose brands include avif or avis.
_MAGIC = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    (JPEG, re.compile(rb"\xff\xd8\xff")),
    (GIF, re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF....WEBPVP", re.DOTALL)),
    ("image/avif", re.compile(rb"....ftyp(?:....){0,8}?avi[fs]", re.DOTALL)),
    (HEIF, re.compile(rb"....ftyp(?:....){0,8}?(?:hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL)),
    (JPEG_XL, re.compile(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n")),
    (JPEG_2000, re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51")),
    ("image/tiff", re.compile(rb"II\*\0|MM\0\*|II\+\0\x08\0\0\0|MM\0\+\0\x08\0\0")),
    # Directory of an icon: reserved, type, count, and the reserved byte of the first entry.
    ("image/x-icon", re.compile(rb"\0\0\x01\0[^\0].{4}\0", re.DOTALL)),
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
    """Media type, width and height in pixels, and number of frames; an SVG may have no size, a video has none.

    `has_end` is False for a JPEG that is complete but for its end mark.
    """

    media_type: str
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    has_end: bool = True


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
    if type_ == GIF:
        gif = read_gif(body)
        _complete(gif.frames)
        if gif.pixels > MAX_GIF_PIXELS:
            raise UnsupportedImageError(Reason(ReasonCode.IMAGE_TOO_MANY_PIXELS))
        return _read_header(body, type_, frames=gif.frames)
    has_end = type_ != JPEG or has_jpeg_end(body)
    _complete(has_end or is_jpeg_scan_complete(body) if type_ == JPEG else _IS_COMPLETE.get(type_, bool)(body))
    if type_ in {HEIF, JPEG_XL}:  # Pillow cannot read their headers
        return ImageInfo(type_)
    return _read_header(body, type_, has_end=has_end)


def _complete(found: int) -> int:
    """Return what shows that an image is complete; raise CorruptImageError if it is 0 or False."""
    if not found:
        raise CorruptImageError(Reason(ReasonCode.IMAGE_TRUNCATED))
    return found


def _read_header(body: bytes, type_: str, *, frames: int | None = None, has_end: bool = True) -> ImageInfo:
    image_module = _pillow()
    try:
        with image_module.open(BytesIO(body), formats=[_PILLOW_FORMATS.get(type_, type_.partition("/")[2])]) as image:
            width, height = image.size
            frames = frames or getattr(image, "n_frames", 1)
    except Exception as error:
        raise CorruptImageError(Reason(ReasonCode.IMAGE_UNREADABLE)) from error
    if width * height > MAX_PIXELS:
        raise UnsupportedImageError(Reason(ReasonCode.IMAGE_TOO_MANY_PIXELS))
    return ImageInfo(type_, width, height, frames, has_end)


@cache
def _pillow() -> ModuleType:
    """Return Pillow's module `Image` with our own limit of pixels."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    return Image


# Whether an image is complete; bytes behind its end are ignored.


def _is_png_complete(body: bytes) -> bool:
    return b"IEND\xaeB`\x82" in body  # the last chunk is empty, so its checksum is always this (ISO/IEC 15948, 11.2.5)


def _is_riff_complete(body: bytes) -> bool:
    return int.from_bytes(body[4:8], "little") + 8 <= len(body)


def _is_bitmap_complete(body: bytes) -> bool:
    return int.from_bytes(body[2:6], "little") <= len(body)  # some writers declare 0


def _is_jpeg_2000_complete(body: bytes) -> bool:
    """Return whether the end mark is behind the start of the code stream, in which it cannot occur (T.800, A.4)."""
    return body.rfind(b"\xff\xd9") > body.find(b"\xff\x4f\xff\x51")


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
    "image/webp": _is_riff_complete,
    "image/bmp": _is_bitmap_complete,
    "image/avif": _is_media_complete,
    HEIF: _is_media_complete,
    JPEG_2000: _is_jpeg_2000_complete,
}
_PILLOW_FORMATS = {"image/x-icon": "ico", JPEG_2000: "jpeg2000"}
_ENDS = {
    "image/png": b"IEND\xaeB`\x82",
    JPEG: b"\xff\xd9",
    GIF: b"\0;",
}


def ends_like_an_image(body: bytes) -> bool:
    """Return whether nothing is missing at the end of an image, although fewer bytes came than were announced."""
    end = _ENDS.get(media_type(body) or "")
    return end is not None and body.endswith(end)
