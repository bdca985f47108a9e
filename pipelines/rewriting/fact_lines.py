"""Fact lines: what is known of an entry's article, paper and code, in its own list style and language. Pure."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of
from crawler.models.edit import Edit
from crawler.models.link import Standing, Verdict
from crawler.models.metadata import Article, Paper, Repository
from crawler.models.reason import Reason, ReasonCode
from pipelines.consistency.entry_subject import only_thing, reference_of
from pipelines.rewriting.line_style import existing, insert, is_chinese, plain, said

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from crawler.models.note import Entry, Note

BEIJING = timezone(timedelta(hours=8))
"""The time WeChat shows."""

SHOWN_AUTHORS = 5
"""Authors named before `et al.`."""

STALE = 0.1
"""How far a count of stars may be off before it is written anew, as a part of the count."""

_REASONS = {
    "authors": Reason(ReasonCode.EDIT_AUTHORS),
    "venue": Reason(ReasonCode.EDIT_VENUE),
    "withdrawn": Reason(ReasonCode.EDIT_WITHDRAWN),
    "stars": Reason(ReasonCode.EDIT_STARS),
    "license": Reason(ReasonCode.EDIT_LICENSE),
    "archived": Reason(ReasonCode.EDIT_ARCHIVED),
}
_NUMBER = re.compile(r"[:：][*_\s]*(\d{1,3}(?:,\d{3})+|\d+)[*_\s]*\Z")


def fact_edits(note: Note, standings: Mapping[int, Standing], rewrite: Collection[str]) -> Iterator[Edit]:
    """Yield the fact lines that a note's entries lack, and the counts of stars that have changed.

    Facts need a field `paper` or `code` to follow that names exactly one paper or repository: below a title, a bare
    bullet or a list of papers nobody could tell whose authors these are. What the author wrote stays, but for a number
    of stars standing alone.
    """
    for entry in note.entries:
        if "article" in rewrite:
            yield from _article_facts(note, entry, standings)
        yield from _paper_facts(note, entry, standings, rewrite)
        yield from _code_facts(note, entry, standings, rewrite)


def _article_facts(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    """Say above the other fields who published the article, and on which day in Beijing."""
    standing = standings.get(-1 if entry.article is None else entry.article)
    if standing is None or not isinstance(article := standing.metadata, Article) or not entry.fields:
        return
    day = article.published_at and f"{article.published_at.astimezone(BEIJING):%Y-%m-%d}"
    facts = [fact for fact in (plain(article.account or ""), day) if fact]
    if facts and existing(entry, "article") is None:
        first = entry.fields[0]
        value = ("，" if is_chinese(entry, first) else ", ").join(facts)
        reason, source = Reason(ReasonCode.EDIT_ARTICLE_SOURCE), kind_of(standing.link).label()
        yield from insert(note, entry, first, "article", value, reason=reason, source=source, above=True)


def _paper_facts(
    note: Note, entry: Entry, standings: Mapping[int, Standing], rewrite: Collection[str]
) -> Iterator[Edit]:
    field = entry.field("paper")
    if field is None or (known := only_thing(Paper, field, standings)) is None:
        return
    (standing, paper), chinese = known, is_chinese(entry, field)
    source = reference_of(standing)
    facts = {
        "authors": (_authors(paper, chinese=chinese), source),
        "venue": (_venue(paper), f"{source}, {paper.venue_source}"),
        "withdrawn": (said("withdrawn", chinese=chinese) if paper.withdrawn else "", source),
    }
    behind = existing(entry, "authors") or field
    for name, (value, evidence) in facts.items():
        if value and name in rewrite and existing(entry, name) is None:
            yield from insert(note, entry, behind, name, value, reason=_REASONS[name], source=evidence)


def _code_facts(
    note: Note, entry: Entry, standings: Mapping[int, Standing], rewrite: Collection[str]
) -> Iterator[Edit]:
    field = entry.field("code")
    if field is None or (known := only_thing(Repository, field, standings)) is None:
        return
    standing, repository = known
    if standing.verdict is Verdict.DEAD:
        return
    source = kind_of(standing.link).reference(repository.title)
    facts = {
        "stars": "" if repository.stars is None else f"{rounded(repository.stars):,}",
        "license": plain(repository.license or ""),
        "archived": said("archived", chinese=is_chinese(entry, field)) if repository.archived else "",
    }
    for name, value in facts.items():
        if not value or name not in rewrite:
            continue
        if existing(entry, name) is None:
            behind = existing(entry, "stars") or field
            yield from insert(note, entry, behind, name, value, reason=_REASONS[name], source=source)
        elif name == "stars":
            yield from _new_count(note, entry, repository.stars or 0, source)


def _new_count(note: Note, entry: Entry, stars: int, source: str) -> Iterator[Edit]:
    """Replace a number standing alone that is off by more than `STALE`."""
    present = existing(entry, "stars")
    assert present is not None  # noqa: S101 - it is there, or it would be added
    text = note.data[present.label_start : present.end].decode()
    number = _NUMBER.search(text)
    if number is None or abs(int(number[1].replace(",", "")) - stars) <= STALE * stars:
        return
    separated = "," in number[1] or len(number[1]) < len("1000")
    new = f"{rounded(stars):,}" if separated else str(rounded(stars))
    start = present.label_start + len(text[: number.start(1)].encode())
    yield Edit(note.path, start, start + len(number[1]), number[1], new, _REASONS["stars"], source)


def rounded(count: int) -> int:
    """Return a count to two figures: what moves every day is not to change a note every night."""
    return int(float(f"{count:.1e}"))


def _authors(paper: Paper, *, chinese: bool) -> str:
    names = [name for author in paper.authors[: SHOWN_AUTHORS + 1] if (name := plain(author))]
    shown = ", ".join(names[:SHOWN_AUTHORS])
    more = " 等" if chinese else ", et al."
    return shown + (more if len(names) > SHOWN_AUTHORS else "")


def _venue(paper: Paper) -> str:
    venue = plain(paper.venue or "")
    year = str(paper.venue_year or "")
    dated = f"{venue} {year}".rstrip() if venue and year not in venue else venue
    track = plain(paper.venue_track or "")
    return f"{dated} ({track})" if dated and track and track.lower() not in dated.lower() else dated
