"""Find the front matter of a note, YAML or TOML between two marks at its start, or JSON, and the URLs in it. Pure."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRONT_MATTER = re.compile(
    rb"(?P<mark>---|\+\+\+)[ \t]*+(?:\r\n?|\n)(?![ \t]*+[\r\n])(?P<text>.*?(?:\r\n?|\n))"
    rb"(?:(?P=mark)|\.\.\.)[ \t]*+(?=[\r\n]|\Z)",
    re.DOTALL,
)
_LINE_END = re.compile(rb"[ \t]*+(?:[\r\n]|\Z)")
# Ids of arXiv of both forms, and DOIs, as the only value of their key.
_IDENTIFIER = re.compile(
    rb"^[ \t]*(?:doi|arxiv(?:[_ -]?id)?|eprint)[ \t]*:[ \t]*[\"']?(?:arxiv:)?"
    rb"(?P<id>(?P<doi>10\.\d{4,9}/[!-~]+?)|\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[a-z]{2})?/\d{7})[\"']?[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_DATE = re.compile(rb"(?im)^[ \t{]*\"?date\"?[ \t]*[:=][ \t]*[\"']?(\d{4}-\d{1,2}-\d{1,2})(?!\d)")
_VISIBLE = re.compile(rb"[^\r\n]")
# Comments, and values that are one URL: in quotes, or all that is on a line behind a key or the marks of a list, or
# between the commas of a list in brackets.
_PART = re.compile(
    rb"(?m:^)[ \t]*+\#[^\r\n]*+"
    rb"|(?<![\w\\])\"(?P<escaped>(?:https?|ftp):(?:\\?/){2}(?:[^\"\s\\]|\\[\"\\/]|\\u[0-9A-Fa-f]{4})++)\""
    rb"(?:[ \t]++\#[^\r\n]*+)?"
    rb"|(?<![\w\\])'(?P<quoted>(?:https?|ftp)://[^\"'\s\\]++)'(?:[ \t]++\#[^\r\n]*+)?"
    rb"|(?m:^)[ \t]*+(?:-[ \t]++)*+(?:[^\s\#:\"'\[{-][^:\r\n]*+:[ \t]++)?+(?P<plain>(?:https?|ftp)://[^\s\"'\#]\S*+)"
    rb"[ \t]*+(?:\#[^\r\n]*+)?(?=[\r\n]|\Z)"
    rb"|(?<=[\[,{:])[ \t\r\n]*+(?P<flow>(?:https?|ftp)://(?![^\s,\[\]{}]*+[\x80-\xff])[^\s,\[\]{}\"'\#]++)"
    rb"(?=[ \t\r\n]*+[,\]}])"
)


class Form(StrEnum):
    """The language of front matter."""

    YAML = "yaml"
    TOML = "toml"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The span of front matter with its marks, and of what is in these."""

    start: int
    end: int
    text_start: int
    text_end: int
    form: Form


@dataclass(frozen=True, slots=True)
class Value:
    """The span of a value that is one URL, or of other text (`url` is ""); only the former may be without quotes."""

    start: int
    end: int
    url: str = ""
    is_quoted: bool = False


def find(data: bytes, start: int) -> FrontMatter | None:
    """Return the front matter at `start`, the offset of the note's first character.

    As in GitHub and Jekyll it is only at the start of a note; further lines `---` are rules or headings. TOML between
    `+++`, and an object of JSON, are those of Hugo.
    """
    if found := _FRONT_MATTER.match(data, start):
        form = Form.YAML if found["mark"] == b"---" else Form.TOML
        return FrontMatter(start, found.end(), *found.span("text"), form)
    if data[start : start + 1] == b"{":
        with suppress(ValueError, RecursionError):
            text = data[start:].decode()
            value, length = json.JSONDecoder().raw_decode(text)
            end = start + len(text[:length].encode())
            if isinstance(value, dict) and value and _LINE_END.match(data, end):
                return FrontMatter(start, end, start, end, Form.JSON)
    return None


def split_values(data: bytes, start: int, end: int) -> Iterator[Value]:
    """Yield the values that are one URL, and between them other text, without comments.

    Where such a value ends is certain, whatever characters it has.
    """
    position = start
    for match in _PART.finditer(data, start, end):
        yield Value(position, match.start())
        if name := match.lastgroup:
            written = match[name].decode()
            url = json.loads(f'"{written}"') if name == "escaped" and "\\" in written else written
            yield Value(*match.span(name), url, is_quoted=name in {"escaped", "quoted"})
        position = match.end()
    yield Value(position, end)


def identifiers(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the spans of ids of papers in front matter with the URLs that they stand for: `doi: 10.1109/x`."""
    for match in _IDENTIFIER.finditer(data, start, end):
        written = match["id"].decode()
        yield *match.span("id"), f"https://doi.org/{written}" if match["doi"] else f"https://arxiv.org/abs/{written}"


def written_date(data: bytes, start: int, end: int) -> str:
    """Return the date of a note that its front matter gives as `date`, without the time; "" without one."""
    found = _DATE.search(data, start, end)
    return "" if found is None else found[1].decode()


def blanks(source: bytes) -> bytes:
    """Return bytes with blanks for all but line ends, so that offsets stay."""
    return _VISIBLE.sub(b" ", source)
