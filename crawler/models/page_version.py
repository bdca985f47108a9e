"""What a page showed at one time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PageVersion:
    """Title, text and language of a page, as first seen at `seen_at`.

    `fingerprint` is the 64-bit SimHash of the visible text, None for a page with little text; `script` is the one of
    most of its letters (`latin`, `han` …; empty without letters), `language` the one that it declares. `address` is the
    URL that it was read from if that is another than the link's. `replaced` marks a version that was another page than
    the one that had been there. Raises ValueError for a time without time zone.
    """

    title: str
    fingerprint: int | None
    script: str
    language: str
    seen_at: datetime
    address: str | None = None
    replaced: bool = False

    def __post_init__(self) -> None:
        if self.seen_at.tzinfo is None:
            raise ValueError("seen_at needs a time zone")
