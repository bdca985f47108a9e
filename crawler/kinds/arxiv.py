"""arXiv papers: every address of a paper leads to its id; ids are looked up a hundred at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from crawler.kinds.base import Kind
from crawler.links.arxiv_ids import arxiv_id_in_path, arxiv_link, paper_url, pinned_version
from crawler.models.metadata import Paper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.arxiv import ArxivLookup
    from crawler.models.link import Link


class Arxiv(Kind):
    """A paper by its id, whatever shape its address has."""

    name = "arxiv"
    labels: ClassVar[Mapping[str, str]] = {"en": "arXiv", "zh": "arXiv"}
    metadata_type = Paper
    citation_source = True
    text_hosts = ("arxiv.org",)

    def recognise(self, url: str, parts: SplitResult) -> Link | None:  # noqa: ARG002 - the path says it all
        """Recognise papers on arXiv's hosts; all versions and formats of a paper are one link."""
        return arxiv_link(parts)

    def url_of(self, identity: str) -> str:
        """Return the address of a paper's page."""
        return paper_url(identity)

    def link_text(self, link: Link) -> str:
        """Return the paper's id as arXiv writes it."""
        return f"arXiv:{link.identity}"

    def preferred_url(self, url: str) -> str | None:
        """Return the page of a paper, in the version that the URL pins; None for a place within it (`#page=3`)."""
        parts = urlsplit(url)
        if parts.fragment or (paper := arxiv_id_in_path(parts.path)) is None:
            return None
        return paper_url("".join(paper))

    def pinned_version(self, url: str) -> int | None:
        """Return the version that a URL pins, which is an old one where it is below `Paper.version`."""
        return pinned_version(url)

    def lookup(self, options: CrawlOptions) -> ArxivLookup:
        """Ask arXiv's API."""
        from crawler.lookups.arxiv import ArxivLookup

        return ArxivLookup.from_options(options)
