"""Tables with one work a row, of Markdown or HTML, with the columns in any order. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.models.notes.note import Field, FieldForm
from crawler.notes.fields import line_start
from crawler.notes.works.candidates import candidate_of, title_score
from crawler.notes.works.link_labels import column_name, is_other_section, link_label, role_of_label
from crawler.notes.works.title_text import is_date_or_venue
from crawler.notes.works.titles import Title, find_title
from crawler.notes.works.work import finish_work, is_reported, with_title_as_paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.outline import Row, Table
    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.candidates import Candidate
    from crawler.notes.works.work import Work

_SAMPLE = 40
"""Rows that are read to determine the columns."""

_MAX_WORDS = 20
_MAX_COLUMNS = 100
_CELL_BYTES = 6000
_NUMBER = re.compile(r"\s*[\[(（]?(\d{1,9})[.)\]）、]?(?:\s|$)")
_NO_TITLES = frozenset(
    {
        "date",
        "authors",
        "affiliation",
        "venue",
        "stars",
        "license",
        "abstract",
        "tips",
        "number",
        "code",
        "project",
        "demo",
        "video",
        "dataset",
        "model",
        "slides",
        "supplement",
        "bibtex",
        "blog",
        "links",
    }
)
_EMPTY = re.compile(r"[\s\-–—_/\\.*xX✗❌×]*+(?:(?:null|none|n/?a|tbd|tba|无|暂无)[\s\-–—.*]*+)?", re.IGNORECASE)


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the rows with a title and the link of a paper, and the other rows of tables in which most have one."""
    for table in index.outline.tables:
        yield from _TableReader(index, table).candidates()


class _TableReader:
    def __init__(self, index: OutlineIndex, table: Table) -> None:
        self._index = index
        self._table = table
        header = next((row for row in table.rows[:2] if row.is_header), None)
        first = table.rows[0] if table.rows else None
        if header is None and first is not None and table.is_html and self._looks_like_header(first):
            header = first
        self._rows = [row for row in table.rows if row is not header and not row.is_header and row.cells]
        width = min(max((len(row.cells) for row in self._rows), default=0), _MAX_COLUMNS)
        texts = [self._text(cell) for cell in header.cells] if header else []
        self._headers = (texts + [""] * width)[:width]
        self._names = [column_name(text) for text in self._headers]
        self._title_column = self._find_title_column() if self._rows else None

    def candidates(self) -> Iterator[Candidate]:
        """Yield the rows; without a paper only where most rows have one."""
        index = self._index
        if self._title_column is None:
            return
        works = [(row, work) for row in self._rows if (work := self._work(row)) is not None]
        strong = sum(self._is_strong(work) for _, work in works)
        accepts_weak = 2 * strong >= len(works) or index.is_forced
        if is_other_section("".join(index.section_at(self._table.start)[-1:])) and not index.is_forced:
            return
        for row, work in works:
            score = 0.0
            if self._is_strong(work) or (accepts_weak and work.has_content):
                score = 0.6 + title_score(work.title)
                with_title_as_paper(index, work)
                if not work.has_paper and not work.has_labels and not (accepts_weak and is_reported(index, work)):
                    score = 0.0
            yield candidate_of(index, work, row.start, row.end, score, number=self._number(row))

    def _is_strong(self, work: Work) -> bool:
        return work.has_paper and work.title is not None

    def _looks_like_header(self, row: Row) -> bool:
        known = sum(column_name(self._text(cell)) in _NO_TITLES | {"title", "name", "paper"} for cell in row.cells)
        return known > 1 and not any(self._index.mentions_within(*cell) for cell in row.cells)

    def _text(self, cell: tuple[int, int]) -> str:
        return self._index.text(cell[0], min(cell[1], cell[0] + _CELL_BYTES))

    def _find_title_column(self) -> int | None:
        """Return the column of titles: by its header, else the one whose cells look most like titles."""
        if "title" in self._names and self._likeness(self._names.index("title")) > 0:
            return self._names.index("title")
        choices = [
            (self._likeness(at), -at)
            for at, name in enumerate(self._names)
            if name not in _NO_TITLES or (name in {"paper", "links"} and self._likeness(at) > 1)
        ]
        best = max(choices, default=(0.0, 0))
        return -best[1] if best[0] > 0 else None

    def _likeness(self, column: int) -> float:
        """Return the average number of words of the titles in a column, of long ones at most `_MAX_WORDS`."""
        cells = [row.cells[column] for row in self._rows[:_SAMPLE] if column < len(row.cells)]
        if not cells:
            return 0.0
        words = [title.words for cell in cells if (title := self._title(cell)) is not None]
        return sum(min(count, _MAX_WORDS) for count in words) / len(cells)

    def _title(self, cell: tuple[int, int]) -> Title | None:
        title = find_title(self._index.segments(cell[0], min(cell[1], cell[0] + _CELL_BYTES)), is_cell=True)
        return None if title is None or _EMPTY.fullmatch(title.text) else title

    def _work(self, row: Row) -> Work | None:
        index, column = self._index, self._title_column
        if column is None or column >= len(row.cells):
            return None
        title = self._title(row.cells[column])
        if title is None or (title.words <= 1 and title.how == "text" and is_date_or_venue(title.text)):
            return None
        fields = [
            each for at, cell in enumerate(row.cells[:_MAX_COLUMNS]) if (each := self._field(at, cell)) is not None
        ]
        return finish_work(index, title, fields, row.start, row.end)

    def _field(self, at: int, cell: tuple[int, int]) -> Field | None:
        """Return the field of a cell; links whose texts say something else than the header do not belong to it."""
        index = self._index
        if at >= len(self._names) or at == self._title_column:
            return None
        name = self._names[at]
        label = self._headers[at]
        links = [each for each in index.mentions_within(*cell) if index.mentions[each].role is None]
        if name == "name":
            name = "paper" if links and link_label(label) == "paper" else ""
        own = [
            each for each in links if link_label(index.mentions[each].text) not in _OTHER_THAN.get(name, frozenset())
        ]
        if name in {"paper", "code", "demo", "video", "article"}:
            own = [each for each in own if not self._contradicts(name, each)]
            if not own and not _EMPTY.fullmatch(self._text(cell)):
                return None
        elif links or not name or name == "title":
            return None
        start, end = cell
        if start == end and index.data[start - 1 : start] not in {b"|", b">"}:
            return None  # a cell of a row above covers it
        return Field(
            name=name,
            label=label,
            value="" if _EMPTY.fullmatch(self._text(cell)) else self._text(cell),
            start=line_start(index.data, start),
            label_start=start,
            end=end,
            mentions=tuple(sorted(own)),
            form=FieldForm.CELL,
        )

    def _contradicts(self, name: str, at: int) -> bool:
        """Return whether the text of a link says something else than the header of its column."""
        own = role_of_label(link_label(self._index.mentions[at].text))
        return own is not None and own is not role_of_label(name)

    def _number(self, row: Row) -> int | None:
        match = _NUMBER.match(self._text(row.cells[0]))
        return int(match[1]) if match else None


_OTHER_THAN: dict[str, frozenset[str]] = {
    "paper": frozenset(
        {"code", "project", "demo", "video", "dataset", "model", "blog", "slides", "bibtex", "supplement"}
    ),
    "code": frozenset(
        {"paper", "project", "demo", "video", "dataset", "model", "blog", "slides", "bibtex", "supplement"}
    ),
}
