"""Find the tags of HTML and the byte spans of their attributes. Pure, in time linear in the number of bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKUP = re.compile(rb"<(?:(?P<comment>!--)|(?P<bogus>[!?])|(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*+))")
_ATTRIBUTE = re.compile(
    rb"[\s/]*+(?:(?P<close>>)|(?P<name>[^\s/>][^\s/>=]*+)"
    rb"(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)(?P<end2>\"?)|'(?P<single>[^']*+)(?P<end1>'?)|(?P<plain>[^\s>\"'][^\s>]*+)))?+)"
)
COMMENT = "!--"
"""`Tag.name` of a comment."""

STYLE_SHEET = "style sheet"
"""`Tag.name` of the content of `<style>`."""

# Elements whose content is raw text (HTML Living Standard, 13.1.2), and their end tags.
_RAW = {
    name: re.compile(rb"</" + name.encode() + rb"(?![^\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea")
}


@dataclass(frozen=True, slots=True)
class Tag:
    """One HTML tag or comment; if `name` is empty, the text between two of them.

    `attributes` are the spans of values by lower-case name, quotes excluded; those without a value are left out.
    """

    start: int
    end: int
    name: str = ""
    closing: bool = False
    attributes: dict[str, tuple[int, int]] = field(default_factory=dict)


def find_tags(html: bytes) -> Iterator[Tag]:
    """Yield tags, comments and text of a piece of HTML in order, without the content of scripts.

    As in browsers, a tag without `>` extends to the end, and so does a quoted value without closing quote.
    """
    position = 0
    while match := _MARKUP.search(html, position):
        if position < match.start():
            yield Tag(position, match.start())
        if match["comment"] or match["bogus"]:
            closer, search_from = (b"-->", match.start() + 2) if match["comment"] else (b">", match.end())
            closing = html.find(closer, search_from)
            if closing < 0:
                return
            position = closing + len(closer)
            if match["comment"]:
                yield Tag(match.start(), position, COMMENT)
            continue
        tag = _parse_tag(html, match)
        yield tag
        position = tag.end
        if tag.name in _RAW and not tag.closing:
            end_tag = _RAW[tag.name].search(html, position)
            end = end_tag.start() if end_tag else len(html)
            if tag.name == "style":
                yield Tag(position, end, STYLE_SHEET)
            if end_tag is None:
                return
            position = end
    if position < len(html):
        yield Tag(position, len(html))


def _parse_tag(html: bytes, opening: re.Match[bytes]) -> Tag:
    """Return the tag whose `<name` is `opening`, with its attributes."""
    attributes: dict[str, tuple[int, int]] = {}
    position = opening.end()
    while match := _ATTRIBUTE.match(html, position):
        position = match.end()
        if match["close"]:
            break
        if match["end1"] == b"" or match["end2"] == b"":
            position = len(html)
            break
        if match.lastgroup != "name":
            value = next(group for group in ("double", "single", "plain") if match[group] is not None)
            attributes.setdefault(match["name"].decode().lower(), match.span(value))
    else:
        position = len(html)
    return Tag(opening.start(), position, opening["name"].decode().lower(), bool(opening["slash"]), attributes)
