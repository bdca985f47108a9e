"""Find wikilinks in running text: `[[Note]]`, `[[Note#Heading|text]]`, `![[picture.png|300]]`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENING = "[["
"""The beginning of the URL of a mention, and of a link, that is a wikilink."""

# Not the text of a link (`[[pdf]](…)`), no list of numbers, no code. In a table the bar is escaped.
_WIKILINK = re.compile(
    rb"(?<![\[\\])(?P<embed>!?)\[\[(?=\S)(?P<name>[^\[\]|#^<>{}\"`=\r\n\\]+)"
    rb"(?P<fragment>#[^\[\]|\r\n\\]*)?(?:\\?\|(?P<text>[^\[\]\r\n]*))?\]\](?![(\[:\]])"
)
_NO_NAME = re.compile(r"[\W\d_]*|.*://.*|.*[,;].*|_?toc_?", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d(?:-\d\d)?|\d{6,}")


@dataclass(frozen=True, slots=True)
class Wikilink:
    """A wikilink with the span of its target; `target` is that with its fragment, `text` what is shown."""

    target: str
    start: int
    end: int
    place: int
    element_end: int
    text: str
    is_embed: bool


def find_wikilinks(data: bytes, start: int, end: int) -> Iterator[Wikilink]:
    """Yield the wikilinks in `start..end`, which is running text; those within the same note are left out."""
    if data.find(b"[[", start, end) < 0:
        return
    for match in _WIKILINK.finditer(data, start, end):
        name = match["name"].decode().strip()
        if _NO_NAME.fullmatch(name) and not _DAY.fullmatch(name):
            continue
        first = match.start("name")
        fragment, text = ((match[group] or b"").decode().strip() for group in ("fragment", "text"))
        yield Wikilink(
            name + fragment,
            first,
            first + len(name.encode()),
            match.start(),
            match.end(),
            text or name,
            match["embed"] == b"!",
        )


def wikilink_name(url: str) -> str | None:
    """Return the name in the URL of a wikilink, without its fragment; None for another URL."""
    return url.removeprefix(OPENING).removesuffix("]]").partition("#")[0] if url.startswith(OPENING) else None
