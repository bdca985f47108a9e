"""Comments in which a person vouches for a link: `<!-- notemend: alive until 2027-06 because … -->`. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.models.link import Verdict
from crawler.models.notes.note import NoteVouch
from crawler.models.vouch import parse_until
from crawler.text import collapse_whitespace, without_nul

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.notes.comments.ignore_comments import Span

EXAMPLE = "<!-- notemend: alive until 2027-06 because ... -->"

# Between the words are blanks and line ends; in a block quote a line end is followed by `>`.
_COMMENT = re.compile(rb"<!--[\s>]*+notemend[\s>]*+:[\s>]*+(alive|dead)\b(.*)-->", re.IGNORECASE | re.DOTALL)
_WORDS = re.compile(r"\s*until\s+(\S+)\s+because\s+(\S.*)", re.IGNORECASE)
_QUOTE_MARKS = re.compile(r"(?:\r\n?|\n)[ \t>]*")
_BLANKS = re.compile(rb"[ \t>|\r\n]*+")
_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class VouchComment:
    """A comment and its byte span: what it says of a link, or why it cannot be read."""

    start: int
    end: int
    says: tuple[Verdict, str, str] | None
    """Verdict, date as written, and reason; None if one of them is missing."""


def parse_comment(start: int, source: bytes) -> VouchComment | None:
    """Return the vouch in an HTML comment that begins at an offset of a note; None for any other comment."""
    match = _COMMENT.fullmatch(source)
    if match is None:
        return None
    words = _WORDS.fullmatch(collapse_whitespace(_QUOTE_MARKS.sub(" ", match[2].decode(errors="replace"))))
    verdict = Verdict(match[1].decode().lower())
    return VouchComment(start, start + len(source), (verdict, words[1], words[2]) if words else None)


def attach(
    data: bytes, comments: Sequence[VouchComment], spans: Sequence[Span]
) -> tuple[tuple[NoteVouch, ...], list[tuple[int, str]]]:
    """Return the vouches of a note by the position of their mentions in `spans`, and problems with their offsets.

    `spans` are those of the mentions, in order. A comment speaks of the link before it on its line; without one, of the
    link after it on its line, or of the first one on the next line that is not blank. The last comment on a link
    counts.
    """
    found: dict[int, NoteVouch] = {}
    problems: list[tuple[int, str]] = []
    lines = _lines(data) if comments else []
    for comment in comments:
        at = _mention_of(data, lines, comment, spans)
        if at is None:
            problems.append((comment.start, "vouch without a link before it, after it or on the next line"))
        elif comment.says is None:
            problems.append((comment.start, f"vouch not understood; write {EXAMPLE}"))
        else:
            verdict, date, because = comment.says
            try:
                found[at] = NoteVouch(at, verdict, parse_until(date), without_nul(because))
            except ValueError as error:
                problems.append((comment.start, f"vouch with {error}"))
    return tuple(found[at] for at in sorted(found)), problems


def _mention_of(data: bytes, lines: Sequence[Span], comment: VouchComment, spans: Sequence[Span]) -> int | None:
    """Return the position of the mention that a comment speaks of; None if there is none."""
    line = bisect_right(lines, (comment.start, len(data))) - 1
    after = bisect_left(spans, (comment.start,))
    if after and spans[after - 1][0] >= lines[line][0]:
        return after - 1
    if after < len(spans) and spans[after][0] < _end_of_next_line(data, lines, comment.end):
        return after
    return None


def _end_of_next_line(data: bytes, lines: Sequence[Span], offset: int) -> int:
    """Return the end of the line at an offset if anything follows on it, else of the next line that is not blank."""
    at = bisect_right(lines, (offset, len(data))) - 1
    text = _BLANKS.match(data, offset)
    while at < len(lines) - 1 and text is not None and text.end() > lines[at][1]:
        at += 1
    return lines[at][1]


def _lines(data: bytes) -> list[Span]:
    """Return the spans of the lines without their ends."""
    ends = [match.span() for match in _LINE_END.finditer(data)]
    starts = [0, *(end for _, end in ends)]
    return list(zip(starts, [*(start for start, _ in ends), len(data)], strict=True))
