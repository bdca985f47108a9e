"""Headings as titles: `### Title` with lines of fields below, or with the links behind the title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.models.note import LinkRole
from crawler.notes.fields import parse_label
from crawler.notes.works.candidates import candidate_of, distinct_papers, is_prose, read_work, title_score
from crawler.notes.works.link_labels import is_other_section, line_label, link_label
from crawler.notes.works.title_text import TITLE_WORDS
from crawler.notes.works.titles import find_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.outline import Line
    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.candidates import Candidate

_NUMBER = re.compile(rb"[#\s]*\[?\(?(\d{1,9})[.)\]]")
MAX_PAPERS = 3
"""Addresses of papers below the heading of one work: its page, its PDF file, its page on arXiv."""

MAX_LINES = 400
_LINE_BYTES = 3000


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the headings that have the links of one work behind them or below them, labelled."""
    for (start, heading_end), _ in index.headings:
        end = index.next_heading(start)
        lines = index.lines_within(start, end)
        if not lines or len(lines) > MAX_LINES or len(index.numbered_within(start, end)) > 1:
            continue
        if index.has_table(start, end) or any(_lists_work(index, line) for line in lines if line.start >= heading_end):
            continue
        work = read_work(index, lines, start, end, head_end=heading_end)
        title = work.title
        if (
            title is None
            or is_other_section(title.text)
            or is_prose(title.text)
            or distinct_papers(index, work) > MAX_PAPERS
        ):
            continue
        in_heading = [at for at in index.mentions_within(start, heading_end) if at in work.roles]
        labelled = [
            each for each in work.fields if each.name == "paper" and (each.label or each.label_start < heading_end)
        ]
        papers = {index.mentions[at].url for each in labelled for at in each.mentions}
        has_code = any(each.name == "code" and each.label for each in work.fields)
        if not labelled and not (has_code and title.words >= TITLE_WORDS):
            continue
        if not in_heading and len(papers) > MAX_PAPERS - 1:
            continue
        score = 0.3 + title_score(title) + (0.5 if in_heading else 0.0)
        number = _NUMBER.match(index.data, start, heading_end)
        yield candidate_of(index, work, start, end, score, number=int(number[1]) if number else None)


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
