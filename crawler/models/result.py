"""A link that is due, and the result of one check on its way through the pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.models.check import Check
    from crawler.models.link import Link, VerdictRecord
    from crawler.models.metadata import Metadata


@dataclass(frozen=True, slots=True)
class ImageSource:
    """Where the bytes of a picture came from, and what its server calls that version (RFC 9110, 8.8).

    `title` is the picture's, once it is kept. `uncached` marks an answer that says that nobody may keep it unasked.
    """

    address: str
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None
    uncached: bool = False


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server calls the version of a page that was read last (RFC 9110, 8.8), in full, at `read_at`.

    `address` is where redirects led: nobody else's word counts for that version.
    """

    address: str
    read_at: datetime
    etag: str | None = None
    last_modified: str | None = None

    def __post_init__(self) -> None:
        if not (self.etag or self.last_modified):
            raise ValueError(f"nothing says which version of {self.address} was read")
        if self.read_at.tzinfo is None:
            raise ValueError("read_at needs a time zone")


@dataclass(frozen=True, slots=True)
class DueLink:
    """A link to be observed now; with earlier checks (oldest first), its texts in the notes and what is known of it.

    `origin` is where the picture came from that is kept of it, `validators` by what a page can be asked for changes.
    """

    link: Link
    history: tuple[Check, ...] = ()
    texts: tuple[str, ...] = ()
    known: Metadata | None = None
    origin: ImageSource | None = None
    validators: Validators | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One observation on its way through the pipelines.

    Kinds fill in the first fields; `history` is what the store knew (oldest first); the verdict pipeline adds
    `verdict_record`, the images pipeline turns `body` (the bytes of a picture, which came from `origin`) into metadata.
    `validators` say which version of a page this is.
    """

    link: Link
    check: Check
    metadata: Metadata | None = None
    body: bytes = field(default=b"", repr=False)
    origin: ImageSource | None = None
    validators: Validators | None = None
    history: tuple[Check, ...] = ()
    verdict_record: VerdictRecord | None = None
