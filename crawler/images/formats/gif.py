"""Find the end of a GIF file and count its frames, without decoding it. Pure."""

from __future__ import annotations

_FULL = b"\xff"
_SIZES = 4096
"""Blocks whose sizes are read together: most are full, 255 bytes behind their size."""


def count_gif_frames(body: bytes) -> int:
    """Return the number of frames of a GIF whose blocks end with its trailer, or behind a whole frame; 0 for others.

    Browsers show a GIF without trailer. (GIF89a, 12 to 27)
    """
    offset = 13 + _color_table_size(body, 10)
    frames = 0
    while offset < len(body):
        match body[offset : offset + 1]:
            case b";":  # the trailer
                return frames
            case b",":  # a frame
                frames += 1
                offset += 10 + _color_table_size(body, offset + 9) + 1
            case b"!":  # an extension
                offset += 2
            case _:
                return 0
        offset = _behind_blocks(body, offset)
    return frames if offset == len(body) else 0


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
