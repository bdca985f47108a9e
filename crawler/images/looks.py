"""Compare what images show, whatever their format, size and compression. Pure.

A look is a grey thumbnail, compared by correlation. The bits of a difference hash are noise where a drawing is flat
after it is compressed again, and most of a drawing that says "removed" is flat.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from io import BytesIO
from operator import mul
from typing import TYPE_CHECKING, Self

from crawler.images.formats.gif import read_gif

if TYPE_CHECKING:
    from PIL.Image import Image

_SIDE = 16
_ASPECT = struct.Struct("<d")
_DRAFT = 4 * _SIDE
"""Least width and height in pixels to which a JPEG is decoded, which is much faster than in full."""
_MAX_PIXELS = 2**24
_MIN_CORRELATION = 0.95
_MAX_ASPECT_RATIO = 1.06
"""Between the proportions of two sizes of one image, which are rounded to pixels."""
_FLAT = 2.0
"""Standard deviation of the shades of an image that shows nothing."""
_SHADES = 12.0
"""Difference in mean shade, of 255, up to which two images may be the same."""
_OPAQUE = frozenset({"1", "L", "RGB", "CMYK", "YCbCr"})
"""Pillow's modes without alpha channel."""


@dataclass(frozen=True, slots=True)
class Look:
    """The shades of a thumbnail of 16 × 16 pixels, their mean and standard deviation, and width by height."""

    shades: bytes
    mean: float
    deviation: float
    aspect: float

    @classmethod
    def of_shades(cls, shades: bytes, aspect: float) -> Self:
        """Return the look with these shades."""
        mean = sum(shades) / len(shades)
        deviation = math.sqrt(max(sum(map(mul, shades, shades)) / len(shades) - mean**2, 0))
        return cls(shades, mean, deviation, aspect)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Return the look that `to_bytes` has stored."""
        (aspect,) = _ASPECT.unpack(stored[-_ASPECT.size :])
        return cls.of_shades(stored[: -_ASPECT.size], aspect)

    def to_bytes(self) -> bytes:
        """Return the look as bytes to store."""
        return self.shades + _ASPECT.pack(self.aspect)


def look_of(body: bytes) -> Look | None:
    """Return the look of an image; None for one that Pillow cannot read, or of too many pixels."""
    from PIL.Image import Resampling
    from PIL.Image import open as open_image

    if body.startswith(b"GIF8") and not 0 < read_gif(body).pixels <= _MAX_PIXELS:
        return None  # Pillow holds a frame as large as its head says when it opens a GIF
    try:
        with open_image(BytesIO(body)) as image:
            width, height = image.size
            if width * height > _MAX_PIXELS:
                return None
            image.draft("L", (_DRAFT, _DRAFT))
            is_opaque = image.mode in _OPAQUE and "transparency" not in image.info
            grey = image.convert("L") if is_opaque else _on_white(image.convert("RGBA"))
        small = grey.resize((_SIDE, _SIDE), Resampling.BOX)
    except Exception:  # noqa: BLE001 - Pillow raises all sorts of errors for damaged files
        return None
    return Look.of_shades(small.tobytes(), width / height)


def _on_white(image: Image) -> Image:
    from PIL.Image import alpha_composite, new

    return alpha_composite(new("RGBA", image.size, "white"), image).convert("L")


def are_alike(one: Look | None, other: Look | None) -> bool:
    """Return whether two images show the same, one of them perhaps resized or compressed again."""
    if one is None or other is None:
        return False
    larger, smaller = sorted((one.aspect, other.aspect), reverse=True)
    if larger / smaller > _MAX_ASPECT_RATIO or abs(one.mean - other.mean) > _SHADES:
        return False
    if one.deviation < _FLAT or other.deviation < _FLAT:
        return max(one.deviation, other.deviation) < _FLAT and abs(one.mean - other.mean) <= _FLAT
    covariance = sum(map(mul, one.shades, other.shades)) / len(one.shades) - one.mean * other.mean
    return bool(covariance / (one.deviation * other.deviation) >= _MIN_CORRELATION)
