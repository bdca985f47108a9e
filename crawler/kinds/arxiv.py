"""The kind `arxiv`: papers on arXiv, looked up by id in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from crawler.kinds.base import Kind
from crawler.links.arxiv_ids import arxiv_id_in_path, arxiv_link, is_reader, paper_url, pinned_version
from crawler.models.metadata import Paper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.arxiv import ArxivLookup
    from crawler.models.link import Link


class Arxiv(Kind):
    """A paper; its identity is the arXiv id, in whatever form its URL has."""

    name = "arxiv"
    labels: ClassVar[Mapping[str, str]] = {"en": "arXiv", "zh": "arXiv"}
    metadata_type = Paper
    citation_source = True
    text_hosts = ("arxiv.org",)

    def recognize(self, url: str, parts: SplitResult) -> Link | None:  # noqa: ARG002 - the parts are enough
        """Return the link to a paper on arXiv, a mirror or a reader; all its versions and formats are one link."""
        return arxiv_link(parts)

    def url_of(self, identity: str) -> str:
        """Return the URL of a paper's abstract page."""
        return paper_url(identity)

    def link_text(self, link: Link) -> str:
        """Return `arXiv:` and the paper's id, as arXiv cites it."""
        return f"arXiv:{link.identity}"

    def preferred_url(self, url: str) -> str | None:
        """Return the URL of the abstract page, in the same version.

        None for a URL with a fragment (`#page=3`), and for one of a site that shows the paper in a form of its own.
        """
        parts = urlsplit(url)
        if parts.fragment or is_reader(parts.hostname or "") or (paper := arxiv_id_in_path(parts.path)) is None:
            return None
        return paper_url("".join(paper))

    def pinned_version(self, url: str) -> int | None:
        """Return the version in a URL; it is an old one if it is less than `Paper.version`."""
        return pinned_version(url)

    def lookup(self, options: CrawlOptions) -> ArxivLookup:
        """Return the client of arXiv's API."""
        from crawler.lookups.arxiv import ArxivLookup

        return ArxivLookup.from_options(options)
