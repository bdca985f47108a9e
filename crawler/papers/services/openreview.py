"""Client of OpenReview: one paper per request, from version 2 of the API, else from version 1 (before 2023).

https://docs.openreview.net/reference/api-v2
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from crawler.lookups.errors import ServiceDownError
from crawler.lookups.values import text_in, value_at
from crawler.papers.services.base import RecordService
from crawler.papers.values import build_paper, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.models.metadata import Paper

V1 = "api.openreview.net"
_NOT_ACCEPTED = re.compile(r"reject|withdrawn|submi|desk|under review|blind", re.IGNORECASE)


class OpenReview(RecordService):
    """Looks up papers by the id of their forum."""

    service: ClassVar[str] = "OpenReview"
    host: ClassVar[str] = "api2.openreview.net"
    schemes: ClassVar[frozenset[str]] = frozenset({"openreview"})

    def papers(self, scheme: str, ids: Sequence[str]) -> Mapping[str, Paper | None]:  # noqa: ARG002 - there is one
        """Return the papers that are public, by the id of their forum."""
        found: dict[str, Paper | None] = {}
        for forum in ids:
            for host in (self.host, V1):
                note = self._note(host, forum)
                if note is not None and (paper := _paper(forum, note)) is not None:
                    found[forum] = paper
                    break
        return found

    def _note(self, host: str, forum: str) -> Mapping[str, Any] | None:
        """Return the note with an id; None if this version of the API has none that is public."""
        try:
            answer = self._get_json(f"https://{host}/notes", {"id": forum})
        except ServiceDownError as error:
            if str(error) in {"HTTP 400", "HTTP 403", "HTTP 404"}:  # says nothing of the other papers
                return None
            raise
        notes = value_at(answer, "notes")
        if not isinstance(notes, list):
            raise ServiceDownError("no list of notes")
        return next((note for note in notes if isinstance(note, dict) and note.get("id") == forum), None)


def _paper(forum: str, note: Mapping[str, Any]) -> Paper | None:
    content = note.get("content")

    def field(name: str) -> Any:
        value = value_at(content, name)
        return value.get("value") if isinstance(value, dict) else value  # version 2 wraps all values

    venue, venue_id = plain_text(field("venue")), plain_text(field("venueid"))
    is_accepted = not _NOT_ACCEPTED.search(f"{venue} {venue_id}")
    authors = field("authors")
    pdf = plain_text(field("pdf"), 2_000)
    return build_paper(
        title=field("title"),
        authors=authors if isinstance(authors, list) else [],
        ids={"openreview": forum},
        abstract=field("abstract"),
        comment=(venue or venue_id) if is_accepted else None,
        date=_day(note.get("pdate") or note.get("odate") or note.get("cdate") or note.get("tcdate")),
        pdf_url=f"https://openreview.net/pdf?id={forum}" if pdf.startswith("/pdf") else text_in(pdf),
    )


def _day(milliseconds: Any) -> str | None:
    """Return the day of a time in milliseconds since 1970."""
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool) or not 0 < milliseconds < 10**13:
        return None
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"
