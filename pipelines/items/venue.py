"""Evidence -> venue: where a paper appeared, by what arXiv's record says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.models.metadata import Paper
from pipelines.venues.from_text import find_venue
from pipelines.venues.model import with_venue

if TYPE_CHECKING:
    from crawler.models.result import CheckResult


class VenuePipeline:
    """Adds the venue to papers whose comment or journal reference names one, unless the service says it."""

    def process_item(self, item: CheckResult) -> CheckResult:
        """Complete a paper; everything else passes."""
        paper = item.metadata
        if not isinstance(paper, Paper) or paper.venue is not None:
            return item
        venue = find_venue(paper.comment, paper.journal_ref, paper.published)
        return item if venue is None else replace(item, metadata=with_venue(paper, venue))
