"""The anchors of a note: where a fragment such as `#heading` may lead. Pure.

Each generator makes its own anchors of headings. They are compared by what all of them keep: letters and digits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING = re.compile(
    r"^[ \t>*+\-\d.)]*#{1,6}[ \t]*(?P<atx>.+)$|^(?P<setext>[^\n]+)\n[ \t>]*(?:=+|-+)[ \t]*$", re.MULTILINE
)
_TAG = re.compile(r"<h[1-6][^<>]*>(?P<heading>.{0,500}?)</h[1-6]>", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(
    r"""\b(?:id|name)\s?=\s?\{?["'`]?([^\s"'`>{}]+)|\{[^{}\n]*#([\w:.-]+)|^\(([\w:. -]+)\)=""",
    re.IGNORECASE | re.MULTILINE,
)
_BLOCK = re.compile(r"\^([\w-]+)[ \t]*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*+(?:\([^()]*+\)[^()]*+)*+(?:\s[^()]*+)?\)|\[[^\[\]]*\])")
_HTML = re.compile(r"<[^<>\n]*>")
_EMOJI = re.compile(r":[\w+-]+:")
_CUSTOM = re.compile(r"\{[^{}]*\}\s*$")

# Text from other files, templates and components: their headings are not in the note.
_FOREIGN = re.compile(
    r"\{\{|\{%|<%|^[ \t]*(?:import[ \t]|export[ \t]|<<<|:::|<[A-Z]|\.\.[ ]|@include)|--8<--|!\[\[|^```\{|<details"
    r"|^[ \t]*===[!+]?[ ][\"']|<!--\s?(?:@?include|ALL-CONTRIBUTORS|\w+:\S)|\[filename\]|':include",
    re.MULTILINE,
)
_PLAIN = re.compile(r"[\w%\- ]+")
_MADE = re.compile(
    r"top|contents?|toc|readme|license|main|footnotes?|fn[\w:.-]*|cite.*|ref.*|L\d+(?:-L?\d+)?|_.*", re.IGNORECASE
)
"""Fragments that a page has without a heading."""

_LONGEST = 20
"""Characters from which a fragment may be a heading cut short."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchors of one note in the form in which they are compared; `is_whole` is False if others may be there."""

    names: frozenset[str]
    blocks: frozenset[str]
    is_whole: bool

    def may_have(self, fragment: str) -> bool:
        """Return whether a fragment leads somewhere, or may do so: False only if it is missing for sure."""
        if fragment.startswith("^"):
            return not self.is_whole or fragment[1:] in self.blocks
        fragment = unquote(fragment).removeprefix("user-content-")
        if not self.is_whole or not _PLAIN.fullmatch(fragment) or _MADE.fullmatch(fragment):
            return True
        keys = set(_keys(fragment))
        if not keys or keys & self.names:
            return True
        return any(len(key) >= _LONGEST and name.startswith(key) for key in keys for name in self.names)


def read_anchors(text: str) -> Anchors:
    """Return the anchors of a note."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    headings = [match[match.lastgroup or 0] for pattern in (_HEADING, _TAG) for match in pattern.finditer(text)]
    named = [name for match in _NAMED.finditer(text) for name in match.groups() if name]
    shown = (each for heading in headings for each in _shown(heading))
    return Anchors(
        frozenset(key for name in (*named, *shown) for key in _keys(name)),
        frozenset(_BLOCK.findall(text)),
        not _FOREIGN.search(text),
    )


def _shown(heading: str) -> Iterator[str]:
    """Yield the text of a heading as it may be shown: with and without markup, emojis and attributes."""
    plain = unescape(_HTML.sub("", _LINK.sub(r"\1", _LINK.sub(r"\1", heading))))
    for text in (heading, plain, _CUSTOM.sub("", plain)):
        yield text
        yield _EMOJI.sub("", text)


def _keys(text: str) -> Iterator[str]:
    """Yield the letters and digits of a text; without accents, without numbers at both ends, and in ASCII alone."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    in_ascii = decomposed.encode("ascii", "ignore").decode()
    for kept in (text.casefold(), unicodedata.normalize("NFKC", text).casefold(), decomposed, in_ascii):
        key = "".join(character for character in kept if character.isalnum())
        for each in (key, key.strip("0123456789")):
            if each:
                yield each
