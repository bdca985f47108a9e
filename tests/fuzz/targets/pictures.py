"""The bytes of an image of any format."""

from __future__ import annotations

from contextlib import suppress

from crawler.images.looks import are_alike, look_of
from crawler.images.sniff import UnsupportedImageError, inspect_image, media_type

TOKENS = (
    *(b"\x89PNG\r\n\x1a\n", b"IHDR", b"IDAT", b"IEND", b"acTL", b"GIF89a", b"\x21\xf9\x04", b"\x21\xff\x0bNETSCAPE2.0"),
    *(b"\xff\xd8\xff", b"\xff\xd9", b"\xff\xc0", b"JFIF", b"Exif", b"RIFF", b"WEBPVP8 ", b"WEBPVP8X", b"ANMF", b"BM"),
    *(
        b"ftypavif",
        b"ftypheic",
        b"ftypmp42",
        b"moov",
        b"mdat",
        b"\x00\x00\x00\x0cjP  \r\n\x87\n",
        b"<svg ",
        b"ftypjxl ",
    ),
)


def one_input(data: bytes) -> None:
    media_type(data)
    look = look_of(data)
    assert look is None or are_alike(look, look)
    with suppress(UnsupportedImageError):
        frames = inspect_image(data).frames
        assert frames is None or frames >= 1
