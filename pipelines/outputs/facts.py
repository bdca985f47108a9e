"""Fact lines: what is known of an entry's paper and code, added in the entry's own list style and language. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.items import Edit, Entry, Note, Paper, Repository, Standing, Verdict
from pipelines.about import only_thing
from pipelines.outputs.lines import existing, insert, is_chinese, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHOWN_AUTHORS = 5
"""Authors named before `et al.`."""


def fact_edits(note: Note, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    """Yield the fact lines that a note's entries lack, and the counts of stars that have changed.

    Facts need a field `paper` or `code` to follow that names exactly one paper or repository: below a title, a bare
    bullet or a list of papers nobody could tell whose authors these are. What the author wrote stays, but for a number
    of stars standing alone.
    """
    for entry in note.entries:
        yield from _paper_facts(note, entry, standings)
        yield from _stars(note, entry, standings)


def _paper_facts(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    field = entry.field("paper")
    if field is None or (known := only_thing(Paper, field, standings)) is None:
        return
    paper = known[1]
    chinese = is_chinese(entry, field)
    facts = {"authors": _authors(paper, chinese=chinese), "venue": _venue(paper)}
    missing = {name: value for name, value in facts.items() if value and existing(entry, name) is None}
    source = f"arXiv {paper.arxiv_id}" + (f", venue: {paper.venue_source}" if "venue" in missing else "")
    yield from insert(
        note, entry, existing(entry, "authors") or field, missing, reason="facts of the paper", source=source
    )


def _stars(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    field = entry.field("code")
    if field is None or (known := only_thing(Repository, field, standings)) is None:
        return
    standing, repository = known
    if repository.stars is None or standing.verdict is Verdict.DEAD:
        return
    source = f"GitHub {repository.title}"
    if (present := existing(entry, "stars")) is None:
        stars = {"stars": f"{repository.stars:,}"}
        yield from insert(note, entry, field, stars, reason="stars of the repository", source=source)
        return
    text = note.data[present.label_start : present.end].decode()
    number = re.search(r"[:：][*_\s]*(\d{1,3}(?:,\d{3})+|\d+)[*_\s]*\Z", text)
    if number is None or int(number[1].replace(",", "")) == repository.stars:
        return
    separated = "," in number[1] or len(number[1]) < len("1000")
    new = f"{repository.stars:,}" if separated else str(repository.stars)
    start = present.label_start + len(text[: number.start(1)].encode())
    yield Edit(note.path, start, start + len(number[1]), number[1], new, "stars of the repository", source)


def _authors(paper: Paper, *, chinese: bool) -> str:
    names = [name for author in paper.authors[: SHOWN_AUTHORS + 1] if (name := plain(author))]
    shown = ", ".join(names[:SHOWN_AUTHORS])
    more = " 等" if chinese else ", et al."
    return shown + (more if len(names) > SHOWN_AUTHORS else "")


def _venue(paper: Paper) -> str:
    venue = plain(paper.venue or "")
    year = str(paper.venue_year or "")
    return f"{venue} {year}".rstrip() if venue and year not in venue else venue
