"""What a kind of link is: how it is recognised, asked for and read.

A kind is one module of this package with one `Kind` in it, or a class that another package offers as an entry point
(`crawler.kinds.registry.ENTRY_POINTS`); it is found by itself.
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

LARGEST_PAGE = 8 * 1024 * 1024
"""Bytes to which a page that is wanted whole may decompress: twice the largest that was seen."""


class Lookup(Protocol):
    """A blocking client that observes many links at once; it runs in a thread of its own."""

    service: ClassVar[str]
    """Its name, for those who read what went wrong."""
    batch: int
    unavailable_reason: str | None
    """Why the service behind it does not answer; None while it does."""
    is_reached: bool
    """Whether its latest answers came over the network: only such show that it is there."""

    def __call__(self, due: Sequence[DueLink]) -> Sequence[CheckResult]:
        """Return one result for each link that is due."""


class Kind(ABC):
    """One kind of link; a page kind unless `lookup` has something better."""

    name: ClassVar[str]
    rank: ClassVar[int] = 0
    """Kinds are asked in the order of their rank whether they recognise a URL; the first that does has it."""
    labels: ClassVar[Mapping[str, str]] = {}
    """What readers call it, by language: `{"en": "video", "zh": "视频"}`; without one they are shown its name."""
    metadata_type: ClassVar[type[Metadata] | None] = None
    """The type of what is known of the things that its links lead to."""
    in_notes_folder: ClassVar[bool] = False
    """Whether its links lead to files of the notes' own folder instead of the web."""
    keeps_body: ClassVar[bool] = False
    """Whether the bytes that its links lead to are kept in the image store."""
    may_be_picture: ClassVar[bool] = False
    """Whether a link of the kind is taken for a picture where a note shows it as one."""
    size_limit: ClassVar[str] = "IMAGES_MAX_MB"
    """IMAGES_MAX_MB or VIDEOS_MAX_MB: the setting that says how many megabytes of a body are kept at most."""
    checks_soft_404: ClassVar[bool] = False
    """Whether a page that answers well is compared with what its site answers at random addresses."""
    has_permanent_redirects: ClassVar[bool] = False
    """Whether leading from one link of the kind to another is the service's own word that the thing has moved."""

    citation_source: ClassVar[bool] = False
    """Whether bibliographies are asked where its papers appeared, for those of which it does not know it itself."""
    text_hosts: ClassVar[tuple[str, ...]] = ()
    """Hosts whose addresses are looked for, also without scheme, in what papers, articles and repositories say."""

    @classmethod
    def label(cls, language: str = "en") -> str:
        """Return what readers of a language call the kind."""
        return cls.labels.get(language, cls.name)

    @abstractmethod
    def recognise(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link, with canonical URL and identity, if the (normalised) URL is one of this kind."""

    def url_of(self, identity: str) -> str:
        """Return the canonical URL of the thing with an identity."""
        return identity

    def reference(self, identity: str) -> str:
        """Return how the thing with an identity is named as evidence: `arXiv 2110.15352`."""
        return f"{self.label()} {identity}"

    def link_text(self, link: Link) -> str:
        """Return the text of a link where one is added to a note."""
        return link.url

    def preferred_url(self, url: str) -> str | None:  # noqa: ARG002 - for most kinds one address is as good as another
        """Return the URL that a note should have in place of another one of the same thing; None to leave it."""
        return None

    def pinned_version(self, url: str) -> int | None:  # noqa: ARG002 - few things have versions
        """Return the version of the thing that a URL is bound to; None for the newest."""
        return None

    def has_lookup(self, options: CrawlOptions) -> bool:  # noqa: ARG002 - most need nothing of the options
        """Return whether `lookup` checks the links of the kind; otherwise they are requested one by one."""
        return type(self).lookup is not Kind.lookup

    def lookup(self, options: CrawlOptions) -> Lookup:
        """Return the batched client of a kind that has one."""
        raise NotImplementedError

    def request(self, link: Link) -> Request:
        """Return the request whose response says the state and the metadata of the link at once."""
        from crawler.fetch.early_stop import HEAD_OF_PAGE
        from crawler.fetch.verbatim_requests import build_request

        return build_request(link.url, meta={"max_bytes": HEAD_OF_PAGE})

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Read a response; `check` is what the HTTP exchange alone says, the kind knows better or adds metadata."""
        metadata = self.metadata(response) if response.status // 100 == 2 else None  # noqa: PLR2004 - RFC 9110 class
        return CheckResult(link, check, metadata)

    def metadata(self, response: Response) -> Metadata | None:  # noqa: ARG002 - not every kind's pages say something
        """Return what a good response says of the thing it shows."""
        return None
