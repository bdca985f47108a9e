"""Lists in HTML with one work an item: `<li><a href="…">Title</a> [<a href="…">code</a>]</li>`. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.notes.works.candidates import candidate_of, title_score
from crawler.notes.works.link_labels import is_other_section
from crawler.notes.works.titles import find_title
from crawler.notes.works.words import is_prose
from crawler.notes.works.work import MAX_HEAD, finish_work, with_title_as_paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.candidates import Candidate
    from crawler.notes.works.work import Work


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the items with a title and the link of a paper."""
    for start, end in index.outline.html_items:
        work = _work(index, start, end)
        if work is None or work.title is None or not work.has_content or is_prose(work.title.text):
            continue
        if index.is_forced:
            with_title_as_paper(index, work)
        score = 0.5 + title_score(work.title) if work.has_paper else 0.0
        if is_other_section("".join(index.section_at(start)[-1:])) and not index.is_forced:
            score = 0.0
        yield candidate_of(index, work, start, end, score)


def _work(index: OutlineIndex, start: int, end: int) -> Work | None:
    if not index.mentions_within(start, end):
        return None
    return finish_work(index, find_title(index.segments(start, min(end, start + MAX_HEAD))), [], start, end)
