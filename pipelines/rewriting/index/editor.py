"""Plan the edits of an index page: add the notes that it does not link, update its date. Pure."""

from __future__ import annotations

import html
import posixpath
import re
from datetime import date
from itertools import chain, pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.models.notes.edit import Edit
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.comments.ignore_comments import overlaps_spans
from crawler.notes.entries import find_dates
from pipelines.rewriting.index.page import IndexGroup, IndexItem, IndexPage, is_descending, read_index_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from crawler.models.notes.note import Note

MIN_LISTED = 3
"""Notes that an index page lists at least; it also lists at least half of the notes that have a date."""

_ENTRY, _DATE = Reason(ReasonCode.EDIT_INDEX_ENTRY), Reason(ReasonCode.EDIT_INDEX_DATE)

Listed = tuple[str, str, date | None]
"""A note of the folder: its path below NOTES_DIR, title and date."""


def index_edits(note: Note, notes: Sequence[Listed], withheld: Collection[str] = ()) -> tuple[Edit, ...]:
    """Return the edits that complete an index page, sorted by offset: new lines, changed numbers, the date line.

    A note is added to the group of its month or year, else as a new group in the style of the nearest one, else to the
    only list of the page. Not added are notes without a date, notes whose title an item already has as its text, and
    the paths in `withheld`. Ignored spans and URLs whose end is a guess stay unchanged. Returns no edits for a
    page that is not an index (`MIN_LISTED`).
    """
    days = {path: day for path, _, day in notes if day is not None and path != note.path}
    page = read_index_page(note, days)
    items = [item for group in page.groups for item in group.items]
    if len({item.path for item in items} & days.keys()) < max(MIN_LISTED, len(days) / 2):
        return ()
    texts = {item.text for item in items}
    missing = [
        _NewEntry(path, title or posixpath.basename(path), days[path])
        for path, title, _ in notes
        if path in days and path not in page.linked and path not in withheld and title not in texts
    ]
    edits = [
        *_add_entries(page, sorted(missing, key=lambda entry: (entry.day, entry.path))),
        *_update_date(note, max(days.values())),
    ]
    return tuple(
        edit
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end))  # stable: keeps the order of insertions
        if not any(overlaps_spans(spans, edit.start, edit.end) for spans in (note.ignored, note.guessed))
    )


class _NewEntry:
    """A note that an index page does not list."""

    def __init__(self, path: str, title: str, day: date) -> None:
        self.path, self.title, self.day = path, title, day

    @property
    def month(self) -> tuple[int, ...]:
        """Return the key of its month: (year, month)."""
        return self.day.year, self.day.month


def _add_entries(page: IndexPage, missing: list[_NewEntry]) -> Iterator[Edit]:
    """Yield the new lines and groups for notes sorted by date."""
    depth = max((len(group.key) for group in page.groups), default=0)
    groups = [group for group in page.groups if len(group.key) == depth]
    if not groups or (depth == 0 and len(groups) > 1):
        return
    entries_by_key: dict[tuple[int, ...], list[_NewEntry]] = {}
    for entry in missing:
        entries_by_key.setdefault(entry.month[:depth], []).append(entry)
    by_key = {group.key: group for group in groups}
    years: dict[int, dict[tuple[int, ...], list[_NewEntry]]] = {}
    for key, entries in entries_by_key.items():
        if key in by_key:
            yield from _insert_into_group(page, by_key[key], entries)
        else:
            years.setdefault(key[0], {})[key] = entries
    descending = is_descending([group.key[:1] for group in groups], page.descending)
    for year, months in sorted(years.items(), reverse=descending):  # several may be inserted at the same offset
        neighbours = [group for group in groups if group.key[0] == year]
        if neighbours:
            yield from _insert_months(page, neighbours, months)
        else:
            yield from _insert_year(page, groups, year, months)


def _insert_into_group(page: IndexPage, group: IndexGroup, entries: list[_NewEntry]) -> Iterator[Edit]:
    """Yield the new lines of a group and, in a numbered list, the new numbers of the items after them."""
    numbers = [item.number for item in group.items if item.number is not None]
    first, last = (numbers[0], numbers[-1]) if numbers else (0, 0)
    consecutive = all(number == previous + 1 for previous, number in pairwise(numbers))
    merged = _merge_by_date(page, group, entries)
    for position, each in enumerate(merged):
        number = first + position if consecutive else last
        if isinstance(each, _NewEntry):
            line = _line(page, group.items[-1], each, number) + page.line_end
            following = (item.start for item in merged[position:] if isinstance(item, IndexItem))
            yield _insertion(page, next(following, group.items_end), line, [each])
        elif each.number is not None and consecutive and each.number != number:
            start, end = each.number_span
            yield Edit(page.path, start, end, str(each.number), str(number), _ENTRY, "numbers behind it")


def _merge_by_date(page: IndexPage, group: IndexGroup, entries: list[_NewEntry]) -> list[IndexItem | _NewEntry]:
    """Return the items of a group with the new entries, each before the first item of a later (earlier) date."""
    descending = is_descending([item.day for item in group.items if item.day], page.descending)
    merged: list[IndexItem | _NewEntry] = list(group.items)
    for entry in reversed(entries) if descending else entries:
        following = (
            position
            for position, item in enumerate(merged)
            if item.day is not None and (item.day < entry.day if descending else item.day > entry.day)
        )
        merged.insert(next(following, len(merged)), entry)
    return merged


