"""Lists of works without links, one an item with venue and year behind the title: `* Title (SIGMOD 2020)`.

Such an item is no evidence by itself. A note needs a list with MIN_ITEMS of this shape, with venues of papers. In such
a note, year or venue alone will do for some items of a list: `* Title (2019)`, `* Title (TKDE)`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.notes.works.candidates import candidate_of, title_score
from crawler.notes.works.link_labels import is_other_section, link_label
from crawler.notes.works.title_text import MAX_TITLE, clean_title, is_known_venue
from crawler.notes.works.titles import Title
from crawler.notes.works.words import count_words, is_prose
from crawler.notes.works.work import read_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.notes.outline import ListItem
    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.candidates import Candidate

MIN_ITEMS = 10
"""Items of the shape in the longest list."""

_LIST_SHARE, _WHOLE_SHARE, _MANY_WORDS = 0.8, 0.5, 5
_VENUE_SHARE, _OTHER_SHARE = 0.3, 0.1
_MAX_BYTES = 2000

_SHAPE = re.compile(
    r"(?P<title>[^\n]+?)(?:(?<!\s)\s+)?[(（](?P<venue>[^()（）]{3,120})[)）]\s*+(?:[.。,，:：|-]\s*+)?$"
)
_YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|['’]\d\d)(?!\d)")
_NAME = re.compile(r"[A-Z][A-Za-z]+")
_MONTH = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*")
_PUBLISHED = re.compile(
    r"\b(?:arXiv|bioRxiv|medRxiv|IEEE|ACM|PVLDB|Journal|Transactions|Trans\.|Proceedings|Proc\.|Conference|Symposium"
    r"|Workshops?|Letters|Nature|Science|Cell|PNAS|PLoS|NeurIPS|Physical Review)\b",
    re.IGNORECASE,
)
_NO_WORK = re.compile(
    r"\b(?:conference on|workshop on|symposium on|proceedings of|awards?|reviewer|committee|chair|keynote|invited"
    r"|tutorial at|talk at|teaching|internship|member of|winner|\d(?:st|nd|rd|th) place)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Cited:
    """An item of the shape: its title and venue; `is_whole` says that a venue and its year are given."""

    item: ListItem
    title: Title
    venue: str
    is_whole: bool


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the items of the shape that have no link to a paper, if the note has a long list of them."""
    sizes: dict[int, int] = defaultdict(int)
    lists: dict[int, list[_Cited]] = defaultdict(list)
    parents = {item.parent for item in index.outline.list_items}
    for at, item in enumerate(index.outline.list_items):
        sizes[item.list_start] += 1
        if at not in parents and (cited := _cited(index, item)) is not None:
            lists[item.list_start].append(cited)
    full = [each for start, each in lists.items() if len(each) >= _LIST_SHARE * sizes[start] and _lists_works(each)]
    whole = [sum(cited.is_whole for cited in each) for each in full]
    venues = [cited.venue for each in full for cited in each if cited.is_whole]
    is_long = any(
        count >= max(MIN_ITEMS, _LIST_SHARE * sizes[each[0].item.list_start])
        for each, count in zip(full, whole, strict=True)
    )
    is_evident = is_long and _share(venues, _is_published) >= _VENUE_SHARE
    if is_evident or index.is_forced:
        for each in full:
            for cited in each:
                yield from _candidate(index, cited)


def _cited(index: OutlineIndex, item: ListItem) -> _Cited | None:
    """Return title and venue of an item; None if it does not have the shape before its first link."""
    end = min(item.end, item.start + _MAX_BYTES)
    lines = index.lines_within(item.start, end)
    if not lines:
        return None
    start = lines[0].start
    head_end = min(lines[0].leaf_end, end)
    links = index.mentions_within(start, head_end)
    text = index.text(start, min([head_end, *(index.mentions[at].place for at in links[:1])]))
    has_venue = ")" in text or "）" in text
    match = _SHAPE.fullmatch(text.rstrip(" [【")) if has_venue else None
    if match is None:
        return None
    venue, title = match["venue"].strip(), clean_title(match["title"])
    names = any(not _MONTH.fullmatch(name) for name in _NAME.findall(venue))
    is_whole = names and _YEAR.search(venue) is not None
    is_short = _YEAR.fullmatch(venue) is not None or (_NAME.fullmatch(venue) is not None and _is_published(venue))
    if not (is_whole or is_short) or count_words(title) <= 1 or len(title) > MAX_TITLE or link_label(title):
        return None
    return _Cited(item, Title(title, "text", start, head_end), venue, is_whole)


def _lists_works(cited: list[_Cited]) -> bool:
    """Return whether most items name a venue and its year, and the titles are not those of events, prizes or duties."""
    if sum(each.is_whole for each in cited) < _WHOLE_SHARE * len(cited):
        return False
    titles = [each.title.text for each in cited]
    is_long = sum(map(count_words, titles)) >= _MANY_WORDS * len(titles)
    return is_long and _share(titles, lambda title: _NO_WORK.search(title) is not None) <= _OTHER_SHARE


def _is_published(venue: str) -> bool:
    name = _YEAR.sub("", venue).strip(" ,")
    return _PUBLISHED.search(venue) is not None or is_known_venue(f"{name} 2000")


def _share(texts: list[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, texts)) / len(texts) if texts else 0.0


def _candidate(index: OutlineIndex, cited: _Cited) -> Iterator[Candidate]:
    item = cited.item
    lines = index.lines_within(item.start, item.end)
    work = read_work(index, lines, item.start, item.end, head_end=lines[0].leaf_end)
    section = "".join(index.section_at(item.start)[-1:])
    if work.has_paper or is_prose(cited.title.text) or (is_other_section(section) and not index.is_forced):
        return
    work.title = cited.title
    yield candidate_of(index, work, item.start, item.end, 0.5 + title_score(cited.title))
