"""Plan facts: metadata of an entry's article, paper and code, in its list style and language. Pure."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of
from crawler.models.link import LinkState, Verdict
from crawler.models.metadata import Article, Paper, Repository
from crawler.models.notes.edit import Edit
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.entry_subject import only_subject, reference_of
from pipelines.rewriting.lines.fact_slots import insert_fact
from pipelines.rewriting.lines.line_style import (
    escape_plain_text,
    existing_field,
    insert_line,
    is_chinese,
    labelled_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from crawler.models.notes.note import Entry, Note

BEIJING = timezone(timedelta(hours=8))
"""Time zone of the dates that WeChat shows."""

SHOWN_AUTHORS = 5
"""Authors named before `et al.`."""

STALE_SHARE = 0.1
"""Difference between the written and the present number of stars, as a share, up to which it is not updated."""

_REASONS = {
    "authors": Reason(ReasonCode.EDIT_AUTHORS),
    "venue": Reason(ReasonCode.EDIT_VENUE),
    "withdrawn": Reason(ReasonCode.EDIT_WITHDRAWN),
    "stars": Reason(ReasonCode.EDIT_STARS),
    "license": Reason(ReasonCode.EDIT_LICENSE),
    "archived": Reason(ReasonCode.EDIT_ARCHIVED),
}
_NUMBER = re.compile(r"[:：][*_\s]*(\d{1,3}(?:,\d{3})+|\d+)[*_\s]*\Z")


def fact_edits(note: Note, states: Mapping[int, LinkState], rewrite: Collection[str]) -> Iterator[Edit]:
    """Yield the insertions of missing fact lines, and the updates of star counts.

    `states` are by the position of the mention in `Note.mentions`. Facts of a paper or repository are added only after
    a field `paper` or `code` that names exactly one, in the form of the list (see `fact_slots`). Existing lines stay
    as they are, except a star count that is the only value of its line.
    """
    for entry in note.entries:
        if "article" in rewrite:
            yield from _article_facts(note, entry, states)
        yield from _paper_facts(note, entry, states, rewrite)
        yield from _code_facts(note, entry, states, rewrite)


def _article_facts(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> Iterator[Edit]:
    """Yield a line above the first field with the account that published the article, and the day in Beijing."""
    state = states.get(-1 if entry.article is None else entry.article)
    if state is None or not isinstance(article := state.metadata, Article) or not entry.line_fields:
        return
    day = article.published_at and f"{article.published_at.astimezone(BEIJING):%Y-%m-%d}"
    facts = [fact for fact in (escape_plain_text(article.account or ""), day) if fact]
    if facts and existing_field(entry, "article") is None:
        first = entry.line_fields[0]
        value = ("，" if is_chinese(entry, first) else ", ").join(facts)
        reason, source = Reason(ReasonCode.EDIT_ARTICLE_SOURCE), kind_of(state.link).label()
        yield from insert_line(note, entry, first, "article", value, reason=reason, source=source, above=True)


def _paper_facts(note: Note, entry: Entry, states: Mapping[int, LinkState], rewrite: Collection[str]) -> Iterator[Edit]:
    """Yield lines with authors, venue and withdrawal of the paper, after its field or its authors."""
    field = entry.field("paper")
    if field is None or (known := only_subject(Paper, field, states)) is None:
        return
    (state, paper), chinese = known, is_chinese(entry, field)
    source = reference_of(state)
    facts = {
        "authors": (_authors(paper, chinese=chinese), source),
        "venue": (_venue(paper), f"{source}, {paper.venue_source}"),
        "withdrawn": (labelled_text("withdrawn", chinese=chinese) if paper.withdrawn else "", source),
    }
    behind = existing_field(entry, "authors") or field
    for name, (value, evidence) in facts.items():
        if value and name in rewrite and existing_field(entry, name) is None:
            yield from insert_fact(note, entry, behind, name, value, reason=_REASONS[name], source=evidence)


def _code_facts(note: Note, entry: Entry, states: Mapping[int, LinkState], rewrite: Collection[str]) -> Iterator[Edit]:
    """Yield lines with stars, license and archiving of the repository, after its field or its stars."""
    field = entry.field("code")
    if field is None or (known := only_subject(Repository, field, states)) is None:
        return
    state, repository = known
    if state.verdict is Verdict.DEAD:
        return
    source = kind_of(state.link).reference(repository.title)
    facts = {
        "stars": "" if repository.stars is None else f"{round_count(repository.stars):,}",
        "license": escape_plain_text(repository.license or ""),
        "archived": labelled_text("archived", chinese=is_chinese(entry, field)) if repository.archived else "",
    }
    for name, value in facts.items():
        if not value or name not in rewrite:
            continue
        if existing_field(entry, name) is None:
            behind = existing_field(entry, "stars") or field
            yield from insert_fact(note, entry, behind, name, value, reason=_REASONS[name], source=source)
        elif name == "stars":
            yield from _update_stars(note, entry, repository.stars or 0, source)


def _update_stars(note: Note, entry: Entry, stars: int, source: str) -> Iterator[Edit]:
    """Yield the replacement of a star count that is the only value of its line and differs by over `STALE_SHARE`."""
    present = existing_field(entry, "stars")
    assert present is not None  # noqa: S101 - the caller has checked it
    text = note.data[present.label_start : present.end].decode()
    number = _NUMBER.search(text)
    if number is None or abs(int(number[1].replace(",", "")) - stars) <= STALE_SHARE * stars:
        return
    separated = "," in number[1] or len(number[1]) < len("1000")
    new = f"{round_count(stars):,}" if separated else str(round_count(stars))
    start = present.label_start + len(text[: number.start(1)].encode())
    yield Edit(note.path, start, start + len(number[1]), number[1], new, _REASONS["stars"], source)


def round_count(count: int) -> int:
    """Return a count rounded to two significant digits, so that daily changes do not change the note."""
    return int(float(f"{count:.1e}"))


def _authors(paper: Paper, *, chinese: bool) -> str:
    """Return the names of the authors, the first `SHOWN_AUTHORS` of them."""
    names = [name for author in paper.authors[: SHOWN_AUTHORS + 1] if (name := escape_plain_text(author))]
    shown = ", ".join(names[:SHOWN_AUTHORS])
    more = " 等" if chinese else ", et al."
    return shown + (more if len(names) > SHOWN_AUTHORS else "")


def _venue(paper: Paper) -> str:
    """Return venue, year and track of a paper, such as `CVPR 2022 (oral)`; empty if not known."""
    venue = escape_plain_text(paper.venue or "")
    year = str(paper.venue_year or "")
    dated = f"{venue} {year}".rstrip() if venue and year not in venue else venue
    track = escape_plain_text(paper.venue_track or "")
    return f"{dated} ({track})" if dated and track and track.lower() not in dated.lower() else dated
