"""A venue, and a paper with its venue. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.models.metadata import Paper

_APART = {"workshop": "Workshop", "findings": "Findings"}
"""Tracks that are no part of the conference whose name they carry, as they are written behind it."""


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a paper appeared.

    `name` is the venue's canonical short name, `year` that of the edition (not of the upload), `track` what the text
    says of the place in it (`oral`, `findings`, `demo` …), `source` the evidence: `journal_ref`, `comment`, the name of
    a bibliography, or `note`. The track `workshop` means a workshop held with that conference, which is not the
    conference.
    """

    name: str
    year: int | None
    track: str | None
    source: str


def with_venue(paper: Paper, venue: Venue) -> Paper:
    """Return a paper with its venue; a workshop's or the findings' name says that they are not the conference."""
    apart = _APART.get(venue.track or "", "")
    name = venue.name if apart.lower() in venue.name.lower() else f"{venue.name} {apart}"
    return replace(paper, venue=name, venue_year=venue.year, venue_track=venue.track, venue_source=venue.source)


def without_track(paper: Paper) -> str:
    """Return the name of the venue alone, "" for none."""
    return (paper.venue or "").removesuffix(f" {_APART.get(paper.venue_track or '', '')}")
