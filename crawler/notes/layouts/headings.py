"""Headings as titles: `### Title` with lines of fields below, or with the links behind the title."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from crawler.models.notes.note import LinkRole
from crawler.notes.fields import parse_label
from crawler.notes.works.candidates import candidate_of, title_score
from crawler.notes.works.link_labels import is_other_section, line_label, link_label
from crawler.notes.works.titles import find_title
from crawler.notes.works.words import TITLE_WORDS, is_prose
from crawler.notes.works.work import is_web, read_work, with_title_as_paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.outline import Line
    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.candidates import Candidate
    from crawler.notes.works.titles import Title
    from crawler.notes.works.work import Work

_NUMBER = re.compile(rb"[#\s]*\[?\(?(\d{1,9})[.)\]]")
MAX_ADDRESSES = 3
"""Addresses of papers, and of code, of one work: its page, its PDF file, its page on arXiv."""

MAX_LINES = 400
_SEVERAL = 3
_LINE_BYTES = 3000


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the headings that have the links of one work behind them or below them, labelled.

    A heading that is a link to some page is a work where most headings of its level are.
    """
    strong: Counter[int] = Counter()
    weak: list[tuple[int, Candidate]] = []
    for at_heading, ((start, heading_end), level) in enumerate(index.headings):
        end = index.next_heading(start)
        lines = index.lines_within(start, end)
        if not lines or len(lines) > MAX_LINES or _is_of_list(index, lines, start, heading_end, end):
            continue
        work = read_work(index, lines, start, end, head_end=heading_end)
        if work.title is None or (at_heading == 0 and level == 1 and work.title.words < TITLE_WORDS):
            continue  # the name of the list
        is_strong = _is_of_one_work(index, work, work.title, heading_end)
        if not is_strong:
            if not _is_linked_title(index, work, work.title):
                continue
            with_title_as_paper(index, work)
        in_heading = any(at in work.roles for at in index.mentions_within(start, heading_end))
        score = 0.3 + title_score(work.title) + (1.0 if in_heading else 0.0)
        number = _NUMBER.match(index.data, start, heading_end)
        candidate = candidate_of(index, work, start, end, score, number=int(number[1]) if number else None)
        if is_strong:
            strong[level] += 1
            yield candidate
        else:
            weak.append((level, candidate))
    weak_at = Counter(level for level, _ in weak)
    yield from (candidate for level, candidate in weak if strong[level] >= max(_SEVERAL, weak_at[level]))


def _is_of_list(index: OutlineIndex, lines: list[Line], start: int, heading_end: int, end: int) -> bool:
    """Return whether a section lists works, so that its heading is none.

    Numbered items without links, and one work below a heading that is a link to a paper, are what is said of that.
    """
    if index.has_table(start, end):
        return True
    works = sum(_lists_work(index, line) for line in lines if line.start >= heading_end)
    if any(index.roles[at] is LinkRole.PAPER for at in index.mentions_within(start, heading_end)):
        return works > 1
    items = index.numbered_within(start, end)
    return works > 0 or (len(items) > 1 and bool(index.mentions_within(items[0], end)))


def _is_linked_title(index: OutlineIndex, work: Work, title: Title) -> bool:
    """Return whether a heading is the title of a work as a link to a page that is not known to have papers."""
    if title.mention is None or title.words < TITLE_WORDS or is_other_section(title.text) or is_prose(title.text):
        return False
    return not work.has_paper and work.roles.get(title.mention) is None and is_web(index.mentions[title.mention].url)


def _is_of_one_work(index: OutlineIndex, work: Work, title: Title, heading_end: int) -> bool:
    """Return whether a heading is a title with a labelled paper, or code, and few addresses of papers and code."""
    if is_other_section(title.text) or is_prose(title.text):
        return False
    if max(len(_addresses(index, work.with_role(role))) for role in (LinkRole.PAPER, LinkRole.CODE)) > MAX_ADDRESSES:
        return False
    in_heading = any(each.name == "paper" and each.label_start < heading_end for each in work.fields)
    return in_heading or (work.has_labels and (work.has_paper or work.has_field or title.words >= TITLE_WORDS))


def _addresses(index: OutlineIndex, mentions: list[int]) -> set[str]:
    return {index.mentions[at].url for at in mentions}


def _lists_work(index: OutlineIndex, line: Line) -> bool:
    """Return whether a line below a heading has a paper and a title of its own, so that the heading is none."""
    end = min(line.end, line.start + _LINE_BYTES)
    papers = [
        at
        for at in index.mentions_within(line.start, end)
        if index.roles[at] is LinkRole.PAPER or link_label(index.mentions[at].text) == "paper"
    ]
    if not papers or ((label := parse_label(index.data, line, end)) is not None and line_label(label.written)):
        return False
    title = find_title(index.segments(line.start, end))
    return title is not None and title.how != "text"
