"""Links to files that are written as templates. Pure.

Examples are `{% link a.md %}`, `{{< ref "a.md" >}}` and `{{ site.baseurl }}/a/`.
What a tag means depends on the generator of the site (`crawler/data/site_generators.toml`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import splitext
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE_MARK = b"{"
"""What every template has."""

_LONGEST = 300
"""Characters between the marks of a template."""

_LONGEST_URL = 1000
"""Characters of a template; a longer text is none."""

_LONGEST_TEXT = 1000
"""Bytes before a target that are searched for the text of its link."""

_BASE = (
    r"\{\{-?[ \t]*(?:site\.(?:baseurl|url|github\.url|base_url)|base_?url|config\.(?:base_url|url)|\.?[Ss]ite\.BaseURL)"
    r"[ \t]*-?\}\}"
)
_FILTER = (
    r"\|[ \t]*(?:relative_url|absolute_url|relURL|absURL|relLangURL|absLangURL|url_for|url"
    r"|prepend:[ \t]*site\.(?:baseurl|url))[ \t]*"
)
_FRAGMENT = r"(?:\?[^\s#]*)?(?:#(?P<fragment>\S*))?"
_PATH = re.compile(rf"(?:{_BASE})+(?P<path>[^\s{{}}<>\"'?#]+){_FRAGMENT}")
_FILTERED = re.compile(
    rf"(?:{_BASE})*\{{\{{-?[ \t]*([\"'])(?P<path>[^\"'{{}}?#]+)(?:\?[^\"'#]*)?(?:#(?P<inner>[^\"']*))?\1[ \t]*"
    rf"(?:{_FILTER})+-?\}}\}}{_FRAGMENT}"
)
_TAG = re.compile(
    rf"(?:{_BASE})*(?:\{{%-?[ \t]*(?P<liquid>\w+)[ \t]++(?P<a>(?:[^%{{}} \t-]|[ \t]++(?!-?%)|-(?!%))++)[ \t]*+-?%\}}"
    r"|\{\{(?P<mark>[<%])[ \t]*(?P<hugo>ref|relref)[ \t]++"
    rf"(?P<b>(?:[^<>%{{}} \t]|[ \t]++(?![>%]))++)[ \t]*+[>%]\}}\}}"
    rf"|\{{\{{[ \t]*(?P<zola>get_url)\((?P<c>[^(){{}}]+)\)[ \t]*\}}\}}"
    rf"|\{{(?P<pelican>filename|static|attach)\}}(?P<d>[^\s{{}}#?]+)){_FRAGMENT}"
)
_ARGUMENT = re.compile(r"""(?:(?P<name>\w+)[ \t]*=[ \t]*)?(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"'`,=]+))""")

_SHOWN = {"post_link", "asset_link", "asset_img"}
"""Tags that show a whole link or image: they need no brackets around them."""

_LIQUID = _SHOWN | {"link", "post_url", "post_path", "asset_path"}
_IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp", ".apng", ".ico"}

_WRITTEN = re.compile(
    rb"\]\([ \t]*+(?P<target>(?:\{\{[^{}&\\\r\n]{1,%d}\}\}|\{%%[^%%{}&\\\r\n]{1,%d}%%\})++[^\s()<>{}\[\]&\\\"']*+)"
    rb"(?=\)|[ \t]++[)\"'])"
    rb"|(?P<shown>\{%%-?[ \t]*+(?:%s)[ \t][^%%{}&\\\r\n]{1,%d}%%\})"
    % (_LONGEST, _LONGEST, "|".join(sorted(_SHOWN)).encode(), _LONGEST)
)


@dataclass(frozen=True, slots=True)
class Template:
    """What a template says: the tag ("" for a path from the root of the site), the path, and a fragment."""

    tag: str
    path: str
    fragment: str = ""


@dataclass(frozen=True, slots=True)
class TemplateLink:
    """A template in running text: its source, the span of that, where the link begins and ends, and its text."""

    url: str
    start: int
    end: int
    place: int
    element_end: int
    text: str
    is_image: bool


def parse_template(url: str) -> Template | None:
    """Return what a URL that is a template says; None if it is none, or one that may mean anything."""
    if not url.startswith(TEMPLATE_MARK.decode()) or len(url) > _LONGEST_URL:
        return None
    if (found := _PATH.fullmatch(url) or _FILTERED.fullmatch(url)) is not None:
        path = unquote(found["path"])
        inner = found.groupdict().get("inner")
        is_path = path.strip("/") != "" and "://" not in path
        return Template("", path, inner or found["fragment"] or "") if is_path else None
    if (found := _TAG.fullmatch(url)) is None:
        return None
    tag = found["liquid"] or found["hugo"] or found["zola"] or found["pelican"]
    if found["liquid"] and tag not in _LIQUID:
        return None
    given = found["d"] or _file_argument(tag, found["a"] or found["b"] or found["c"])
    path, _, inner = given.partition("#")
    return Template(tag, unquote(path), inner or found["fragment"] or "") if path.strip("/") else None


def find_template_links(data: bytes, start: int, end: int) -> Iterator[TemplateLink]:
    """Yield the links in `start..end`, which is running text, whose target is a template that Markdown does not read.

    CommonMark allows no blanks in a target, so that these are text for a parser of Markdown.
    """
    if data.find(b"{%", start, end) < 0 and data.find(b"](", start, end) < 0:
        return
    for match in _WRITTEN.finditer(data, start, end):
        group = "target" if match["target"] is not None else "shown"
        url = match[group].decode()
        if (template := parse_template(url)) is None:
            continue
        place, text = match.start(), template.path
        if group == "target":
            opening = data.rfind(b"[", max(start, match.start() - _LONGEST_TEXT), match.start())
            if opening >= 0 and b"]" not in data[opening : match.start()]:
                place, text = opening, data[opening + 1 : match.start()].decode()
        is_image = template.tag == "asset_img" or (place < match.start() and data[place - 1 : place] == b"!")
        yield TemplateLink(url, *match.span(group), place, match.end(), text, is_image)


def _file_argument(tag: str, arguments: str) -> str:
    """Return the argument of a tag that names the file: classes may be in front of that of an image."""
    given = [(each["name"], each[2] or each[3] or each[4] or each[5] or "") for each in _ARGUMENT.finditer(arguments)]
    named = [value for name, value in given if name == "path"]
    plain = [value for name, value in given if name is None]
    if tag == "asset_img":
        plain = [value for value in plain if splitext(value)[1].casefold() in _IMAGES]
    return next(iter([*named, *plain]), "")
