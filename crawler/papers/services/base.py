"""Base class of the clients of services that know papers by an identifier."""

from __future__ import annotations

from abc import abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Self

from crawler.lookups.bibliographies.base import ServiceClient, json_of, service_down

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Paper


class RecordService(ServiceClient):
    """A client of one service."""

    schemes: ClassVar[frozenset[str]]
    """The schemes of the ids that it knows."""

    @classmethod
    def build(cls, session: requests.Session, options: CrawlOptions) -> Self:  # noqa: ARG003 - most need no options
        """Build the client."""
        return cls(session)

    @abstractmethod
    def papers(self, scheme: str, ids: Sequence[str]) -> Mapping[str, Paper | None]:
        """Return the papers that exist by id, as asked; None where the service knows only that it exists.

        Raises ServiceDownError if the service does not answer.
        """

    def _get(self, url: str, parameters: Mapping[str, str] | None = None) -> requests.Response:
        return self._ask("GET", url, params=parameters)

    def _get_json(self, url: str, parameters: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of an answer with status 200; raise ServiceDownError for any other."""
        response = self._get(url, parameters)
        if response.status_code != HTTPStatus.OK:
            raise service_down(response)
        return json_of(response)
