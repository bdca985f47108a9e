"""Find the URLs of images in CSS: in a `style` attribute, or a style sheet. Pure, in linear time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.notes.image_syntax import has_image_ending, image_syntax
from crawler.notes.markdown.url_spans import characters

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<comment> /\* (?: (?!\*/). )*+ (?:\*/)? )
    | (?<![\w-]) url\(\s*+ (?: (?P<quote>["']) (?P<quoted> (?: [^"'\\\n] | \\. | (?!(?P=quote))["'] )*+ ) (?P=quote)
        | (?P<plain> (?: [^\s"'()\\] | \\. )++ ) ) \s*+ \)
    | (?P<mark>["']) (?P<string> (?: [^"'\\\n] | \\. | (?!(?P=mark))["'] )*+ ) (?P=mark)
    | (?<![\w-]) (?P<set> (?:-webkit-)?image-set\( )
    | (?P<name> (?<![\w-]) -{0,2}[A-Za-z_][\w-]*+ ) (?= \s*+: )
    | (?P<open> \( ) | (?P<close> \) ) | (?P<end> [;{}] )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
_CODES = range(1, 0x110000)
_SURROGATES = range(0xD800, 0xE000)


class CssUrl(NamedTuple):
    """The URL of an image with its span; `group` is the offset of the `image-set()` around it, None without one."""

    url: str
    start: int
    end: int
    group: int | None


def css_image_urls(source: bytes, *, in_attribute: bool = False) -> Iterator[CssUrl]:
    """Yield the URLs of images; fonts, other style sheets and places in the note itself are none.

    In an attribute, `&quot;` and the like are the characters that they stand for.
    """
    text, offsets = characters(source, html=in_attribute)
    declared: str | None = None  # the property of the current declaration
    depth = 0
    sets: list[tuple[int, int]] = []  # the offset of each open `image-set(`, and the depth within it
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "end":
            declared, depth, sets = None, 0, []
        elif kind == "name" and declared is None:
            declared = match["name"].lower()
        elif kind in {"open", "set"}:
            depth += 1
            sets += [(match.start(), depth)] if kind == "set" else []
        elif kind == "close":
            sets = sets[:-1] if sets and sets[-1][1] == depth else sets
            depth -= 1
        elif (name := _url_group(match, is_in_set=bool(sets) and sets[-1][1] == depth)) is not None:
            url = _ESCAPE.sub(_unescaped, match[name])
            if _is_image(url, declared):
                first, last = match.span(name)
                yield CssUrl(url, offsets[first], offsets[last], offsets[sets[0][0]] if sets else None)


def _url_group(match: re.Match[str], *, is_in_set: bool) -> str | None:
    """Return the name of the group that is a URL; strings are URLs only directly within `image-set()`."""
    names = ("quoted", "plain", "string") if is_in_set else ("quoted", "plain")
    return next((name for name in names if match[name]), None)


def _is_image(url: str, declared: str | None) -> bool:
    if declared is None or url.startswith("#"):
        return False
    is_custom = declared.startswith("--") and has_image_ending(url)
    return is_custom or declared in image_syntax()["css"]["properties"]


def _unescaped(match: re.Match[str]) -> str:
    if match[1] is None:
        return "" if match[2] == "\n" else str(match[2])
    code = int(match[1], 16)
    return chr(code) if code in _CODES and code not in _SURROGATES else "\ufffd"
