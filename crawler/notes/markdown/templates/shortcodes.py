"""Find the URLs of images in shortcodes of Hugo, tags of Jekyll and Hexo, and components of MDX in text. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.notes.image_syntax import image_syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_BLANK_LINE = rb"(?!(?:\r\n?+|\n)[ \t>]*+[\r\n])"
_SHORTCODE = re.compile(
    rb"\{\{<(?P<hugo>(?:(?!>\}\}|\{\{<)%(character)s)*+)>\}\}"
    rb"|\{\{%%(?P<markdown>(?:(?!%%\}\}|\{\{%%)%(character)s)*+)%%\}\}"
    rb"|\{%%-?(?P<liquid>(?:(?!%%\}|\{%%)%(character)s)*+)%%\}"
    rb"|<(?P<component>[A-Z](?:(?![<>])%(character)s)*+)>" % {b"character": _NO_BLANK_LINE + rb"[\x00-\xff]"}
)
_COMPONENT = re.compile(rb"<[A-Z]")
_NAME = re.compile(rb"\s*+(?P<name>[A-Za-z][\w./-]*+)")
_ARGUMENT = re.compile(
    rb"(?:(?P<key>[A-Za-z][\w:-]*+)\s*+=\s*+)?+\{?"
    rb"(?:\"(?P<double>(?:[^\"\\]|\\.)*+)\"|'(?P<single>[^']*+)'|`(?P<raw>[^`]*+)`|(?P<plain>[^\s\"'`{}]++))",
    re.DOTALL,
)
_URL = re.compile(rb"https?://[^\s\"'\\<>]++", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+")


class ShortcodeUrl(NamedTuple):
    """The span of the URL of an image, and of the shortcode around it."""

    start: int
    end: int
    place: int
    element_end: int


def shortcode_urls(data: bytes) -> Iterator[ShortcodeUrl]:
    """Yield the URLs of images in what looks like a shortcode, in code, too, in order."""
    if not (b"{{" in data or b"{%" in data or _COMPONENT.search(data)):
        return
    for match in _SHORTCODE.finditer(data):
        first, last = match.span(match.lastgroup or 0)
        if name := _NAME.match(data, first, last):
            for url in _image_arguments(data, name.end(), last, name["name"].decode()):
                yield ShortcodeUrl(*url, match.start(), match.end())


def _image_arguments(data: bytes, start: int, end: int, name: str) -> Iterator[tuple[int, int]]:
    table = image_syntax()["shortcodes"]
    if name == "include" and (template := _ARGUMENT.search(data, start, end)):
        name = template[template.lastgroup or 0].decode().rpartition("/")[2].partition(".")[0]
        start = template.end()
    words = {word.lower() for word in _WORD.findall(name)}
    is_image = not words.isdisjoint(table["words"]) and "asset" not in words  # that is a file beside the note
    for match in _ARGUMENT.finditer(data, start, end):
        key = (match["key"] or b"").decode().lower()
        has_role = key in table["always"] or (is_image and (not key or key in table["parameters"]))
        value = match.lastgroup or 0
        written = match[value].rstrip(b",;") if value == "plain" else match[value]
        if has_role and _URL.fullmatch(written):
            yield match.start(value), match.start(value) + len(written)
