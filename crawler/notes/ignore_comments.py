"""Ignore comments: which bytes of a note its author wants left alone. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]

NEXT_LINE, START, END = "ignore", "ignore-start", "ignore-end"

# Between the words may be blanks and line ends, with the marks of a block quote behind.
_COMMENT = re.compile(
    rb"<!--[\s>]*+notemend[\s>]*+:[\s>]*+(ignore(?:-start|-end)?)[\s>]*-->",
    re.IGNORECASE,
)
_LINE_END = re.compile(rb"\r\n?|\n")
_NEXT_LINE = re.compile(rb"(?:[\r\n]++[ \t>]*+)++[^\r\n]++")  # a line with nothing but quote marks is a blank one


@dataclass(frozen=True, order=True, slots=True)
class Comment:
    """An ignore comment and where it stands."""

    start: int
    end: int
    directive: str


def parse_directive(comment: bytes) -> str | None:
    """Return which ignore comment this is; None for any other comment."""
    match = _COMMENT.fullmatch(comment)
    return match[1].decode().lower() if match else None


def ignored_spans(data: bytes, comments: Iterable[Comment]) -> tuple[tuple[Span, ...], int | None]:
    """Return the spans that ignore comments take out of a note, and where one begins that nothing ends.

    The spans are in order and apart. From start to end they are exact, both comments included: what else stands on
    their lines stays. That of a next line begins where the comment's own line ends: nothing may be inserted between the
    two.
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
    return tuple(_merge_spans(spans)), opened


def overlaps_spans(spans: Sequence[Span], start: int, end: int) -> bool:
    """Tell whether the bytes `start..end` meet one of the spans; an insertion does where the byte behind it does."""
    last = bisect_left(spans, (max(end, start + 1),)) - 1
    return last >= 0 and start < spans[last][1]


def _merge_spans(spans: list[Span]) -> Iterator[Span]:
    """Yield what the spans cover, in order and apart."""
    at: Span | None = None
    for start, end in sorted(spans):
        if at is not None and start <= at[1]:
            at = at[0], max(at[1], end)
            continue
        if at is not None:
            yield at
        at = start, end
    if at is not None:
        yield at
