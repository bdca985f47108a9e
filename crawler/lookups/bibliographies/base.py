"""Base class of the clients of bibliographies, and functions that read their JSON whatever its types are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from crawler.lookups.errors import ServiceDownError
from crawler.lookups.values import text_in, year_in
from crawler.models.metadata import Publication
from crawler.text import collapse_whitespace, describe_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Paper

MAX_TITLE = 500
"""Characters of a title or name that are used."""
MAX_AUTHORS = 1000


class ServiceClient(ABC):
    """A client of one service."""

    service: ClassVar[str]
    """Its name in messages."""
    host: ClassVar[str]

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    @classmethod
    def session(
        cls, options: CrawlOptions, is_cacheable: Callable[[requests.Response], bool] | None = None
    ) -> requests.Session:
        """Open a session with its cache in OUTPUT_DIR, at the pace of the host."""
        from crawler.lookups.session import open_session  # most runs ask no bibliography

        return open_session(
            options.apis.cache_file,
            user_agent=options.requests.user_agent,
            delay=options.requests.delay(cls.host),
            timeout=options.apis.timeout,
            is_cacheable=is_cacheable,
        )

    def _ask(self, method: str, url: str, **more: Any) -> requests.Response:
        import requests

        try:
            return self._session.request(method, url, **more)
        except requests.RequestException as error:  # not retried by the session: a truncated body, redirects
            raise ServiceDownError(describe_error(error)) from error


class Bibliography(ServiceClient):
    """A client of one bibliography, which knows papers by their ids."""

    name: ClassVar[str]
    """Its name in the store and in evidence."""
    batch: ClassVar[int]
    """Papers per request."""
    max_per_run: ClassVar[int]
    """Papers that are looked up in one run."""
    confirms: ClassVar[bool] = False
    """Whether it is also asked for papers whose venue only their authors say: only where that costs few requests."""
    gives_notices: ClassVar[bool] = False
    """Whether it is asked for what was published about papers since, whatever their venue, instead of for venues."""

    @abstractmethod
    def id_of(self, paper: Paper) -> str | None:
        """Return the id by which a paper is looked up; None if it has none that the bibliography knows."""

    @abstractmethod
    def publications(self, papers: Mapping[str, Paper]) -> dict[str, Publication]:
        """Return the record of each paper that has an id, by the keys of `papers`; an empty one if it has none.

        Raises ServiceDownError if the service does not answer.
        """


def mail_address(options: CrawlOptions) -> str:
    """Return the mail address in USER_AGENT_CONTACT; "" if that is a URL."""
    contact = options.requests.contact.removeprefix("mailto:")
    return contact if "@" in contact and "/" not in contact else ""


def json_of(response: requests.Response) -> Any:
    """Return the JSON of an answer; raise ServiceDownError if it is not JSON."""
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise ServiceDownError(f"HTTP {response.status_code}, not JSON") from error


def service_down(response: requests.Response, reason: str = "") -> ServiceDownError:
    """Return the exception for an invalid answer."""
    return ServiceDownError(f"HTTP {response.status_code}{reason and f', {reason}'}")


def build_publication(  # noqa: PLR0917 - in the order of the fields
    title: Any,
    authors: Iterable[Any],
    arxiv_id: Any,
    venues: Iterable[Any],
    year: Any,
    ids: Mapping[str, Any] | None = None,
) -> Publication:
    """Return a record of these values; values of another type than expected are left out."""
    return Publication(
        title=_text(title),
        authors=tuple(name for author in authors if (name := _text(author)))[:MAX_AUTHORS],
        arxiv_id=_text(arxiv_id) or None,
        venues=tuple(dict.fromkeys(name for venue in venues if (name := _text(venue)))),
        year=year_in(year),
        ids={scheme: text for scheme, value in (ids or {}).items() if (text := _text(value))},
    )


def _text(value: Any) -> str:
    return collapse_whitespace(text_in(value, 2 * MAX_TITLE) or "")[:MAX_TITLE]
