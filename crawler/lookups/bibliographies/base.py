"""What the clients of bibliographies share: one shape, and nothing believed of what a stranger's JSON holds."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from crawler.lookups.errors import ServiceDownError
from crawler.models.metadata import Publication
from crawler.text import collapse_whitespace, describe_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import requests

    from crawler.models.metadata import Paper

MAX_TITLE = 500
"""Characters kept of a title or name."""
MAX_AUTHORS = 1000


class Bibliography(ABC):
    """A client of one bibliography."""

    name: ClassVar[str]
    """What it is called where its word is kept and shown as evidence."""
    service: ClassVar[str]
    """Its name in full, for the lines that users read."""
    host: ClassVar[str]
    batch: ClassVar[int]
    """Papers that it takes at a time."""
    max_per_run: ClassVar[int]
    """Papers that it is asked about in one run."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    @abstractmethod
    def id_of(self, paper: Paper) -> str | None:
        """Return the id by which the bibliography is asked about a paper; None where it would know none of its ids."""

    @abstractmethod
    def publications(self, papers: Mapping[str, Paper]) -> dict[str, Publication]:
        """Return what is said of each paper that has an id, by the same keys.

        Raises ServiceDownError when the service does not answer.
        """

    def _ask(self, method: str, url: str, **more: Any) -> requests.Response:
        import requests

        try:
            return self._session.request(method, url, **more)
        except requests.RequestException as error:  # raised above the session's adapter: a body cut short, redirects
            raise ServiceDownError(describe_error(error)) from error


def json_of(response: requests.Response) -> Any:
    """Return an answer's JSON; raise ServiceDownError for anything else."""
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise ServiceDownError(f"HTTP {response.status_code}, no JSON") from error


def service_down(response: requests.Response, reason: str = "") -> ServiceDownError:
    """Return what to raise for an answer that is none."""
    return ServiceDownError(f"HTTP {response.status_code}{reason and f', {reason}'}")


def build_publication(
    title: Any, authors: Iterable[Any], arxiv_id: Any, venues: Iterable[Any], year: Any
) -> Publication:
    """Return what a record says, with whatever is not of the type it should be left out."""
    return Publication(
        title=_text(title),
        authors=tuple(name for author in authors if (name := _text(author)))[:MAX_AUTHORS],
        arxiv_id=_text(arxiv_id) or None,
        venues=tuple(dict.fromkeys(name for venue in venues if (name := _text(venue)))),
        year=year if isinstance(year, int) and 1900 < year < 2200 else None,  # noqa: PLR2004
    )


def records_in(record: Any, *path: str) -> Any:
    """Return what lies at the end of a path of keys, None where it breaks off."""
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def iter_records(records: Any, *path: str) -> list[Any]:
    """Return what lies at the end of a path in each record of a list; what is no list is an empty one."""
    return [records_in(record, *path) for record in records] if isinstance(records, list) else []


def _text(value: Any) -> str:
    """Return a text on one line; lone surrogates, which JSON can hold and no database takes, are left out."""
    if not isinstance(value, str):
        return ""
    return collapse_whitespace(re.sub("[\0\ud800-\udfff]", "", value[: 2 * MAX_TITLE]))[:MAX_TITLE]
