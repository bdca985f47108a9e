"""Read an index page: its lists of links to notes, grouped by year and month of the headings. Pure."""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from crawler.notes.entries import find_dates
from crawler.notes.files.folder import ENDINGS
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from crawler.models.notes.note import Mention, Note

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class IndexItem:
    """A line of a list that has a link to one note and nothing else; spans are byte offsets in the page."""

    path: str
    line: str
    start: int
    end: int
    url: str
    url_span: Span
    text: str
    text_span: Span
    number: int | None
    number_span: Span
    day: date | None
    is_html: bool


@dataclass(frozen=True, slots=True)
class IndexGroup:
    """Items on consecutive lines. `key` is (year, month), (year,) or (), by the heading above them.

    `head` is the text from the heading to the first item, `foot` the closing tags after the items, `gap` the blank
    lines above the heading. `items_end` and `end` are the byte offsets after the items and after the foot. `year` is
    set for months below a heading of their year: its head, its foot, and the span of the year with all its months.
    """

    key: tuple[int, ...]
    items: tuple[IndexItem, ...]
    start: int
    head: str
    foot: str
    gap: str
    items_end: int
    end: int
    year: tuple[str, str, Span] | None = None


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A page and its groups. `linked` are the paths of all notes that it links, relative to NOTES_DIR.

    `size` is its length in bytes; `descending` is true if most dates are followed by earlier ones.
    """

    path: str
    groups: tuple[IndexGroup, ...]
    linked: frozenset[str]
    line_end: str
    size: int
    ends_with_newline: bool
    descending: bool


_PREFIX = re.compile(rb"[ \t>]*(?:(?P<number>\d{1,6})[.)]|(?P<bullet>[-*+]|\xe2\x80\xa2))?[ \t]*")
_OPENED = re.compile(rb"<[Aa]\s[^<>]*[\"']\Z")
_HTML_TEXT = re.compile(rb"[\"'][^<>]*>([^<>]*)</[Aa]>[ \t]*+(?:(?:<br ?/?>|</li>)[ \t]*+)?\Z")
_MARKDOWN_REST = re.compile(rb">?\)[ \t]*\\?\Z")
_CLOSING = re.compile(r"\s*(?:</(\w+)>\s*)+\Z")


def read_index_page(note: Note, days: Mapping[str, date]) -> IndexPage:
    """Return the groups and items of a page; `days` has the dates of all notes by path."""
    lines = [match.span() for match in re.finditer(rb"[^\n]*\n|[^\n]+", note.data)]
    starts = {start: at for at, (start, _) in enumerate(lines)}
    items: dict[int, IndexItem] = {}
    linked = set()
    for mention in note.mentions:
        if (path := _note_of(note, mention)) is None:
            continue
        linked.add(path)
        start = note.data.rfind(b"\n", 0, mention.start) + 1
        if (item := _item(note, mention, path, lines[starts[start]], days.get(path))) is not None:
            items[starts[start]] = item
    runs: list[list[int]] = []
    for at in sorted(items):
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    groups = [_group(note.data, lines, run, [items[at] for at in run]) for run in runs]
    return IndexPage(
        path=note.path,
        groups=tuple(_attach_years(note.data, groups)),
        linked=frozenset(linked),
        line_end="\r\n" if b"\r\n" in note.data else "\n",
        size=len(note.data),
        ends_with_newline=note.data.endswith(b"\n"),
        descending=is_descending([item.day for _, item in sorted(items.items()) if item.day], otherwise=False),
    )


def is_descending(days: Sequence[Any], otherwise: bool) -> bool:
    """Return whether most values are followed by smaller ones; `otherwise` if all of them are equal."""
    steps = [second < first for first, second in pairwise(days) if first != second]
    return sum(steps) * 2 > len(steps) if steps else otherwise


def _note_of(note: Note, mention: Mention) -> str | None:
    """Return the path of the note that a mention links, relative to NOTES_DIR; None if it links no note."""
    try:
        parts = urlsplit(mention.url)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path.lower().endswith(ENDINGS) or parts.path.startswith("/"):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(note.path), unquote(parts.path)))


def _item(note: Note, mention: Mention, path: str, span: Span, day: date | None) -> IndexItem | None:
    """Return the item on the line with this span; None if the line has more than a link, or is not in a list."""
    start, end = span
    line = note.data[start:end].rstrip(b"\r\n")
    before, after = note.data[start : mention.start], note.data[mention.end : start + len(line)]
    prefix = _PREFIX.match(before)
    assert prefix is not None  # noqa: S101 - the pattern also matches the empty string
    link = before[prefix.end() :]
    if _OPENED.match(link) and (found := _HTML_TEXT.match(after)):
        text_span = mention.end + found.start(1), mention.end + found.end(1)
    elif link[:1] == b"[" and link.find(b"](") == len(link.rstrip(b"<")) - 2 and _MARKDOWN_REST.match(after):
        if not (prefix["number"] or prefix["bullet"]):
            return None
        text_span = start + prefix.end() + 1, start + prefix.end() + len(link.rstrip(b"<")) - 2
    else:
        return None
    text = html.unescape(note.data[slice(*text_span)].decode())
    named = [*find_dates(text), *find_dates(mention.url)]
    return IndexItem(
        path=path,
        line=line.decode(),
        start=start,
        end=end,
        url=mention.url,
        url_span=(mention.start, mention.end),
        text=collapse_whitespace(text),
        text_span=text_span,
        number=int(prefix["number"]) if prefix["number"] else None,
        number_span=(start + prefix.start("number"), start + prefix.end("number")),
        day=day or next(iter(named), None),
        is_html=link[:1] == b"<",
    )


def _group(data: bytes, lines: list[Span], run: list[int], items: list[IndexItem]) -> IndexGroup:
    """Return the group of the items on the lines with the numbers `run`."""
    above = run[0] - 1
    if above > 0 and not data[slice(*lines[above])].strip():
        above -= 1
    head_start = lines[above][0] if above >= 0 else items[0].start
    head = data[head_start : items[0].start].decode()
    key = _key(head, [item.day for item in items if item.day])
    items_end = end = items[-1].end
    if "<details" in head and run[-1] + 1 < len(lines):
        below = data[slice(*lines[run[-1] + 1])]
        end += len(below) if below.strip().lower() == b"</details>" else 0
    gap_start = above
    while gap_start > 0 and not data[slice(*lines[gap_start - 1])].strip():
        gap_start -= 1
    gap = data[lines[gap_start][0] : head_start].decode() if above >= 0 else ""
    return IndexGroup(key, tuple(items), head_start, head, data[items_end:end].decode(), gap, items_end, end)


def _key(head: str, days: list[date]) -> tuple[int, ...]:
    """Return the key of a group: year and month if all items share them and the heading has them.

    A heading with the month alone is expected below one with the year.
    """
    if not days or len({day.year for day in days}) > 1:
        return ()
    year, month = days[0].year, days[0].month
    if len({day.month for day in days}) == 1 and _has_number(re.sub(rf"(?<!\d){year}(?!\d)", "", head), month):
        return year, month
    return (year,) if _has_number(head, year) else ()


def _has_number(head: str, number: int) -> bool:
    """Return whether a heading has a number, with or without a leading zero."""
    return re.search(rf"(?<!\d)0?{number}(?!\d)", head) is not None


def _attach_years(data: bytes, groups: list[IndexGroup]) -> Iterator[IndexGroup]:
    """Yield the groups; groups of months get the heading of their year, if one is above the first of them."""
    for group in groups:
        if len(group.key) < len(("year", "month")) or _has_number(group.head, group.key[0]):
            yield group
            continue
        same_year = [each for each in groups if len(each.key) > 1 and each.key[0] == group.key[0]]
        start = data.rfind(b"\n", 0, len(data[: same_year[0].start].rstrip(b"\r\n \t"))) + 1
        head = data[start : same_year[0].start].decode()
        if not _has_number(head, group.key[0]):
            yield group
            continue
        end = _closing_tag_end(data, head, same_year[-1].end)
        foot = data[same_year[-1].end : end].decode()
        yield replace(group, year=(head, foot, (start, end)))


def _closing_tag_end(data: bytes, head: str, at: int) -> int:
    """Return the byte offset after the lines at `at` that close the elements opened in `head`."""
    opened = [name for name in re.findall(r"<(\w+)", head) if f"</{name}>" not in head]
    while opened and at < len(data):
        line_end = data.find(b"\n", at) + 1 or len(data)
        closing = _CLOSING.match(data[at:line_end].decode())
        if closing is None or closing[1] not in opened:
            break
        del opened[opened.index(closing[1]) :]
        at = line_end
    return at
