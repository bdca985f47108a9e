"""Determine a paper's venue, and what was published about it since, from the records of bibliographies. Pure.

A record counts only if it is that of the same paper: the same arXiv id, or nearly the same title and an author in
common. A venue has its name in the table, else that of the bibliography; a repository is no venue.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, utils

from crawler.models.authors import comparable_names
from crawler.models.metadata import is_retraction
from pipelines.venues.from_identifiers import venue_of_identifiers
from pipelines.venues.model import Venue, cut_name, with_venue
from pipelines.venues.table import venue_table
from pipelines.venues.texts.editions import edition, stated_edition
from pipelines.venues.texts.mentions import find_mentions
from pipelines.venues.texts.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from crawler.models.metadata import Paper, Publication
    from pipelines.venues.table import VenueSeries

SAME_PUBLICATION_TITLE = 95
"""Similarity (0 to 100) from which two titles are the same; those of different papers were up to 91.5."""

_CUE = "Accepted in "
"""Put before a name, since common words ("Pattern Recognition") count as a venue only behind a cue."""


def with_records(paper: Paper, records: Collection[tuple[str, Publication]]) -> Paper:
    """Return a paper with what records say of it: pairs of source and record, the preferred ones first."""
    return _with_notices(_with_venue(paper, records), records)


def _with_notices(paper: Paper, records: Iterable[tuple[str, Publication]]) -> Paper:
    """Return a paper with the notices in the records; one that is retracted counts as withdrawn."""
    own = (record.notices for _, record in records if record.notices and is_same_paper(paper, record))
    notices = tuple(dict.fromkeys(chain(paper.notices, *own)))
    if notices == paper.notices:
        return paper
    return replace(paper, notices=notices, withdrawn=True if any(map(is_retraction, notices)) else paper.withdrawn)


def _with_venue(paper: Paper, records: Iterable[tuple[str, Publication]]) -> Paper:
    """Return a paper with the first venue in the records, which are pairs of source and record, if it has none."""
    if paper.venue is not None:
        return paper
    venues = (venue_of_record(paper, source, publication) for source, publication in records)
    venue = next((venue for venue in venues if venue is not None), None)
    return paper if venue is None else with_venue(paper, venue)


def venue_of_record(paper: Paper, source: str, publication: Publication) -> Venue | None:
    """Return the venue in a record; None if there is none, or the record is that of another paper."""
    if not is_same_paper(paper, publication):
        return None
    if identified := venue_of_identifiers(publication.ids):
        return replace(identified, source=source, evidence=f"{identified.source} {identified.evidence}")
    known = next((venue for name in publication.venues if (venue := _parse_venue_name(name))), None)
    if known is not None:
        series, printed, track = known
        year = _edition_year(series, printed, publication.year, paper.published)
        return Venue(series.name, year, track, source, "; ".join(publication.venues))
    name = next((name for name in publication.venues if _may_be_venue(name)), None)
    if name is None:
        return None
    short = cut_name(name)
    track = "workshop" if re.search(r"\bworkshops?\b", name, re.IGNORECASE) else None
    return Venue(short, _edition_year(None, None, publication.year, paper.published), track, source, name)


def is_same_paper(paper: Paper, publication: Publication) -> bool:
    """Return whether a record is that of a paper: by arXiv id, or by title and an author in common."""
    recorded_id = re.sub(r"v\d+$", "", publication.arxiv_id or "")
    if paper.arxiv_id is not None and recorded_id.lower() == paper.arxiv_id.lower():
        return True
    similarity = fuzz.ratio(paper.title, publication.title, processor=utils.default_process)
    return similarity >= SAME_PUBLICATION_TITLE and not comparable_names(paper.authors).isdisjoint(
        comparable_names(publication.authors)
    )


def _parse_venue_name(name: str) -> tuple[VenueSeries, int | None, str | None] | None:
    """Return series, year and track of a name that is only that of one venue in the table; None for other names."""
    if (series := venue_table().said.get(name.casefold())) is not None:
        return series, None, None
    text = TokenizedText(_CUE + re.sub(r"\b[a-z]", lambda match: match[0].upper(), name))
    mentions = find_mentions(text)
    if len({mention.series.name for mention in mentions}) != 1:
        return None
    series = mentions[0].series
    in_names = {index for mention in mentions for index in range(mention.first, mention.last)}
    other_words = {token.text.lower() for index, token in enumerate(text.tokens) if index not in in_names}
    if other_words & {"workshop", "workshops", "@"}:
        return series, edition(text, mentions, [], None), "workshop"
    spellings = {spelling.lower() for spelling in (*series.acronyms, *series.words)}
    if not all(_may_surround_name(word) or word in spellings for word in other_words):
        return None
    stated_track = next((mention.track for mention in mentions if mention.track), None)
    track = "findings" if "findings" in other_words else stated_track
    return series, edition(text, mentions, [], None), track


def _may_surround_name(word: str) -> bool:
    """Return whether a word may surround a venue's name: organizers, ordinals, years, "Proceedings of"."""
    return len(word) == 1 or not word.isalpha() or word in venue_table().ignored or word in venue_table().around


def _may_be_venue(name: str) -> bool:
    return re.search(r"[^\W\d_]{2}", name) is not None and _repositories().search(name) is None


@cache
def _repositories() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, venue_table().repositories))})(?!\w)", re.IGNORECASE)


def _edition_year(
    series: VenueSeries | None, printed: int | None, stated: int | None, published: datetime | None
) -> int | None:
    """Return the year in the printed name, else the edition for the record's year; None if neither is plausible."""
    if published is None:
        return printed or stated
    if printed is not None and printed >= published.year - 1:
        return printed
    if stated is None:
        return None
    if series is not None:
        return stated_edition(series, stated, published)
    return stated if stated >= published.year - 1 else None
