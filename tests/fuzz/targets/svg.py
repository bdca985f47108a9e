"""An SVG: its size, or why it is refused."""

from __future__ import annotations

from contextlib import suppress

from crawler.images.formats.svg import MalformedError, UnsafeError, svg_size

TOKENS = (
    *(b'<svg xmlns="http://www.w3.org/2000/svg" ', b'viewBox="0 0 ', b'width="', b'height="', b"px", b"<script>"),
    *(b"<style>@import url(", b"<!ENTITY a ", b"<!DOCTYPE svg [", b"onload=", b"xlink:href=", b"<?xml-stylesheet "),
    *(b"javascript:", b"data:image/png;base64,", b"<foreignObject>", b"<set attributeName='href'", b"</svg>"),
)


def one_input(data: bytes) -> None:
    with suppress(MalformedError, UnsafeError):
        width, height = svg_size(data)
        assert width is None or width >= 0
        assert height is None or height >= 0