def _insert_months(
    page: IndexPage, neighbours: list[IndexGroup], months: dict[tuple[int, ...], list[_NewEntry]]
) -> Iterator[Edit]:
    """Yield new groups of months next to the groups of the same year."""
    descending = is_descending([group.key for group in neighbours], page.descending)
    for key in sorted(months, reverse=descending):
        before = [group for group in neighbours if (group.key > key if descending else group.key < key)]
        model = before[-1] if before else neighbours[0]
        text = _group(page, model, key, months[key])
        if text is not None and before:
            yield _insertion(page, model.end, model.gap + text, months[key])
        elif text is not None:
            yield _insertion(page, model.start, text + model.gap, months[key])


def _insert_year(
    page: IndexPage, groups: list[IndexGroup], year: int, months: dict[tuple[int, ...], list[_NewEntry]]
) -> Iterator[Edit]:
    """Yield the group of a new year, with groups of months if the page has them, next to the nearest year."""
    descending = is_descending([group.key[0] for group in groups], page.descending)
    before = [group for group in groups if (group.key[0] > year if descending else group.key[0] < year)]
    model = before[-1] if before else groups[0]
    entries = list(chain.from_iterable(months.values()))
    if len(model.key) == 1 or model.year is None:  # years without months, or months whose heading has the year
        ordered = sorted(months, reverse=descending)
        texts = [_group(page, model, key, months[key]) for key in ordered]
        text = model.gap.join(each for each in texts if each is not None)
        span = (model.start, model.end)
    else:
        head, foot, span = model.year
        first = next(group for group in groups if group.year == model.year)
        texts = [_group(page, first, key, months[key]) for key in sorted(months, reverse=descending)]
        text = (
            _rename_labels(head, model.key[0], year) + first.gap.join(each for each in texts if each is not None) + foot
        )
    if text:
        at = span[1] if before else span[0]
        yield _insertion(page, at, model.gap + text if before else text + model.gap, entries)


def _group(page: IndexPage, model: IndexGroup, key: tuple[int, ...], entries: list[_NewEntry]) -> str | None:
    """Return the text of a group for the month or year `key`, in the style of the group `model`."""
    head = _rename_labels(model.head, model.key[0], key[0])
    if len(key) > 1:
        head = _rename_labels(head, model.key[1], key[1])
    descending = is_descending([item.day for item in model.items if item.day], page.descending)
    item = model.items[0]
    all_equal = len(model.items) > 1 and item.number == model.items[1].number
    lines = [
        _line(page, item, entry, 1 if all_equal else number) + page.line_end
        for number, entry in enumerate(reversed(entries) if descending else entries, 1)
    ]
    return head + "".join(lines) + model.foot


def _line(page: IndexPage, model: IndexItem, entry: _NewEntry, number: int) -> str:
    """Return a line that links another note, in the style of the item `model`."""
    path = posixpath.relpath(entry.path, posixpath.dirname(page.path) or ".")
    path = re.sub(r"[\x00-\x7f]+", lambda found: quote(found[0], safe="/!$,;=@"), path)
    url = ("./" if model.url.startswith("./") else "") + path
    title = entry.title
    title = html.escape(title, quote=False) if model.is_html else re.sub(r"[\\`*_\[\]<>]", r"\\\g<0>", title)
    line, shift = model.line, model.start
    pieces = [(model.url_span, url), (model.text_span, title)]
    if model.number is not None:
        pieces.append((model.number_span, str(number)))
    data = line.encode()
    for (start, end), text in sorted(pieces, reverse=True):
        data = data[: start - shift] + text.encode() + data[end - shift :]
    return data.decode()


def _rename_labels(text: str, old: int, new: int) -> str:
    """Return a heading with the number `new` in place of `old`.

    The number gets two digits where the old one had a leading zero or follows a hyphen.
    """

    def replaced(found: re.Match[str]) -> str:
        padded = found[1] or text[: found.start()].endswith("-")
        return f"{new:02}" if padded else str(new)

    return re.sub(rf"(?<!\d)(0?){old}(?!\d)", replaced, text)


def _insertion(page: IndexPage, at: int, text: str, entries: Iterable[_NewEntry]) -> Edit:
    if at == page.size and not page.ends_with_newline:
        text = page.line_end + text.removesuffix(page.line_end)
    return Edit(page.path, at, at, "", text, _ENTRY, ", ".join(entry.path for entry in entries))


_MAX_LABEL = 30
_DATE_LINE = re.compile(
    rf"^(?:[^\S\n]|[>*_#-])*(?P<label>[^:：\d\n]{{2,{_MAX_LABEL}}})[:：][\s*_]*"
    r"(?P<date>(?P<year>\d{4})(?P<first>[-./年])(?P<month>\d{1,2})(?P<second>[-./月])(?P<day>\d{1,2}))日?[\s*_]*$",
    re.MULTILINE,
)
_UPDATED = re.compile(
    r"(?:今日|最近|最后|最新|上次|\blast|\blatest).*(?:更新|updat)|(?:更新|updat).*(?:今日|最近|最后|最新)"
    r"|^(?:更新(?:时间|日期|于)?|updated(?: on)?)$",
    re.IGNORECASE,
)


def _update_date(note: Note, newest: date) -> Iterator[Edit]:
    """Yield the edit that sets the date of the "last updated" line to that of the newest note, if it is older."""
    text = note.data.decode()
    for found in _DATE_LINE.finditer(text):
        if not _UPDATED.search(found["label"].strip("*_ ")):
            continue
        if next(find_dates(found["date"]), newest) < newest:
            width = 2 if found["first"] == "-" or "0" in {found["month"][0], found["day"][0]} else 1
            new = f"{newest.year}{found['first']}{newest.month:0{width}}{found['second']}{newest.day:0{width}}"
            start = len(text[: found.start("date")].encode())
            yield Edit(
                note.path,
                start,
                start + len(found["date"].encode()),
                found["date"],
                new,
                _DATE,
                f"{newest}",
            )
        return
