"""Evidence -> venue: where a paper appeared, by what arXiv's record says of it."""

from __future__ import annotations

from dataclasses import replace

from crawler.items import Paper, Result
from pipelines.venues import find_venue

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
        if venue is None:
            return item
        apart = _APART.get(venue.track or "")
        name = f"{venue.name} {apart}" if apart else venue.name
        return replace(item, metadata=replace(paper, venue=name, venue_year=venue.year, venue_source=venue.source))
