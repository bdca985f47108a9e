"""Find the URLs in the attributes of an HTML tag. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.models.note import LinkRole
from crawler.notes.markdown.templates.mdx import attribute_span
from crawler.notes.markdown.url_spans import decode_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.markdown.html.tags import Tag

# Attributes that browsers load or lead to: `cite` is shown nowhere, and `data-src` means nothing without a script.
_NAMES = ("href", "src", "poster", "srcset")
_ROLES = {
    ("img", "src"): LinkRole.IMAGE,
    ("img", "srcset"): LinkRole.IMAGE,
    ("source", "srcset"): LinkRole.IMAGE,
    ("video", "src"): LinkRole.VIDEO,
    ("source", "src"): LinkRole.VIDEO,
    ("video", "poster"): LinkRole.IMAGE,
}
_SETS = {"img", "source"}  # the elements with `srcset`
_CANDIDATE = re.compile(rb"[\s,]*+(?P<url>\S++)")
_DESCRIPTORS = re.compile(rb"[^,]*+")

_REMOVED_FROM_URLS = dict.fromkeys(map(ord, "\t\r\n"))  # URL Living Standard, 4.4


class AttributeUrl(NamedTuple):
    """A URL in a tag: its span in the HTML, and its role if the element determines one."""

    url: str
    start: int
    end: int
    role: LinkRole | None


def attribute_urls(html: bytes, tag: Tag, *, in_cell: bool = False) -> Iterator[AttributeUrl]:
    r"""Yield the URLs in the attributes of a tag; in the cell of a table of Markdown, `\|` is a bar (GFM 4.10)."""
    for name in _NAMES:
        if name not in tag.attributes or (name == "srcset" and tag.name not in _SETS):
            continue
        for start, end in _spans(html, name, *tag.attributes[name]):
            source = html[start:end].replace(b"\\|", b"|") if in_cell else html[start:end]
            url = decode_url(source, html=True).translate(_REMOVED_FROM_URLS)
            yield AttributeUrl(url, start, end, _ROLES.get((tag.name, name)))


def _spans(html: bytes, name: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if name == "srcset":
        yield from _candidates(html, start, end)
        return
    value = html[start:end].strip()
    first = html.index(value, start)
    if (span := attribute_span(html, first, first + len(value))) is not None:
        yield span


def _candidates(html: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the URLs in a `srcset` (HTML Living Standard, 4.8.4.2.2): `a.png 1x, b.png 2x`."""
    while match := _CANDIDATE.match(html, start, end):
        url = match["url"].rstrip(b",")
        if url:
            yield match.start("url"), match.start("url") + len(url)
        is_last = len(url) < len(match["url"])  # a comma behind it: there are no descriptors
        start = match.end()
        if not is_last and (rest := _DESCRIPTORS.match(html, start, end)):
            start = rest.end()
