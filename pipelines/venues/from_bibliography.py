"""What a bibliography says of a paper -> its venue. Pure.

An answer counts only for the same paper: the same arXiv id, or nearly the same title and an author in common. Names are
those of the venue table where it knows them, else the bibliography's own; a repository is no venue.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, utils

from pipelines.venues.editions import edition, stated_edition
from pipelines.venues.model import Venue, with_venue
from pipelines.venues.table import venue_table
from pipelines.venues.tokens import TokenizedText, find_mentions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crawler.models.metadata import Paper, Publication
    from pipelines.venues.table import VenueSeries

SAME_TITLE = 95
"""Similarity (0 to 100) from which two titles are one; another paper's has been seen at 91.5."""

LONGEST_NAME = 100
"""Characters of a name that the table does not know; longer ones are cut."""

_LED = "Accepted in "
"""Put before a name: the table takes words of many uses only behind such."""


def with_citation_venue(paper: Paper, records: Iterable[tuple[str, Publication]]) -> Paper:
    """Return a paper with the venue of the first bibliography that knows one, if arXiv does not say it."""
    if paper.venue is not None:
        return paper
    venues = (venue_of_record(paper, source, publication) for source, publication in records)
    venue = next((venue for venue in venues if venue is not None), None)
    return paper if venue is None else with_venue(paper, venue)


def venue_of_record(paper: Paper, source: str, publication: Publication) -> Venue | None:
    """Return the venue that a bibliography gives for this very paper."""
    if not is_same_paper(paper, publication):
        return None
    known = next((venue for name in publication.venues if (venue := _parse_venue_name(name))), None)
    if known is not None:
        series, printed, track = known
        return Venue(series.name, _edition_year(series, printed, publication.year, paper.published), track, source)
    name = next((name for name in publication.venues if _may_be_venue(name)), None)
    if name is None:
        return None
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
    track = "workshop" if re.search(r"\bworkshops?\b", name, re.IGNORECASE) else None
    return Venue(short, _edition_year(None, None, publication.year, paper.published), track, source)


def is_same_paper(paper: Paper, publication: Publication) -> bool:
    """Tell whether a record is this paper's."""
    said_id = re.sub(r"v\d+$", "", publication.arxiv_id or "")
    if paper.arxiv_id is not None and said_id.lower() == paper.arxiv_id.lower():
        return True
    alike = fuzz.ratio(paper.title, publication.title, processor=utils.default_process)
    return alike >= SAME_TITLE and not _authors(paper.authors).isdisjoint(_authors(publication.authors))


def _authors(names: Iterable[str]) -> set[tuple[str, str]]:
    """Return family names with an initial, without accents: "K. He" is "Kaiming He"."""
    plain = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower() for name in names)
    words = (re.findall(r"[a-z]+", name) for name in plain)
    return {(found[-1], found[0][0]) for found in words if found}


def _parse_venue_name(name: str) -> tuple[VenueSeries, int | None, str | None] | None:
    """Read a name that is a venue's of the table and nothing more: its year and track, if it says them."""
    if (series := venue_table().said.get(name.casefold())) is not None:
        return series, None, None
    text = TokenizedText(_LED + re.sub(r"\b[a-z]", lambda found: found[0].upper(), name))
    found = find_mentions(text)
    if len({mention.series.name for mention in found}) != 1:
        return None
    series = found[0].series
    named = {index for mention in found for index in range(mention.first, mention.last)}
    rest = {token.text.lower() for index, token in enumerate(text.tokens) if index not in named}
    if rest & {"workshop", "workshops", "@"}:
        return series, edition(text, found, [], None), "workshop"
    spellings = {spelling.lower() for spelling in (*series.acronyms, *series.words)}
    if not all(_is_around(word) or word in spellings for word in rest):
        return None
    track = "findings" if "findings" in rest else next((mention.track for mention in found if mention.track), None)
    return series, edition(text, found, [], None), track


def _is_around(word: str) -> bool:
    """Tell whether a word may stand around a venue's name: organisers, ordinals, years, "Proceedings of"."""
    return len(word) == 1 or not word.isalpha() or word in venue_table().ignored or word in venue_table().around


def _may_be_venue(name: str) -> bool:
    return re.search(r"[^\W\d_]{2}", name) is not None and _repositories().search(name) is None


@cache
def _repositories() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, venue_table().repositories))})(?!\w)", re.IGNORECASE)


def _edition_year(
    series: VenueSeries | None, printed: int | None, stated: int | None, published: datetime | None
) -> int | None:
    """Date the edition: by its printed name, else by the record's year where that can be."""
    if published is None:
        return printed or stated
    if printed is not None and printed >= published.year - 1:
        return printed
    if stated is None:
        return None
    if series is not None:
        return stated_edition(series, stated, published)
    return stated if stated >= published.year - 1 else None
