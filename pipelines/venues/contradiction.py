"""Decide whether what is known of a paper contradicts the venue in the title of its entry. Pure.

What the author of a note wrote is contradicted by an identifier of the paper, or by two independent sources that agree.
Comment and journal reference are one source: the paper's authors write both. The record of a publisher and OpenAlex are
one source: OpenAlex copies the records of Crossref, where publishers register them. Semantic Scholar reads publishers
and DBLP itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.venues.from_bibliography import venue_of_record
from pipelines.venues.from_entry_title import is_other_venue
from pipelines.venues.from_identifiers import SCHEMES, venue_of_identifiers
from pipelines.venues.from_reference import JOURNAL_REF, venue_in_reference
from pipelines.venues.from_text import COMMENT, venue_in_comment
from pipelines.venues.model import without_track

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.models.metadata import Paper, Publication
    from pipelines.venues.model import Venue

_IDENTIFIER = "identifier"
_AUTHORS = "authors"
_PUBLISHER = "publisher"
_SOURCES = {"openalex": _PUBLISHER}
"""Bibliographies that copy from a source; all others are sources of their own."""

_NEEDED = 2  # independent sources


@dataclass(frozen=True, slots=True)
class Claim:
    """What one of the independent sources says of a paper's venue."""

    source: str
    venue: Venue

    @property
    def is_identifier(self) -> bool:
        """Return whether an identifier says it, which is enough."""
        return self.source == _IDENTIFIER

    @property
    def is_of_authors(self) -> bool:
        """Return whether the paper's authors say it on arXiv."""
        return self.source == _AUTHORS


def venue_claims(paper: Paper, records: Iterable[tuple[str, Publication]]) -> Iterator[Claim]:
    """Yield what each source says of a paper's venue; `records` are those of bibliographies, by name."""
    if identified := venue_of_identifiers(paper.ids):
        yield Claim(_IDENTIFIER, identified)
    if paper.journal_ref and (referred := venue_in_reference(paper.journal_ref, paper.published)):
        if paper.arxiv_id is not None:
            yield Claim(_AUTHORS, _with_written_year(referred))
        else:  # the registry has it under the DOI, a page without one only claims it
            yield Claim(_IDENTIFIER if paper.doi else _PUBLISHER, referred)
    if paper.comment and (commented := venue_in_comment(paper.comment, paper.published)):
        yield Claim(_AUTHORS, _with_written_year(commented))
    for name, record in records:
        if recorded := venue_of_record(paper, name, record):
            by_identifier = recorded.evidence.partition(" ")[0] in SCHEMES and bool(record.ids)
            yield Claim(_IDENTIFIER if by_identifier else _SOURCES.get(name, name), recorded)


def contradicting_claims(label: Venue, claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims that contradict a label together; empty if they are not enough, or one supports the label."""
    if any(_supports(claim.venue, label) for claim in claims):
        return []
    against = [claim for claim in claims if is_other_venue(label, claim.venue)]
    if identified := [claim for claim in against if claim.is_identifier]:
        return identified[:1]

    def difference(claim: Claim) -> str:
        return _difference(label, claim.venue)

    for _, some in groupby(sorted(against, key=difference), key=difference):
        by_source = {claim.source: claim for claim in some}
        if len(by_source) >= _NEEDED:
            return list(by_source.values())
    return []


def stays_in_dataset(label: Venue, paper: Paper, claims: Sequence[Claim]) -> bool:
    """Return whether the dataset has a label instead of the paper's venue, which differs.

    It has where only a bibliography says that venue, and nothing contradicts the label. What the paper's authors or
    its publisher say goes before.
    """
    differs = without_track(paper) != label.name or (
        None not in {label.year, paper.venue_year} and label.year != paper.venue_year
    )
    of_bibliography = paper.venue_source not in {COMMENT, JOURNAL_REF, *SCHEMES}
    return differs and of_bibliography and not contradicting_claims(label, claims)


def _supports(venue: Venue, label: Venue) -> bool:
    """Return whether a venue has all that a label says."""
    has_year = label.year is None or venue.year is not None
    return venue.name == label.name and has_year and not is_other_venue(label, venue)


def _difference(label: Venue, venue: Venue) -> str:
    """Return in what a venue differs from a label: sources agree if they have the same difference."""
    if venue.name != label.name:
        return venue.name
    return str(venue.year if label.year and venue.year and label.year != venue.year else venue.track)


def _with_written_year(venue: Venue) -> Venue:
    """Return a venue without the year if the text has no such number: it was inferred from the upload."""
    digits = set(re.findall(r"\d+", venue.evidence))
    is_written = venue.year is None or not digits.isdisjoint({f"{venue.year}", f"{venue.year % 100:02}"})
    return venue if is_written else replace(venue, year=None)
