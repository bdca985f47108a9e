"""Lists with one work an item, at any depth: `- [Title](…) [code](…)`, `* **Title.** *Authors* [[pdf](…)]`.

An item without a link of its own whose items list works is a category. An item may have its links in items below it,
which begin with labels: `- Title` with `  - Paper: …`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from crawler.notes.fields import parse_label
from crawler.notes.works.candidates import candidate_of, title_score
from crawler.notes.works.link_labels import is_other_section, line_label, link_label
from crawler.notes.works.words import is_prose, is_title_case
from crawler.notes.works.work import is_reported, read_work, with_bracketed_as_paper, with_title_as_paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.outline import ListItem
    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.candidates import Candidate
    from crawler.notes.works.work import Work

_NUMBER = re.compile(rb"\s*(\d{1,9})[.)]")
_LIST_SHARE = 0.5


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the items that list a work, each with the categories above it."""
    reader = _ItemReader(index)
    groups: dict[int, list[int]] = defaultdict(list)
    for at in reader.works:
        groups[index.outline.list_items[at].list_start].append(at)
    for group in groups.values():
        strong = sum(reader.is_strong(at) for at in group)
        accepts_weak = strong >= _LIST_SHARE * len(group)
        for at in group:
            yield reader.candidate(at, accepts_weak=accepts_weak or index.is_forced)


class _ItemReader:
    """Reads the items from the innermost to the outermost; `works` are the indexes of those that may list a work."""

    def __init__(self, index: OutlineIndex) -> None:
        self._index = index
        self._items = index.outline.list_items
        self._children: dict[int, list[int]] = defaultdict(list)
        for at, item in enumerate(self._items):
            if item.parent is not None:
                self._children[item.parent].append(at)
        self._numbered = frozenset(index.outline.items)
        self._found: dict[int, tuple[Work, int]] = {}
        self._has_works: set[int] = set()
        for at in range(len(self._items) - 1, -1, -1):
            self._read(at, self._items[at])
        self.works = sorted(self._found)

    def _read(self, at: int, item: ListItem) -> None:
        index, children = self._index, self._children[at]
        if item.is_numbered and item.parent is None and not children and item.start in self._numbered:
            return  # the layout `numbered` reads it
        with_works = [child for child in children if child in self._found or child in self._has_works]
        # An item's own text ends where the first item below it begins that lists a work.
        own_end = min([item.end, *(self._items[child].start for child in with_works[:1])])
        lines = index.lines_within(item.start, own_end) if index.mentions_within(item.start, own_end) else []
        if not lines or (children and lines[0].start >= self._items[children[0]].start):
            if with_works:
                self._has_works.add(at)
            return
        head_end = min([lines[0].leaf_end, *(self._items[child].start for child in children[:1])])
        if self._is_field(lines[0].start, lines[0].end, lines[0]):
            return
        work = read_work(index, lines, item.start, own_end, head_end=head_end)
        if with_works and not (work.has_content and work.has_paper):
            self._has_works.add(at)
            return
        if work.title is not None and work.has_content and not is_prose(work.title.text):
            self._found[at] = (work, own_end)
        elif with_works:
            self._has_works.add(at)

    def _is_field(self, start: int, end: int, line: object) -> bool:
        """Return whether an item is a field of what is above it: it begins with a label, or has nothing but labels."""
        index = self._index
        label = parse_label(index.data, line, end)  # type: ignore[arg-type]
        if label is not None and line_label(label.written) in _FIELD_NAMES:
            return True
        segments = index.segments(start, min(end, start + 2000))
        return bool(segments) and all(
            link_label(each.text) if each.mention is not None else not re.search(r"[^\W_]", each.text)
            for each in segments
        )

    def is_strong(self, at: int) -> bool:
        """Return whether an item lists a work by itself: a title and a paper, or a title and where it was published."""
        work, _ = self._found[at]
        title = work.title
        if title is None:
            return False
        structured = title.how != "text" or work.has_labels or (title.words > 1 and is_title_case(title.text))
        return structured and (work.has_paper or (work.is_cited and title.mention is not None and title.words > 1))

    def candidate(self, at: int, *, accepts_weak: bool) -> Candidate:
        """Return the candidate of an item; its score is 0 without evidence."""
        index, (work, end), item = self._index, self._found[at], self._items[at]
        categories = tuple(self._categories(item))
        score = 0.0
        if self.is_strong(at) or (accepts_weak and (work.has_content or work.has_labels)):
            score = 0.5 + title_score(work.title)
            with_title_as_paper(index, work)
            with_bracketed_as_paper(index, work)
            if not work.has_paper and not work.has_labels and not (accepts_weak and is_reported(index, work)):
                score = 0.0
        headings = (*index.section_at(item.start)[-1:], *categories[-1:])
        if any(is_other_section(heading) for heading in headings) and not index.is_forced:
            score = 0.0
        number = _NUMBER.match(index.data, item.start, end) if item.is_numbered else None
        return candidate_of(
            index, work, item.start, end, score, number=int(number[1]) if number else None, categories=categories
        )

    def _categories(self, item: ListItem) -> Iterator[str]:
        """Yield the texts of the items around an item, outermost first."""
        parents = []
        while item.parent is not None:
            parents.append(item.parent)
            item = self._items[item.parent]
        for parent in reversed(parents):
            lines = self._index.lines_within(self._items[parent].start, self._items[parent].end)
            if lines and lines[0].item == parent:
                yield self._index.text(lines[0].start, min(lines[0].end, lines[0].start + 300))


_FIELD_NAMES = frozenset(
    {
        "paper",
        "code",
        "project",
        "demo",
        "video",
        "dataset",
        "links",
        "venue",
        "authors",
        "affiliation",
        "abstract",
        "tips",
        "article",
    }
)
