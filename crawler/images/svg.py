"""Drawings (SVG): how large, and whether they do no more than draw. Pure.

Cleaning somebody's markup is a game that is lost now and then; refusing is not. What runs, listens, embeds or fetches
is refused: https://www.w3.org/TR/SVG2/ lists what can. References within the file, and pictures in it, are fine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_RUNS = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed", "object", "audio", "video"})
_ANIMATES = frozenset({"animate", "set", "animatemotion", "animatetransform", "animatecolor"})
_HARMLESS = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]|$)", re.IGNORECASE)
_FETCHED = re.compile(
    r"url\(\s*+[\"']?+\s*+(?!#|data:(?:image|font|application/(?:x-)?font))[^)\s]|@import|expression\(|\\\\",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\s*(\d{1,6}(?:\.\d*)?)\s*(?:px)?\s*")


class MalformedError(ValueError):
    """A drawing that is no well-formed XML."""


class UnsafeError(ValueError):
    """A drawing that may do more than draw; the text says what it has."""


def svg_size(body: bytes) -> tuple[int | None, int | None]:
    """Return a drawing's width and height in pixels, None where it does not say them.

    Raises MalformedError for one that is no XML, UnsafeError for one that declares entities or does more than draw.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedError("not well-formed") from error
    if (types := root.getroottree().docinfo.internalDTD) is not None and any(types.iterentities()):
        raise UnsafeError("entities of its own")
    for found in _active_content(root):
        raise UnsafeError(found)
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    across, down = (box[2], box[3]) if len(box) == 4 else ("", "")  # noqa: PLR2004 - x, y, width, height
    return _pixels(root.get("width", across), across), _pixels(root.get("height", down), down)


def _active_content(root: etree._Element) -> Iterator[str]:
    from lxml import etree

    for node in root.getroottree().xpath("//processing-instruction()"):
        yield f"a processing instruction ({node.target})"
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname.lower()
        if name in _RUNS:
            yield f"<{name}>"
        if name == "style" and _FETCHED.search("".join(element.itertext())):
            yield "a style that fetches"
        if name in _ANIMATES and element.get("attributeName", "").lower().rpartition(":")[2] == "href":
            yield "an animated address"
        for attribute, value in element.attrib.items():
            yield from _in_attribute(name, etree.QName(attribute).localname.lower(), value)


def _in_attribute(element: str, attribute: str, value: str) -> Iterator[str]:
    if attribute.startswith("on"):
        yield f"a handler ({attribute})"
    if attribute in {"href", "src"} and not _HARMLESS.match(value) and element != "a":
        yield "a reference to elsewhere"
    if re.search(r"(?:java|vb)script:", re.sub(r"[\s\x00-\x20]", "", value), re.IGNORECASE):
        yield "a script in an attribute"
    if _FETCHED.search(value):
        yield "a style that fetches"


def _pixels(declared: str, default: str) -> int | None:
    found = _LENGTH.fullmatch(declared) or _LENGTH.fullmatch(default)
    return round(float(found[1])) if found else None
