"""Find the front matter of a note: the YAML block between two lines `---` at its start. Pure."""

from __future__ import annotations

import re

_FRONT_MATTER = re.compile(
    rb"---[ \t]*+(?:\r\n?|\n)(?![ \t]*+[\r\n])(?P<text>.*?(?:\r\n?|\n))(?:---|\.\.\.)[ \t]*+(?=[\r\n]|\Z)", re.DOTALL
)
_VISIBLE = re.compile(rb"[^\r\n]")


def find(data: bytes, start: int) -> re.Match[bytes] | None:
    """Return the front matter at `start`, the offset of the note's first character; its group `text` has the YAML.

    As in GitHub and Jekyll it is only at the start of a note; further lines `---` are rules or headings.
    """
    return _FRONT_MATTER.match(data, start)


def blanks(source: bytes) -> bytes:
    """Return bytes with blanks for all but line ends, so that offsets stay."""
    return _VISIBLE.sub(b" ", source)
