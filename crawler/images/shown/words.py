"""The words of IMAGES_SHOW. They are apart, as settings are read before anything of images is loaded."""

from __future__ import annotations

NO_POSITION, WEBP, ANIMATED_WEBP, BROWSER_FORMATS = SHOWN = (
    "no-position",
    "webp",
    "animated-webp",
    "browser-formats",
)
"""All of them."""
