"""Client of Semantic Scholar: the venues of papers, 500 papers per request.

https://api.semanticscholar.org/api-docs/graph#tag/Paper-Data/operation/post_graph_get_papers
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from crawler.lookups.bibliographies.base import (
    Bibliography,
    build_publication,
    json_of,
    service_down,
)
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.values import value_at, values_at
from crawler.models.metadata import Publication

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Paper

MAX_REFUSED = 50
"""Requests of one batch that may be refused with HTTP 400: enough to find five invalid ids in 500."""

_SCHEMES = {"doi": "DOI", "acl": "ACL", "dblp": "DBLP"}
"""Names of the ids that say a venue, by scheme."""

FIELDS = "title,venue,publicationVenue,journal,year,authors,externalIds"
"""What is read of a paper."""


class SemanticScholar(Bibliography):
    """Looks up papers by arXiv id, else by DOI. A key is optional; without one requests are often refused (429)."""

    name = "semantic_scholar"
    service = "Semantic Scholar"
    host = "api.semanticscholar.org"
    batch = 500
    max_per_run = 50_000
    confirms = True

    def __init__(self, session: requests.Session, key: str = "") -> None:
        super().__init__(session)
        self._headers = {"x-api-key": key} if key else {}

    @classmethod
    def from_options(cls, options: CrawlOptions) -> Self:
        """Build the client with its cache in OUTPUT_DIR and the key of SEMANTIC_SCHOLAR_API_KEY."""
        return cls(cls.session(options), options.apis.semantic_scholar_api_key)

    def id_of(self, paper: Paper) -> str | None:
        """Return Semantic Scholar's own id, else `ARXIV:` or `DOI:` with the paper's id there; None if it has none."""
        if own := paper.ids.get("s2"):
            return own
        if paper.arxiv_id:
            return f"ARXIV:{paper.arxiv_id}"
        return f"DOI:{paper.doi}" if paper.doi else None

    def publications(self, papers: Mapping[str, Paper]) -> dict[str, Publication]:
        """Return the record of each paper. With one invalid id a batch may be refused (HTTP 400), and is halved."""
        publications: dict[str, Publication] = {}
        refused = 0
        ids = {key: id_ for key, paper in papers.items() if (id_ := self.id_of(paper)) is not None}
        batches = [list(ids)] if ids else []
        while batches:
            keys = batches.pop()
            response = self._request([ids[key] for key in keys])
            if response.status_code != HTTPStatus.BAD_REQUEST:
                publications |= _publications(keys, response)
            elif "paper ids" in response.text[:1000] or len(keys) == 1:  # "No valid paper ids given": none is known
                publications |= dict.fromkeys(keys, Publication())
            else:
                batches += [keys[len(keys) // 2 :], keys[: len(keys) // 2]]
            refused += response.status_code == HTTPStatus.BAD_REQUEST
            if refused > MAX_REFUSED:
                raise service_down(response)
        return publications

    def _request(self, ids: Sequence[str]) -> requests.Response:
        return self._ask(
            "POST",
            f"https://{self.host}/graph/v1/paper/batch",
            params={"fields": FIELDS},
            json={"ids": ids},
            headers=self._headers,
            allow_redirects=False,  # the key must not be sent to another host
        )


def _publications(keys: Sequence[str], response: requests.Response) -> dict[str, Publication]:
    """Return the records of an answer by key: one record or null for each id, in the order of the request."""
    if response.status_code != HTTPStatus.OK:
        raise service_down(response)
    answer = json_of(response)
    if not isinstance(answer, list) or len(answer) != len(keys):
        raise service_down(response, "not an answer of the batch API")
    if not all(record is None or isinstance(record, dict) for record in answer):
        raise ServiceDownError("invalid records")
    return {key: parse_record(record) for key, record in zip(keys, answer, strict=True)}


def parse_record(record: dict[str, Any] | None) -> Publication:
    """Return the record of a paper; an empty one for none."""
    if record is None:
        return Publication()
    # `venue` is the record's own text, `publicationVenue` the linked venue; `journal` is the least specific.
    venues = [
        record.get("venue"),
        value_at(record, "publicationVenue", "name"),
        value_at(record, "journal", "name"),
    ]
    return build_publication(
        record.get("title"),
        values_at(record.get("authors"), "name"),
        value_at(record, "externalIds", "ArXiv"),
        venues,
        record.get("year"),
        {scheme: value_at(record, "externalIds", name) for scheme, name in _SCHEMES.items()},
    )
