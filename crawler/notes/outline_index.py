"""Answer questions on an outline in logarithmic time: which mentions, lines and pieces of text are in a span. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from crawler.notes.outline import CODE_MARK
from crawler.notes.works.link_roles import role_of_url

if TYPE_CHECKING:
    from crawler.models.notes.note import LinkRole
    from crawler.notes.outline import Line, Outline, RawMention


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text within a span: that of a link (`mention` is its index) or plain text between links.

    `is_bracketed` says that a link stands in brackets of its own: `[[text](…)]`, `[[text]](…)`.
    """

    text: str
    start: int
    end: int
    mention: int | None = None
    is_bold: bool = False
    is_italic: bool = False
    is_bracketed: bool = False


class OutlineIndex:
    """The outline and mentions of a note, sorted for look-ups; `roles` are those by element and host.

    `is_forced` says that a comment in the note names the layouts, so that they need no evidence.
    """

    def __init__(self, outline: Outline, mentions: list[RawMention], *, is_forced: bool = False) -> None:
        self.outline = outline
        self.data = outline.data
        self.mentions = mentions
        self.is_forced = is_forced
        self.roles: list[LinkRole | None] = [mention.role or role_of_url(mention.url) for mention in mentions]
        self._by_place = sorted(range(len(mentions)), key=lambda index: mentions[index].place)
        self._places = [mentions[index].place for index in self._by_place]
        self._line_starts = [line.start for line in outline.lines]
        self._table_starts = [table.start for table in outline.tables]
        self.headings = list(zip(outline.headings, outline.levels, strict=True))
        self._heading_starts = [start for start, _ in outline.headings]

    def mentions_within(self, start: int, end: int) -> list[int]:
        """Return the indexes of the mentions in a span, in the order of their places."""
        return self._by_place[bisect_left(self._places, start) : bisect_left(self._places, end)]

    def lines_within(self, start: int, end: int) -> list[Line]:
        """Return the lines that begin in a span."""
        return self.outline.lines[bisect_left(self._line_starts, start) : bisect_left(self._line_starts, end)]

    def numbered_within(self, start: int, end: int) -> list[int]:
        """Return the offsets of the outermost numbered items in a span."""
        items = self.outline.items
        return items[bisect_left(items, start) : bisect_left(items, end)]

    def has_table(self, start: int, end: int) -> bool:
        """Return whether a table begins in a span."""
        at = bisect_left(self._table_starts, start)
        return at < len(self._table_starts) and self._table_starts[at] < end

    def text(self, start: int, end: int) -> str:
        """Return the plain text in a span on one line."""
        return self.outline.text(start, end)

    def segments(self, start: int, end: int) -> list[Segment]:
        """Return the links and the text between them in a span; adjacent text of the same emphasis is one segment.

        A link without text and an image outside links are left out. Code is set apart by `CODE_MARK`.
        """
        found: list[Segment] = []
        covered = start
        for at in self.mentions_within(start, end):
            mention = self.mentions[at]
            if mention.place < covered or mention.element_end <= mention.place:
                continue
            if mention.role is not None:
                found += self._plain_segments(covered, mention.place)
                covered = mention.element_end
                continue
            found += self._plain_segments(covered, mention.place)
            end_of_link = max(mention.span_in_text[1], mention.place + 1)
            bold = _is_within(self._bold, mention.place) or _begins_within(self._bold, mention.place + 1, end_of_link)
            italic = _is_within(self._italic, mention.place)
            found.append(Segment(mention.text, mention.place, end_of_link, at, bold, italic, self.is_bracketed(at)))
            covered = end_of_link
        found += self._plain_segments(covered, end)
        return found

    def is_bracketed(self, at: int) -> bool:
        """Return whether a link stands in brackets of its own: `[[text](…)]`, `[[text]](…)`."""
        mention = self.mentions[at]
        around = self.data[mention.place - 1 : mention.place] + self.data[mention.element_end : mention.element_end + 1]
        return mention.text[:1] == "[" or around == b"[]"

    def _plain_segments(self, start: int, end: int) -> list[Segment]:
        """Return the text in a span without links, cut where the emphasis changes; `<br>` is a line end in it."""
        outline = self.outline
        merged: list[Segment] = []
        covered = start
        for at in range(bisect_right(outline.ends, start), bisect_left(outline.starts, end)):
            begin, stop, text = outline.starts[at], outline.ends[at], outline.texts[at]
            if begin < start:
                text, begin = text.encode()[start - begin :].decode(errors="ignore"), start
            if stop > end:
                text, stop = text.encode()[: end - begin].decode(errors="ignore"), end
            if self.data[begin : begin + 1] == b"`" == self.data[stop - 1 : stop] and text[:1] != "`":
                text = f"{CODE_MARK}{text}{CODE_MARK}"
            if self._has_break(covered, begin):
                text = f"\n{text}"
            bold, italic = _is_within(self._bold, begin), _is_within(self._italic, begin)
            if merged and (merged[-1].is_bold, merged[-1].is_italic) == (bold, italic):
                merged[-1] = replace(merged[-1], text=merged[-1].text + text, end=stop)
            else:
                merged.append(Segment(text, begin, stop, None, bold, italic))
            covered = stop
        return merged

    def _has_break(self, start: int, end: int) -> bool:
        at = bisect_left(self.outline.breaks, start)
        return at < len(self.outline.breaks) and self.outline.breaks[at] < end

    @cached_property
    def _bold(self) -> tuple[list[int], list[int]]:
        return _sorted_spans(self.outline.bold)

    @cached_property
    def _italic(self) -> tuple[list[int], list[int]]:
        return _sorted_spans(self.outline.italic)

    def is_bold_across(self, offset: int) -> bool:
        """Return whether bold text that began on a line before covers the start of a line."""
        return _is_within(self._bold, offset) and _is_within(self._bold, offset - 1)

    def bold_end(self, offset: int) -> int:
        """Return the end of the bold text around an offset; the offset if there is none."""
        starts, ends = self._bold
        at = bisect_right(starts, offset) - 1
        return max(ends[at], offset) if at >= 0 and starts[at] < offset else offset

    def section_at(self, offset: int) -> tuple[str, ...]:
        """Return the headings above an offset, outermost first."""
        return self._paths[bisect_right(self._heading_starts, offset)]

    @cached_property
    def _paths(self) -> list[tuple[str, ...]]:
        """The headings above the text behind each heading, first those before any heading."""
        paths: list[tuple[str, ...]] = [()]
        stack: list[tuple[int, str]] = []
        for (start, end), level in self.headings:
            while stack and stack[-1][0] >= level:
                stack.pop()
            stack.append((level, self.text(start, end)))
            paths.append(tuple(text for _, text in stack if text))
        return paths

    def next_heading(self, offset: int) -> int:
        """Return the offset of the first heading behind an offset, or the end of the note."""
        at = bisect_right(self._heading_starts, offset)
        return self._heading_starts[at] if at < len(self._heading_starts) else len(self.data)


def _is_within(spans: tuple[list[int], list[int]], offset: int) -> bool:
    starts, ends = spans
    at = bisect_right(starts, offset) - 1
    return at >= 0 and offset < ends[at]


def _begins_within(spans: tuple[list[int], list[int]], start: int, end: int) -> bool:
    """Return whether a span begins in `start..end`: the text of a link is emphasized, `[**Title**](…)`."""
    at = bisect_left(spans[0], start)
    return at < len(spans[0]) and spans[0][at] < end


def _sorted_spans(spans: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return the starts and ends of spans, merged where they overlap."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends
