"""Add the venue of a paper by its identifiers, journal reference and comment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.models.metadata import Paper

if TYPE_CHECKING:
    from crawler.models.result import CheckResult


class VenuePipeline:
    """Adds the venue that identifiers, journal reference or comment say to papers without one."""

    def process_item(self, item: CheckResult) -> CheckResult:
        """Return the result, with the venue if it is a paper; other results are not changed."""
        paper = item.metadata
        if not isinstance(paper, Paper) or paper.venue is not None:
            return item
        from pipelines.venues.from_text import find_venue
        from pipelines.venues.model import with_venue

        venue = find_venue(paper.comment, paper.journal_ref, paper.published, paper.ids)
        return item if venue is None else replace(item, metadata=with_venue(paper, venue))
