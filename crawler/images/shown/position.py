"""Remove where a photo was taken from a JPEG, PNG or WebP, without touching its pixels. Pure.

Whole segments are removed: EXIF, XMP and IPTC, which may all have the position, and what is behind the image. How the
image is turned and its color profile stay.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from crawler.images.formats.jpeg import END_OF_IMAGE, jpeg_segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_GPS, _ORIENTATION = 0x8825, 0x0112  # tags of EXIF
_UPRIGHT = 1
_EXIF = b"Exif\0\0"
_APP1, _APP13, _COMMENT = 0xE1, 0xED, 0xFE  # EXIF and XMP; IPTC
_IPTC_PLACE = (b"\x1c\x02\x5a", b"\x1c\x02\x5c", b"\x1c\x02\x1a", b"\x1c\x02\x5f")  # city, sublocation, code, state
_PNG_TEXT = (b"XML:com.adobe.xmp\0", b"Raw profile type ")  # the second is that of ImageMagick, for EXIF, IPTC and XMP
_PNG_BEGIN = 8
_RIFF_BEGIN = 12
_WEBP_FLAGS = {b"EXIF": 0x08, b"XMP ": 0x04}  # in VP8X
_POSITION_IN_XMP = (b"GPSLatitude", b"GPSLongitude")


def without_position(body: bytes, media_type: str) -> bytes | None:
    """Return an image without the position; None if it has none, and for other types.

    Raises OSError, SyntaxError or ValueError for an image that Pillow cannot read.
    """
    if (remove := _REMOVERS.get(media_type)) is None:
        return None
    has_position, orientation = _read(body)
    return remove(body, _exif(orientation)) if has_position else None


def _read(body: bytes) -> tuple[bool, int]:
    """Return whether an image has a position, and how it is turned."""
    from PIL import Image

    with Image.open(BytesIO(body)) as image:
        exif, xmp = image.getexif(), image.info.get("xmp", b"") or image.info.get("XML:com.adobe.xmp", "")
        iptc = image.info.get("photoshop", {})
    text = xmp if isinstance(xmp, bytes) else str(xmp).encode()
    parts = [part for part in dict(iptc).values() if isinstance(part, bytes)]
    has_place = any(mark in part for part in parts for mark in _IPTC_PLACE)
    has_position = bool(exif.get_ifd(_GPS)) or has_place or any(name in text for name in _POSITION_IN_XMP)
    return has_position, int(exif.get(_ORIENTATION, _UPRIGHT))


def _exif(orientation: int) -> bytes:
    """Return EXIF data that only says how an image is turned; none if it is upright."""
    if orientation == _UPRIGHT:
        return b""
    from PIL import Image

    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()


def _from_jpeg(body: bytes, exif: bytes) -> bytes:
    parts = [body[:2]]
    if exif:
        parts.append(b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif)
    for mark, start, end in jpeg_segments(body):
        if mark not in {_APP1, _APP13, _COMMENT}:
            parts.append(body[start:end])
        if mark == END_OF_IMAGE:
            break
    return b"".join(parts)


def _from_png(body: bytes, exif: bytes) -> bytes:
    parts = [body[:_PNG_BEGIN]]
    for name, data, chunk in _png_chunks(body):
        if name == b"IDAT" and exif:
            plain = exif.removeprefix(_EXIF)
            parts.append(
                len(plain).to_bytes(4, "big") + b"eXIf" + plain + zlib.crc32(b"eXIf" + plain).to_bytes(4, "big")
            )
            exif = b""
        if name != b"eXIf" and not data.startswith(_PNG_TEXT):
            parts.append(chunk)
    return b"".join(parts)


def _png_chunks(body: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield name, data and all bytes of each chunk, up to the last one."""
    offset, name = _PNG_BEGIN, b""
    while offset < len(body) and name != b"IEND":
        size = int.from_bytes(body[offset : offset + 4], "big")
        name, end = body[offset + 4 : offset + 8], offset + 12 + size
        yield name, body[offset + 8 : offset + 8 + size], body[offset:end]
        offset = end


def _from_webp(body: bytes, exif: bytes) -> bytes:
    chunks = [(name, data) for name, data in _riff_chunks(body) if name not in _WEBP_FLAGS]
    if exif:
        chunks.append((b"EXIF", exif.removeprefix(_EXIF)))
    flags = sum(flag for name, flag in _WEBP_FLAGS.items() if not (exif and name == b"EXIF"))
    parts = []
    for name, data in chunks:
        kept = bytes([data[0] & ~flags]) + data[1:] if name == b"VP8X" else data
        parts.append(name + len(kept).to_bytes(4, "little") + kept + b"\0" * (len(kept) % 2))
    content = b"WEBP" + b"".join(parts)
    return b"RIFF" + len(content).to_bytes(4, "little") + content


def _riff_chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and data of each chunk."""
    offset, end = _RIFF_BEGIN, int.from_bytes(body[4:8], "little") + 8
    while offset + 8 <= min(end, len(body)):
        size = int.from_bytes(body[offset + 4 : offset + 8], "little")
        yield body[offset : offset + 4], body[offset + 8 : offset + 8 + size]
        offset += 8 + size + size % 2


_REMOVERS: Mapping[str, Callable[[bytes, bytes], bytes]] = {
    "image/jpeg": _from_jpeg,
    "image/png": _from_png,
    "image/webp": _from_webp,
}
