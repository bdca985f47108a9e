"""Clients that search papers by title: Semantic Scholar, Crossref, OpenAlex, one request per title.

What they find is compared by whoever asks: a search always finds something.

https://api.semanticscholar.org/api-docs/graph#tag/Paper-Data/operation/get_graph_paper_title_search,
https://www.crossref.org/documentation/retrieve-metadata/rest-api/, https://developers.openalex.org/
"""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Self

from crawler.lookups.bibliographies.base import ServiceClient, build_publication, json_of, mail_address, service_down
from crawler.lookups.bibliographies.openalex import OpenAlex, parse_work
from crawler.lookups.bibliographies.semantic_scholar import FIELDS, SemanticScholar, parse_record
from crawler.lookups.values import value_at

if TYPE_CHECKING:
    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Publication

_FOUND = 3
"""Records of a title that are read."""
_CROSSREF_FIELDS = "DOI,title,author,container-title,issued"


class TitleSearch(ServiceClient):
    """A client that searches one service."""

    name: ClassVar[str]
    """Its name in the store."""
    max_per_run = 100

    def __init__(self, session: requests.Session, mail: str = "", key: str = "") -> None:
        super().__init__(session)
        self._mail = {"mailto": mail} if mail else {}
        self._key = {"x-api-key": key} if key else {}

    @classmethod
    def from_options(cls, options: CrawlOptions) -> Self:
        """Return a client with a session of its own."""
        key = options.apis.semantic_scholar_api_key if cls.host == SemanticScholar.host else ""
        return cls(cls.session(options), mail_address(options), key)

    @abstractmethod
    def search(self, title: str) -> list[Publication]:
        """Return the records that a service finds for a title, with an id each, the most similar ones first.

        Raises ServiceDownError if the service does not answer.
        """

    def _results(self, path: str, parameters: dict[str, str], *keys: str) -> list[dict[str, Any]]:
        """Return the list at `keys` in the answer to a search; empty if the service has no such title."""
        url = f"https://{self.host}{path}"
        response = self._ask("GET", url, params=parameters, headers=self._key, allow_redirects=False)
        if response.status_code == HTTPStatus.NOT_FOUND and "not found" in response.text[:1000].lower():
            return []
        if response.status_code != HTTPStatus.OK:
            raise service_down(response)
        results = value_at(json_of(response), *keys)
        if not isinstance(results, list):
            raise service_down(response, "no list of papers")
        return [each for each in results[:_FOUND] if isinstance(each, dict)]


class SemanticScholarTitles(TitleSearch):
    """Asks for the one paper whose title matches best."""

    name = "semantic_scholar by title"
    service = SemanticScholar.service
    host = SemanticScholar.host

    def search(self, title: str) -> list[Publication]:
        """Return the paper with the most similar title."""
        found = self._results("/graph/v1/paper/search/match", {"query": title, "fields": FIELDS}, "data")
        own = ((value_at(each, "paperId"), parse_record(each)) for each in found)
        return [replace(record, ids={**record.ids, "s2": id_}) for id_, record in own if isinstance(id_, str)]


class CrossrefTitles(TitleSearch):
    """Searches the registry of most DOIs."""

    name = "crossref by title"
    service = "Crossref"
    host = "api.crossref.org"

    def search(self, title: str) -> list[Publication]:
        """Return the works with the most similar citations."""
        parameters = {"query.bibliographic": title, "rows": str(_FOUND), "select": _CROSSREF_FIELDS, **self._mail}
        return [_of_crossref(each) for each in self._results("/works", parameters, "message", "items")]


class OpenAlexTitles(TitleSearch):
    """Searches the titles of OpenAlex."""

    name = "openalex by title"
    service = OpenAlex.service
    host = OpenAlex.host

    def search(self, title: str) -> list[Publication]:
        """Return the works with the words of a title."""
        words = re.sub(r"[^\w\s-]+", " ", title)  # commas, pipes and quotes are operators of the filter
        parameters = {"filter": f"title.search:{' '.join(words.split())}", "per-page": str(_FOUND), **self._mail}
        works = self._results("/works", parameters, "results")
        return [replace(parse_work(each), ids=_doi(each.get("doi"))) for each in works]


def _of_crossref(work: dict[str, Any]) -> Publication:
    authors = work.get("author")
    names = (
        " ".join(filter(None, (_text(each, "given"), _text(each, "family")))) or _text(each, "name")
        for each in (authors if isinstance(authors, list) else [])
    )
    return build_publication(
        _first(work.get("title")),
        names,
        None,
        [_first(work.get("container-title"))],
        _first(_first(value_at(work, "issued", "date-parts"))),
        _doi(work.get("DOI")),
    )


def _doi(value: Any) -> dict[str, str]:
    doi = value.lower().removeprefix("https://doi.org/") if isinstance(value, str) else ""
    return {"doi": doi} if doi.startswith("10.") else {}


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _text(value: Any, name: str) -> str:
    found = value_at(value, name)
    return found if isinstance(found, str) else ""
