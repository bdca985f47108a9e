"""Read the size of an SVG, and refuse one with active content. Pure.

Scripts, event handlers, embedded documents and external references are refused, not removed: sanitizers miss some.
References within the file and `data:` images are allowed. Elements and attributes: https://www.w3.org/TR/SVG2/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_ACTIVE = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed", "object", "audio", "video"})
_ANIMATIONS = frozenset({"animate", "set", "animatemotion", "animatetransform", "animatecolor"})
_INTERNAL = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]|$)", re.IGNORECASE)
_FETCHING_STYLE = re.compile(
    r"url\(\s*+[\"']?+\s*+(?!#|data:(?:image|font|application/(?:x-)?font))[^)\s]|@import|expression\(|\\\\",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\s*+(\d{1,6}(?:\.\d*+)?+)\s*+(?:px\s*+)?+")


class MalformedError(ValueError):
    """An SVG that is not well-formed XML."""


class UnsafeError(ValueError):
    """An SVG with active content; the message names it."""


def svg_size(body: bytes) -> tuple[int | None, int | None]:
    """Return the width and height of an SVG in pixels; None for those that it does not declare.

    Raises MalformedError if it is not XML, UnsafeError if it declares entities or has active content.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedError("not well-formed") from error
    if (types := root.getroottree().docinfo.internalDTD) is not None and any(types.iterentities()):
        raise UnsafeError("entity declarations")
    for description in _active_content(root):
        raise UnsafeError(description)
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    width, height = (box[2], box[3]) if len(box) == 4 else ("", "")  # noqa: PLR2004 - x, y, width, height
    return _pixels(root.get("width", width), width), _pixels(root.get("height", height), height)


def _active_content(root: etree._Element) -> Iterator[str]:
    """Yield a description of each piece of active content."""
    from lxml import etree

    for node in root.getroottree().xpath("//processing-instruction()"):
        yield f"a processing instruction ({node.target})"
    for element in root.iter(etree.Element):
        name = _local_name(element.tag)
        if name in _ACTIVE:
            yield f"<{name}>"
        if name == "style" and _FETCHING_STYLE.search("".join(element.itertext())):
            yield "external style"
        if name in _ANIMATIONS and element.get("attributeName", "").lower().rpartition(":")[2] == "href":
            yield "animated reference"
        for attribute, value in element.attrib.items():
            yield from _in_attribute(name, _local_name(attribute), value)


def _local_name(name: str) -> str:
    """Return a name without its namespace or prefix, also one that the parser takes and lxml refuses (`a:b`)."""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _in_attribute(element: str, attribute: str, value: str) -> Iterator[str]:
    if attribute.startswith("on"):
        yield f"a handler ({attribute})"
    if attribute in {"href", "src"} and not _INTERNAL.match(value) and element != "a":
        yield "external reference"
    if re.search(r"(?:java|vb)script:", re.sub(r"[\s\x00-\x20]", "", value), re.IGNORECASE):
        yield "a script in an attribute"
    if _FETCHING_STYLE.search(value):
        yield "external style"


def _pixels(declared: str, default: str) -> int | None:
    """Return a length in pixels, that of `default` if the declared one has another unit; None if neither has pixels."""
    length = _LENGTH.fullmatch(declared) or _LENGTH.fullmatch(default)
    return round(float(length[1])) if length else None
