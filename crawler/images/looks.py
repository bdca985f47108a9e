"""Compare what images show, whatever their format, size and compression. Pure.

A look is a grey thumbnail, compared by correlation. The bits of a difference hash are noise where a drawing is flat
after it is compressed again, and most of a drawing that says "removed" is flat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO

_SIDE = 16
_MAX_PIXELS = 2**24
_MIN_CORRELATION = 0.95
_MAX_ASPECT_RATIO = 1.06
"""Between the proportions of two sizes of one image, which are rounded to pixels."""
_FLAT = 2.0
"""Standard deviation of the shades of an image that shows nothing."""
_SHADES = 12.0
"""Difference in mean shade, of 255, up to which two images may be the same."""


@dataclass(frozen=True, slots=True)
class Look:
    """The shades of a thumbnail of 16 × 16 pixels, their mean and standard deviation, and width by height."""

    shades: tuple[float, ...]
    mean: float
    deviation: float
    aspect: float


def look_of(body: bytes) -> Look | None:
    """Return the look of an image; None for one that Pillow cannot read, or of too many pixels."""
    from PIL import Image

    try:
        with Image.open(BytesIO(body)) as image:
            width, height = image.size
            if width * height > _MAX_PIXELS:
                return None
            seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        small = Image.alpha_composite(white, seen).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    except Exception:  # noqa: BLE001 - Pillow raises all sorts of errors for damaged files
        return None
    shades = tuple(map(float, small.tobytes()))
    mean = sum(shades) / len(shades)
    deviation = math.sqrt(sum((shade - mean) ** 2 for shade in shades) / len(shades))
    return Look(shades, mean, deviation, width / height)


def are_alike(one: Look | None, other: Look | None) -> bool:
    """Return whether two images show the same, one of them perhaps resized or compressed again."""
    if one is None or other is None:
        return False
    larger, smaller = sorted((one.aspect, other.aspect), reverse=True)
    if larger / smaller > _MAX_ASPECT_RATIO or abs(one.mean - other.mean) > _SHADES:
        return False
    if one.deviation < _FLAT or other.deviation < _FLAT:
        return max(one.deviation, other.deviation) < _FLAT and abs(one.mean - other.mean) <= _FLAT
    products = ((a - one.mean) * (b - other.mean) for a, b in zip(one.shades, other.shades, strict=True))
    return sum(products) / len(one.shades) / (one.deviation * other.deviation) >= _MIN_CORRELATION
