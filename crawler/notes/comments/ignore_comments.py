"""Ignore comments (`<!-- notemend: ignore -->`): the byte spans of a note that they exclude. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]

NEXT_LINE, START, END = "ignore", "ignore-start", "ignore-end"

# Between the words are blanks and line ends; in a block quote a line end is followed by `>`.
_COMMENT = re.compile(
    rb"<!--[\s>]*+notemend[\s>]*+:[\s>]*+(ignore(?:-start|-end)?)[\s>]*-->",
    re.IGNORECASE,
)
_LINE_END = re.compile(rb"\r\n?|\n")
_NEXT_LINE = re.compile(rb"(?:[\r\n]++[ \t>]*+)++[^\r\n]++")  # a line with only quote marks counts as blank


@dataclass(frozen=True, order=True, slots=True)
class Comment:
    """An ignore comment and its byte span."""

    start: int
    end: int
    directive: str


def parse_directive(comment: bytes) -> str | None:
    """Return the directive in an HTML comment (NEXT_LINE, START or END); None for any other comment."""
    match = _COMMENT.fullmatch(comment)
    return match[1].decode().lower() if match else None


def ignored_spans(data: bytes, comments: Iterable[Comment]) -> tuple[tuple[Span, ...], int | None]:
    """Return the spans that a note's ignore comments exclude, and the offset of a START without END, or None.

    The spans are in order and do not overlap. A span from START to END includes both comments, but not the rest of
    their lines. The span of NEXT_LINE begins at the end of the comment's line, so that nothing is inserted between the
    two lines, and ends with the next line that is not blank. Without END it extends to the end of the note.
    """
    ends = [*(match.start() for match in _LINE_END.finditer(data)), len(data)]
    spans: list[Span] = []
    before_next_lines = set()
    opened: int | None = None
    for comment in sorted(comments):
        if comment.directive == NEXT_LINE:
            before_next_lines.add(ends[bisect_left(ends, comment.end)])
        elif comment.directive == START and opened is None:
            opened = comment.start
        elif comment.directive == END and opened is not None:
            spans.append((opened, comment.end))
            opened = None
    if opened is not None:
        spans.append((opened, len(data)))
    spans += [match.span() for line_end in before_next_lines if (match := _NEXT_LINE.match(data, line_end))]
    return tuple(merge_spans(spans)), opened


def overlaps_spans(spans: Sequence[Span], start: int, end: int) -> bool:
    """Return whether `start..end` overlaps one of the spans; an insertion does if the byte behind it is in a span."""
    last = bisect_left(spans, (max(end, start + 1),)) - 1
    return last >= 0 and start < spans[last][1]


def merge_spans(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, with overlapping and adjoining ones merged."""
    merged: Span | None = None
    for start, end in sorted(spans):
        if merged is not None and start <= merged[1]:
            merged = merged[0], max(merged[1], end)
            continue
        if merged is not None:
            yield merged
        merged = start, end
    if merged is not None:
        yield merged
