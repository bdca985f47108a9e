"""Find the URLs in the attributes of an HTML tag. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.models.notes.note import LinkRole, Syntax
from crawler.notes.image_syntax import has_image_ending, image_syntax
from crawler.notes.markdown.html.css import css_image_urls
from crawler.notes.markdown.templates.mdx import attribute_span
from crawler.notes.markdown.url_spans import decode_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.markdown.html.tags import Tag

# Attributes that browsers load or lead to, of any element: `cite` is shown nowhere.
_NAMES = ("href", "src", "poster")
_VIDEOS = {("video", "src"), ("source", "src")}
_CANDIDATE = re.compile(rb"[\s,]*+(?P<url>\S++)")
_DESCRIPTORS = re.compile(rb"[^,]*+")

_REMOVED_FROM_URLS = dict.fromkeys(map(ord, "\t\r\n"))  # URL Living Standard, 4.4


class AttributeUrl(NamedTuple):
    """A URL in a tag: its span in the HTML, its role if the element determines one, and how it is written.

    `candidates` is the offset of the element of whose image it is one of several candidates; None for one by itself.
    `is_stand_in` says that a script shows another image in its place.
    """

    url: str
    start: int
    end: int
    role: LinkRole | None
    syntax: Syntax = Syntax.ATTRIBUTE
    candidates: int | None = None
    is_stand_in: bool = False


def attribute_urls(html: bytes, tag: Tag, *, in_cell: bool = False) -> Iterator[AttributeUrl]:
    r"""Yield the URLs in the attributes of a tag; in the cell of a table of Markdown, `\|` is a bar (GFM 4.10)."""
    images = frozenset(name for name in _image_names(tag.name) & tag.attributes.keys() if _may_be_url(html, tag, name))
    sets = image_syntax()["sets"].get(tag.name, frozenset())
    embedded = image_syntax()["embedded"].get(tag.name, frozenset())
    has_set = not sets.isdisjoint(tag.attributes)
    is_late = any(name.startswith("data-") for name in images)
    for name, (start, end) in tag.attributes.items():
        if name == "style":
            yield from _css_urls(html, start, end)
        elif name in sets:
            for first, last in _candidates(html, start, end):
                url = _decoded(html, first, last, in_cell=in_cell)
                yield AttributeUrl(url, first, last, LinkRole.IMAGE, Syntax.SET, tag.start)
        elif (name in _NAMES or name in images or name in embedded) and (span := _value_span(html, start, end)):
            url = _decoded(html, *span, in_cell=in_cell)
            role = _role(html, tag, name, url)
            is_stand_in = is_late and name == "src"
            candidates = tag.start if name in images and (has_set or is_late) and not is_stand_in else None
            yield AttributeUrl(url, *span, role, _syntax(html, start, span), candidates, is_stand_in)


def _image_names(element: str) -> frozenset[str]:
    """Return the attributes of an element that may have the URL of an image."""
    table: dict[str, frozenset[str]] = image_syntax()["attributes"]
    return table["*"] | table.get(element, frozenset())


def _may_be_url(html: bytes, tag: Tag, name: str) -> bool:
    """Return whether the value of an attribute for an image may be a URL: `data-lazy="true"` and colors are none."""
    value = html[slice(*tag.attributes[name])].strip()
    if name in image_syntax()["attributes"]["*"]:
        return not value.startswith((b"url(", b"#")) and (
            b"//" in value or has_image_ending(value.decode(errors="replace"))
        )
    return not name.startswith("data-") or b"/" in value or b"." in value


def _role(html: bytes, tag: Tag, name: str, url: str) -> LinkRole | None:
    if name in _image_names(tag.name):
        return LinkRole.IMAGE
    if name in image_syntax()["embedded"].get(tag.name, ()):
        media_type = html[slice(*tag.attributes.get("type", (0, 0)))].strip().lower()
        is_image = media_type.startswith(b"image/") if media_type else has_image_ending(url)
        return LinkRole.IMAGE if is_image else None
    return LinkRole.VIDEO if (tag.name, name) in _VIDEOS else None


def _decoded(html: bytes, start: int, end: int, *, in_cell: bool) -> str:
    source = html[start:end].replace(b"\\|", b"|") if in_cell else html[start:end]
    return decode_url(source, html=True).translate(_REMOVED_FROM_URLS)


def _value_span(html: bytes, start: int, end: int) -> tuple[int, int] | None:
    value = html[start:end].strip()
    first = html.index(value, start)
    return attribute_span(html, first, first + len(value))


def _syntax(html: bytes, start: int, span: tuple[int, int]) -> Syntax:
    if html[start - 1 : start] in {b'"', b"'"}:
        return Syntax.ATTRIBUTE
    return Syntax.UNQUOTED if span[0] == start else Syntax.STRING  # within braces of MDX


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


def _css_urls(html: bytes, start: int, end: int) -> Iterator[AttributeUrl]:
    for url, first, last, group in css_image_urls(html[start:end], in_attribute=True):
        candidates = None if group is None else start + group
        yield AttributeUrl(url, start + first, start + last, LinkRole.IMAGE, Syntax.STYLE, candidates)
