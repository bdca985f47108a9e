"""Index pages: what a list of the folder's notes lacks is added in its own style, its date line updated. Pure."""

from __future__ import annotations

import html
import posixpath
import re
from datetime import date
from itertools import chain, pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.models.edit import Edit
from crawler.models.reason import Reason, ReasonCode
from crawler.notes.entries import find_dates
from crawler.notes.ignore_comments import overlaps_spans
from pipelines.rewriting.index.page import IndexGroup, IndexItem, IndexPage, is_descending, read_index_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from crawler.models.note import Note

LEAST = 3
"""A page that lists fewer notes of its folder than this, or than half of those with a date, is no index."""

_ENTRY, _DATE = Reason(ReasonCode.EDIT_INDEX_ENTRY), Reason(ReasonCode.EDIT_INDEX_DATE)

Listed = tuple[str, str, date | None]
"""A note of the folder: its path below NOTES_DIR, title and date."""


def index_edits(note: Note, notes: Sequence[Listed], withheld: Collection[str] = ()) -> tuple[Edit, ...]:
    """Return what makes an index page complete, in order: lines for notes that it lacks, numbers behind them, its date.

    A note is added where notes of its day belong: in the group of its month or year, else in a group of its own in the
    style of its neighbours, else in the one list that there is. Notes without a date are left out, and so are those
    whose title an entry bears already, wherever it leads, and the paths `withheld`.
    """
    days = {path: day for path, _, day in notes if day is not None and path != note.path}
    page = read_index_page(note, days)
    items = [item for group in page.groups for item in group.items]
    if len({item.path for item in items} & days.keys()) < max(LEAST, len(days) / 2):
        return ()
    texts = {item.text for item in items}
    lacking = [
        _NewEntry(path, title or posixpath.basename(path), days[path])
        for path, title, _ in notes
        if path in days and path not in page.linked and path not in withheld and title not in texts
    ]
    wanted = [
        *_add_entries(page, sorted(lacking, key=lambda new: (new.day, new.path))),
        *_update_date(note, max(days.values())),
    ]
    return tuple(
        edit
        for edit in sorted(wanted, key=lambda edit: (edit.start, edit.end))  # stable: insertions stay in their order
        if not overlaps_spans(note.ignored, edit.start, edit.end)
    )


class _NewEntry:
    """A note to be added."""

    def __init__(self, path: str, title: str, day: date) -> None:
        self.path, self.title, self.day = path, title, day

    @property
    def month(self) -> tuple[int, ...]:
        return self.day.year, self.day.month


def _add_entries(page: IndexPage, lacking: list[_NewEntry]) -> Iterator[Edit]:
    depth = max((len(group.key) for group in page.groups), default=0)
    groups = [group for group in page.groups if len(group.key) == depth]
    if not groups or (depth == 0 and len(groups) > 1):
        return
    homes: dict[tuple[int, ...], list[_NewEntry]] = {}
    for new in lacking:
        homes.setdefault(new.month[:depth], []).append(new)
    by_key = {group.key: group for group in groups}
    years: dict[int, dict[tuple[int, ...], list[_NewEntry]]] = {}
    for key, news in homes.items():
        if key in by_key:
            yield from _insert_into_group(page, by_key[key], news)
        else:
            years.setdefault(key[0], {})[key] = news
    falling = is_descending([group.key[:1] for group in groups], page.falling)
    for year, months in sorted(years.items(), reverse=falling):  # several may be added in one place
        neighbours = [group for group in groups if group.key[0] == year]
        if neighbours:
            yield from _adjacent_month(page, neighbours, months)
        else:
            yield from _new_year(page, groups, year, months)


def _insert_into_group(page: IndexPage, group: IndexGroup, news: list[_NewEntry]) -> Iterator[Edit]:
    """Yield the lines for notes of a group, and the numbers that change behind them."""
    falling = is_descending([item.day for item in group.items if item.day], page.falling)
    merged: list[IndexItem | _NewEntry] = list(group.items)
    for new in reversed(news) if falling else news:
        later = (
            at
            for at, item in enumerate(merged)
            if item.day is not None and (item.day < new.day if falling else item.day > new.day)
        )
        merged.insert(next(later, len(merged)), new)
    numbers = [item.number for item in group.items if item.number is not None]
    rising = all(second == first + 1 for first, second in pairwise(numbers))
    model = group.items[-1]
    for at, each in enumerate(merged):
        number = numbers[0] + at if numbers and rising else (numbers or [0])[-1]
        if isinstance(each, _NewEntry):
            following = next((item for item in merged[at:] if isinstance(item, IndexItem)), None)
            line = _line(page, model, each, number) + page.line_end
            yield _insertion(page, following.start if following else group.items_end, line, [each])
        elif each.number is not None and rising and each.number != number:
            start, end = each.number_span
            yield Edit(
                page.path,
                start,
                end,
                str(each.number),
                str(number),
                _ENTRY,
                "numbers behind it",
            )


