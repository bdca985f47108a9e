"""Interfaces of a kind of link (recognize a URL, request it, read the response) and of a batched lookup.

A kind is a module of this package with one subclass of `Kind`, or such a class that another package registers as an
entry point (`crawler.kinds.registry.ENTRY_POINTS`). It needs no other registration.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Protocol

from crawler.models.result import CheckResult, DueLink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from urllib.parse import SplitResult

    from scrapy import Request
    from scrapy.http import Response

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.check import Check
    from crawler.models.link import Link
    from crawler.models.metadata import Metadata


class Lookup(Protocol):
    """A blocking client that checks many links at once; it is called in a thread."""

    service: ClassVar[str]
    """Name of the service in messages."""
    batch: int
    """Links per call."""
    unavailable_reason: str | None
    """Why the service does not answer; None while it does."""
    is_reached: bool
    """Whether the latest answers came over the network: those from a cache do not show that we are online."""

    def __call__(self, due: Sequence[DueLink]) -> Sequence[CheckResult | None]:
        """Return one result for each link, in the same order.

        None for a link that the service says nothing of: its page is requested if the kind `has_pages`.
        """


class Kind(ABC):
    """One kind of link. Its links are requested one by one unless `lookup` returns a batched client."""

    name: ClassVar[str]
    """Stored with each link; that of the module or entry point."""
    rank: ClassVar[int] = 0
    """A URL belongs to the first kind that recognizes it, in the order of rank and name."""
    labels: ClassVar[Mapping[str, str]] = {}
    """Display name by language: `{"en": "video", "zh": "视频"}`; `name` is shown for others."""
    metadata_type: ClassVar[type[Metadata] | None] = None
    """The type of its links' metadata."""
    in_notes_folder: ClassVar[bool] = False
    """Whether its links lead to files in the notes' own folder instead of the web."""
    keeps_body: ClassVar[bool] = False
    """Whether the responses' bodies are saved in the image store."""
    may_be_picture: ClassVar[bool] = False
    """Whether a link of the kind becomes one of the kind `image` where a note shows it as an image."""
    size_limit: ClassVar[str] = "IMAGES_MAX_MB"
    """IMAGES_MAX_MB or VIDEOS_MAX_MB: the setting that says how many megabytes of a body are kept at most."""
    checks_soft_404: ClassVar[bool] = False
    """Whether a good page is compared with the pages that its host shows for random URLs."""
    anchor_prefix: ClassVar[str | None] = None
    """What the ids of a page's elements begin with that fragments lead to; None: nothing is known of those ids."""
    has_pages: ClassVar[bool] = False
    """Whether links without a result of the lookup are requested one by one."""
    has_permanent_redirects: ClassVar[bool] = False
    """Whether a redirect from one link of the kind to another is certain: the service itself moved the resource."""

    citation_source: ClassVar[bool] = False
    """Whether bibliographies are asked for its papers: for venues that are not known otherwise, and for retractions."""
    has_archived_metadata: ClassVar[bool] = False
    """Whether `archived_metadata` reads the snapshot of a dead link of which nothing is known."""
    text_hosts: ClassVar[tuple[str, ...]] = ()
    """Hosts whose URLs, also without scheme, are found in the texts of papers, articles and repositories."""

    @classmethod
    def label(cls, language: str = "en") -> str:
        """Return the display name in a language."""
        return cls.labels.get(language, cls.name)

    @abstractmethod
    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link, with canonical URL and identity, if a canonical URL is of this kind; None otherwise."""

    def url_of(self, identity: str) -> str:
        """Return the canonical URL of the resource with an identity."""
        return identity

    def reference(self, identity: str) -> str:
        """Return the name of a resource in evidence texts: `arXiv 2110.15352`."""
        return f"{self.label()} {identity}"

    def link_text(self, link: Link) -> str:
        """Return the text of a link that is added to a note."""
        return link.url

    def preferred_url(self, url: str) -> str | None:  # noqa: ARG002 - most kinds prefer none
        """Return the URL of the same resource that a note should have instead; None to leave it."""
        return None

    def pinned_version(self, url: str) -> int | None:  # noqa: ARG002 - most resources have no versions
        """Return the version of the resource that a URL leads to; None for the newest."""
        return None

    def description_url(self, link: Link) -> str | None:  # noqa: ARG002 - most links describe themselves
        """Return the URL of the page that describes what a link leads to, such as a PDF; None if there is none."""
        return None

    def has_lookup(self, options: CrawlOptions) -> bool:  # noqa: ARG002 - most need nothing of the options
        """Return whether `lookup` checks the links of the kind; otherwise they are requested one by one."""
        return type(self).lookup is not Kind.lookup

    def lookup(self, options: CrawlOptions) -> Lookup:
        """Return the batched client of a kind that has one."""
        raise NotImplementedError

    def request(self, link: Link) -> Request:
        """Return the request for a link; its response is read for both state and metadata."""
        from crawler.fetch.early_stop import HEAD_OF_PAGE
        from crawler.fetch.verbatim_requests import build_request

        return build_request(link.url, meta={"max_bytes": HEAD_OF_PAGE})

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result of a response; `check` is that of the HTTP exchange, which a kind may refine."""
        metadata = self.metadata(response) if response.status // 100 == 2 else None  # noqa: PLR2004 - RFC 9110 class
        return CheckResult(link, check, metadata)

    def metadata(self, response: Response) -> Metadata | None:  # noqa: ARG002 - not every kind has metadata
        """Return the metadata in a response with status 2xx; None if there is none."""
        return None

    def archived_metadata(self, link: Link, markup: str) -> Metadata | None:  # noqa: ARG002 - most kinds read none
        """Return the metadata in the source of a page as the archive has it; None if there is none."""
        return None
