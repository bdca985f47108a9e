"""Find the front matter of a note, YAML or TOML between two marks at its start, and the URLs in it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRONT_MATTER = re.compile(
    rb"(?P<mark>---|\+\+\+)[ \t]*+(?:\r\n?|\n)(?![ \t]*+[\r\n])(?P<text>.*?(?:\r\n?|\n))"
    rb"(?:(?P=mark)|\.\.\.)[ \t]*+(?=[\r\n]|\Z)",
    re.DOTALL,
)
# Ids of arXiv of both forms, and DOIs, as the only value of their key.
_IDENTIFIER = re.compile(
    rb"^[ \t]*(?:doi|arxiv(?:[_ -]?id)?|eprint)[ \t]*:[ \t]*[\"']?(?:arxiv:)?"
    rb"(?P<id>(?P<doi>10\.\d{4,9}/[!-~]+?)|\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[a-z]{2})?/\d{7})[\"']?[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_VISIBLE = re.compile(rb"[^\r\n]")
# Comments, and values that are one URL: in quotes, or all that is on a line behind a key or the marks of a list.
_PART = re.compile(
    rb"(?m:^)[ \t]*+\#[^\r\n]*+"
    rb"|(?<![\w\\])(?P<quote>[\"'])(?P<quoted>(?:https?|ftp)://[^\"'\s\\]++)(?P=quote)(?:[ \t]++\#[^\r\n]*+)?"
    rb"|(?m:^)[ \t]*+(?:-[ \t]++)*+(?:[^\s\#:\"'\[{-][^:\r\n]*+:[ \t]++)?+(?P<plain>(?:https?|ftp)://[^\s\"'\#]\S*+)"
    rb"[ \t]*+(?:\#[^\r\n]*+)?(?=[\r\n]|\Z)"
)


def find(data: bytes, start: int) -> re.Match[bytes] | None:
    """Return the front matter at `start`, the offset of the note's first character; `text` is what is in its marks.

    As in GitHub and Jekyll it is only at the start of a note; further lines `---` are rules or headings. TOML between
    `+++` is that of Hugo.
    """
    return _FRONT_MATTER.match(data, start)


def is_yaml(found: re.Match[bytes]) -> bool:
    """Return whether front matter is YAML."""
    return found["mark"] == b"---"


def split_values(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield the spans of values that are one URL, and between them those of other text (False), without comments.

    Where such a value ends is certain, whatever characters it has.
    """
    position = start
    for match in _PART.finditer(data, start, end):
        name = "quoted" if match["quoted"] else "plain"
        yield position, match.start(), False
        if match[name]:
            yield *match.span(name), True
        position = match.end()
    yield position, end, False


def identifiers(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the spans of ids of papers in front matter with the URLs that they stand for: `doi: 10.1109/x`."""
    for match in _IDENTIFIER.finditer(data, start, end):
        written = match["id"].decode()
        yield *match.span("id"), f"https://doi.org/{written}" if match["doi"] else f"https://arxiv.org/abs/{written}"


def blanks(source: bytes) -> bytes:
    """Return bytes with blanks for all but line ends, so that offsets stay."""
    return _VISIBLE.sub(b" ", source)
