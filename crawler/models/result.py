"""A link that is due for a check, and the result of the check, which passes through the item pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.check import Check
    from crawler.models.link import Link, VerdictRecord
    from crawler.models.metadata import Metadata
    from crawler.models.page_version import PageVersion
    from crawler.models.vouch import Vouch


@dataclass(frozen=True, slots=True)
class ImageSource:
    """The URL that the bytes of an image came from, and the validators of that version (RFC 9110, 8.8).

    `title` is its path in the image store once it is stored. `uncached` marks a response with `Cache-Control: no-cache`
    or `no-store`.
    """

    address: str
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None
    uncached: bool = False


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of the version of a page that was last read in full, at `read_at` (RFC 9110, 8.8).

    `address` is the URL behind the redirects: a 304 counts only from there. Raises ValueError without any validator,
    and for a time without time zone.
    """

    address: str
    read_at: datetime
    etag: str | None = None
    last_modified: str | None = None

    def __post_init__(self) -> None:
        if not (self.etag or self.last_modified):
            raise ValueError(f"validators of {self.address} need an ETag or a modification date")
        if self.read_at.tzinfo is None:
            raise ValueError("read_at needs a time zone")


@dataclass(frozen=True, slots=True)
class DueLink:
    """A link that is due for a check, with its earlier checks (oldest first), its texts in the notes and its metadata.

    `origin` is the source of its stored image, `validators` those for a conditional request of its page, `past` has the
    versions of its page, oldest first. `notes` are the paths of the notes that mention it, for links to files only.
    `other_url` is another reading of the URL if its end is a guess in all notes. `fragments` are those that notes ask
    of the page, `anchors` says which of them it had when it was last read; None for those that it did not settle.
    """

    link: Link
    history: tuple[Check, ...] = ()
    texts: tuple[str, ...] = ()
    known: Metadata | None = None
    origin: ImageSource | None = None
    validators: Validators | None = None
    past: tuple[PageVersion, ...] = ()
    notes: tuple[str, ...] = ()
    other_url: str = ""
    fragments: tuple[str, ...] = ()
    anchors: Mapping[str, bool | None] = field(default_factory=dict, hash=False)

    @property
    def has_new_fragments(self) -> bool:
        """Return whether the page was not yet looked through for one of the fragments."""
        return any(fragment not in self.anchors for fragment in self.fragments)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check: the item of the pipelines.

    Kinds set `link`, `check`, `metadata`, `body` (the bytes of an image, read from `origin`) and `validators` (those of
    the page's version). `page` is what the page shows if that is new. `history` has the earlier checks, oldest first.
    `newer_image` is the name in the image store of an image that came in place of the saved one, which stays. `anchors`
    says which fragments the page has, None if it was not read. The verdict pipeline adds `verdict_record` and the
    `vouches` that the check has changed; the images pipeline stores `body` and replaces it by metadata.
    """

    link: Link
    check: Check
    metadata: Metadata | None = None
    body: bytes = field(default=b"", repr=False)
    origin: ImageSource | None = None
    validators: Validators | None = None
    page: PageVersion | None = None
    history: tuple[Check, ...] = ()
    verdict_record: VerdictRecord | None = None
    vouches: tuple[Vouch, ...] = ()
    newer_image: str | None = None
    anchors: Mapping[str, bool | None] | None = field(default=None, hash=False)
