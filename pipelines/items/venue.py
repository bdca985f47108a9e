"""Evidence -> venue: where a paper appeared, by what arXiv's record says of it."""

from __future__ import annotations

from dataclasses import replace

from crawler.models.note import Paper, Result
from pipelines.venues.from_text import Venue, find_venue

_APART = {"workshop": "Workshop", "findings": "Findings"}
"""Tracks that are no part of the conference whose name they carry, as they are written behind it."""


class VenuePipeline:
    """Adds the venue to papers whose comment or journal reference names one."""

    def process_item(self, item: Result) -> Result:
        """Complete a paper; everything else passes."""
        paper = item.metadata
        if not isinstance(paper, Paper):
            return item
        venue = find_venue(paper.comment, paper.journal_ref, paper.published)
        return item if venue is None else replace(item, metadata=with_venue(paper, venue))


def with_venue(paper: Paper, venue: Venue) -> Paper:
    """Return a paper with its venue; a workshop's or the findings' name says that they are not the conference."""
    apart = _APART.get(venue.track or "", "")
    name = venue.name if apart.lower() in venue.name.lower() else f"{venue.name} {apart}"
    return replace(paper, venue=name, venue_year=venue.year, venue_track=venue.track, venue_source=venue.source)


def without_track(paper: Paper) -> str:
    """Return the name of the venue alone, "" for none."""
    return (paper.venue or "").removesuffix(f" {_APART.get(paper.venue_track or '', '')}")
