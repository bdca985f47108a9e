"""The kind `repository`: repositories on Hugging Face, GitLab, Gitee, Codeberg and Bitbucket, looked up by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crawler.kinds.web import WebPage, titled_page
from crawler.links.canonical_url import hostname
from crawler.links.repository_urls import repository_at
from crawler.models.link import Link
from crawler.models.metadata import Page, Repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy.http import Response

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.forges.lookup import ForgeLookup


class RepositoryElsewhere(WebPage):
    """A repository, model, dataset or space, or a path in one; its identity is host and name in lower case.

    What its host does not say of it is left to its page, with the rules for web pages.
    """

    name = "repository"
    rank = 4
    labels: ClassVar[Mapping[str, str]] = {"en": "repository", "zh": "仓库"}
    metadata_type = Repository
    has_pages = True

    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link to a repository; a link into one has its identity."""
        place = repository_at(parts)
        return None if place is None else Link(url, self.name, place.identity, hostname(parts))

    def url_of(self, identity: str) -> str:
        """Return the URL of a repository."""
        return f"https://{identity}"

    def reference(self, identity: str) -> str:
        """Return host and name."""
        return identity

    def lookup(self, options: CrawlOptions) -> ForgeLookup:
        """Return the client of all hosts."""
        from crawler.lookups.forges.lookup import ForgeLookup

        return ForgeLookup.from_options(options)

    def metadata(self, response: Response) -> Page | None:
        """Return the title of the page; None for a file."""
        return titled_page(response)
