"""arXiv papers: every address of a paper leads to its id; ids are looked up a hundred at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crawler.kinds.base import Kind
from crawler.links.arxiv_ids import arxiv_link
from crawler.models.metadata import Paper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy.settings import BaseSettings

    from crawler.lookups.arxiv import ArxivLookup
    from crawler.models.link import Link


class Arxiv(Kind):
    """A paper by its id, whatever shape its address has."""

    name = "arxiv"
    labels: ClassVar[Mapping[str, str]] = {"en": "arXiv", "zh": "arXiv"}
    metadata_type = Paper

    def recognise(self, url: str, parts: SplitResult) -> Link | None:  # noqa: ARG002 - the path says it all
        """Recognise papers on arXiv's hosts; all versions and formats of a paper are one link."""
        return arxiv_link(parts)

    def lookup(self, settings: BaseSettings) -> ArxivLookup:
        """Ask arXiv's API."""
        from crawler.lookups.arxiv import ArxivLookup

        return ArxivLookup.from_settings(settings)
