"""What a picture's bytes are: magic bytes are believed, never an extension or a Content-Type."""

from __future__ import annotations

import re

EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/bmp": ".bmp",
    "image/svg+xml": ".svg",
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
        "image/svg+xml",
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*+(?>(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE svg[^>]*>)\s*)*+<svg[\s>]",
            re.DOTALL | re.IGNORECASE,
        ),
    ),
)
_HEAD = 4096


def media_type(body: bytes) -> str | None:
    """Return the media type of a picture, None for anything else."""
    head = body[:_HEAD]
    return next((name for name, magic in _MAGIC if magic.match(head)), None)
