"""Find the end of a GIF file, and the number and size of its frames, without decoding it. Pure."""

from __future__ import annotations

import struct
from typing import NamedTuple

_SIZE = struct.Struct("<HH")
_FRAME = struct.Struct("<HHHH")
"""Left, top, width and height of a frame (GIF89a, 20)."""

_FULL = b"\xff"
_SIZES = 4096
"""Blocks whose sizes are read together: most are full, 255 bytes behind their size."""


class GifInfo(NamedTuple):
    """The number of frames of a GIF, and the pixels of the canvas that holds its screen and all frames."""

    frames: int
    pixels: int


def read_gif(body: bytes) -> GifInfo:
    """Return the frames of a GIF whose blocks end with its trailer, or behind a whole frame; none for others.

    Browsers show a GIF without trailer, and frames that reach beyond the screen. (GIF89a, 12 to 27)
    """
    nothing = GifInfo(0, 0)
    if len(body) < 13:  # noqa: PLR2004 - header and screen (GIF89a, 17 and 18)
        return nothing
    width, height = _SIZE.unpack_from(body, 6)
    offset = 13 + _color_table_size(body, 10)
    frames = 0
    while offset < len(body):
        match body[offset : offset + 1]:
            case b";":  # the trailer
                return GifInfo(frames, width * height)
            case b"," if offset + 10 <= len(body):  # a frame
                frames += 1
                left, top, frame_width, frame_height = _FRAME.unpack_from(body, offset + 1)
                width, height = max(width, left + frame_width), max(height, top + frame_height)
                offset += 10 + _color_table_size(body, offset + 9) + 1
            case b"!":  # an extension
                offset += 2
            case _:
                return nothing
        offset = _behind_blocks(body, offset)
    return GifInfo(frames, width * height) if offset == len(body) else nothing


def _behind_blocks(body: bytes, offset: int) -> int:
    """Return the offset behind the blocks that begin at one, the last of which is empty (GIF89a, 15 and 16)."""
    while offset < len(body) and (size := body[offset]):
        if size == _FULL[0]:
            sizes = body[offset : offset + 256 * _SIZES : 256]
            offset += 256 * (len(sizes) - len(sizes.lstrip(_FULL)))
        else:
            offset += 1 + size
    return offset + 1


def _color_table_size(body: bytes, offset: int) -> int:
    """Return the size in bytes of the color table that the packed field at an offset declares (GIF89a, 18 to 21)."""
    packed = body[offset] if offset < len(body) else 0
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0