def _adjacent_month(
    page: IndexPage, neighbours: list[IndexGroup], months: dict[tuple[int, ...], list[_NewEntry]]
) -> Iterator[Edit]:
    """Yield new groups of months beside those of the same year."""
    falling = is_descending([group.key for group in neighbours], page.falling)
    for key in sorted(months, reverse=falling):
        before = [group for group in neighbours if (group.key > key if falling else group.key < key)]
        model = before[-1] if before else neighbours[0]
        text = _group(page, model, key, months[key])
        if text is not None and before:
            yield _insertion(page, model.end, model.gap + text, months[key])
        elif text is not None:
            yield _insertion(page, model.start, text + model.gap, months[key])


def _new_year(
    page: IndexPage, groups: list[IndexGroup], year: int, months: dict[tuple[int, ...], list[_NewEntry]]
) -> Iterator[Edit]:
    """Yield a new year, with its months if the page has such, beside the nearest one."""
    falling = is_descending([group.key[0] for group in groups], page.falling)
    before = [group for group in groups if (group.key[0] > year if falling else group.key[0] < year)]
    model = before[-1] if before else groups[0]
    news = list(chain.from_iterable(months.values()))
    if len(model.key) == 1 or model.year is None:  # years without months, or months that name their year themselves
        ordered = sorted(months, reverse=falling)
        texts = [_group(page, model, key, months[key]) for key in ordered]
        text = model.gap.join(each for each in texts if each is not None)
        whole = (model.start, model.end)
    else:
        head, foot, whole = model.year
        first = next(group for group in groups if group.year == model.year)
        inside = [_group(page, first, key, months[key]) for key in sorted(months, reverse=falling)]
        text = (
            _rename_labels(head, model.key[0], year)
            + first.gap.join(each for each in inside if each is not None)
            + foot
        )
    if text:
        yield _insertion(page, whole[1] if before else whole[0], model.gap + text if before else text + model.gap, news)


def _group(page: IndexPage, model: IndexGroup, key: tuple[int, ...], news: list[_NewEntry]) -> str | None:
    """Return a group like the model for another month or year."""
    head = _rename_labels(model.head, model.key[0], key[0])
    if len(key) > 1:
        head = _rename_labels(head, model.key[1], key[1])
    falling = is_descending([item.day for item in model.items if item.day], page.falling)
    item = model.items[0]
    same = len(model.items) > 1 and item.number == model.items[1].number
    lines = [
        _line(page, item, new, 1 if same else at) + page.line_end
        for at, new in enumerate(reversed(news) if falling else news, 1)
    ]
    return head + "".join(lines) + model.foot


def _line(page: IndexPage, model: IndexItem, new: _NewEntry, number: int) -> str:
    """Return a line like the model's that links another note."""
    path = posixpath.relpath(new.path, posixpath.dirname(page.path) or ".")
    path = re.sub(r"[\x00-\x7f]+", lambda found: quote(found[0], safe="/!$,;=@"), path)
    url = ("./" if model.url.startswith("./") else "") + path
    title = html.escape(new.title, quote=False) if model.is_html else re.sub(r"[\\`*_\[\]<>]", r"\\\g<0>", new.title)
    line, shift = model.line, model.start
    pieces = [(model.url_span, url), (model.text_span, title)]
    if model.number is not None:
        pieces.append((model.number_span, str(number)))
    data = line.encode()
    for (start, end), text in sorted(pieces, reverse=True):
        data = data[: start - shift] + text.encode() + data[end - shift :]
    return data.decode()


def _rename_labels(text: str, old: int, new: int) -> str:
    """Return a heading with another year or month, of two digits where it had a leading zero or follows a hyphen."""

    def renamed(found: re.Match[str]) -> str:
        padded = found[1] or text[: found.start()].endswith("-")
        return f"{new:02}" if padded else str(new)

    return re.sub(rf"(?<!\d)(0?){old}(?!\d)", renamed, text)


def _insertion(page: IndexPage, at: int, text: str, news: Iterable[_NewEntry]) -> Edit:
    if at == page.size and not page.ended:
        text = page.line_end + text.removesuffix(page.line_end)
    return Edit(page.path, at, at, "", text, _ENTRY, ", ".join(new.path for new in news))


_DATE_LINE = re.compile(
    r"^[\s>*_#-]*(?P<label>[^:：\d\n]{2,30})[:：][\s*_]*"
    r"(?P<date>(?P<year>\d{4})(?P<first>[-./年])(?P<month>\d{1,2})(?P<second>[-./月])(?P<day>\d{1,2}))日?[\s*_]*$",
    re.MULTILINE,
)
_UPDATED = re.compile(
    r"(?:今日|最近|最后|最新|上次|\blast|\blatest).*(?:更新|updat)|(?:更新|updat).*(?:今日|最近|最后|最新)"
    r"|^(?:更新(?:时间|日期|于)?|updated(?: on)?)$",
    re.IGNORECASE,
)


def _update_date(note: Note, newest: date) -> Iterator[Edit]:
    """Yield the new date of the line that says when the notes were last updated."""
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
