"""Client of OpenAlex: the venue of a paper, one paper per request.

Requests by DOI are free, without a key: https://developers.openalex.org/api-reference/authentication
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from crawler.links.arxiv_ids import arxiv_id_of
from crawler.lookups.bibliographies.base import (
    Bibliography,
    build_publication,
    json_of,
    mail_address,
    service_down,
)
from crawler.lookups.values import value_at, values_at
from crawler.models.metadata import Publication

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Paper

_ARXIV_DOI = "10.48550/arxiv."


class OpenAlex(Bibliography):
    """Looks up papers by the DOI that their authors gave, else by the one that arXiv gives to every paper."""

    name = "openalex"
    service = "OpenAlex"
    host = "api.openalex.org"
    batch = 1
    max_per_run = 100

    def __init__(self, session: requests.Session, mail: str = "") -> None:
        super().__init__(session)
        self._query = {"mailto": mail} if mail else {}

    @classmethod
    def from_options(cls, options: CrawlOptions) -> Self:
        """Build the client with its cache in OUTPUT_DIR; a mail address in USER_AGENT_CONTACT is sent as `mailto`."""
        return cls(cls.session(options, _is_work), mail_address(options))

    def id_of(self, paper: Paper) -> str | None:
        """Return a paper's DOI; that of arXiv if it has no other, None without an arXiv id."""
        own = next(iter((paper.doi or "").split()), "")  # some authors give two
        if own.startswith("10."):
            return own
        return f"{_ARXIV_DOI}{paper.arxiv_id}" if paper.arxiv_id else None

    def publications(self, papers: Mapping[str, Paper]) -> dict[str, Publication]:
        """Return the record of each paper, with one request for each."""
        dois = {key: self.id_of(paper) for key, paper in papers.items()}
        return {key: self._publication(doi) for key, doi in dois.items() if doi is not None}

    def _publication(self, doi: str) -> Publication:
        response = self._ask("GET", f"https://{self.host}/works/doi:{quote(doi, safe='/:')}", params=self._query)
        if response.status_code == HTTPStatus.NOT_FOUND and "not found" in response.text[:1000].lower():
            return Publication()
        if response.status_code != HTTPStatus.OK:
            raise service_down(response)
        work = json_of(response)
        if not isinstance(work, dict) or not isinstance(work.get("title"), str | None):
            raise service_down(response, "not a work")
        return parse_work(work)


def parse_work(work: dict[str, Any]) -> Publication:
    """Return the record of a work."""
    first, locations = work.get("primary_location"), work.get("locations")
    locations = locations if isinstance(locations, list) else []
    # Repositories have copies only; proceedings often have no source.
    published = [
        location
        for location in (first, *locations)
        if value_at(location, "version") == "publishedVersion" and value_at(location, "source", "type") != "repository"
    ]
    pages = (page for page in values_at([first, *locations], "landing_page_url") if isinstance(page, str))
    on_arxiv = filter(None, map(arxiv_id_of, pages))
    return build_publication(
        work.get("title"),
        values_at(work.get("authorships"), "author", "display_name"),
        str(work.get("doi")).lower().partition(_ARXIV_DOI)[2] or next(on_arxiv, None),
        # The name as printed distinguishes a workshop from its conference, the source's name does not.
        [*values_at(published, "raw_source_name"), *values_at(published, "source", "display_name")],
        work.get("publication_year"),
    )


def _is_work(response: requests.Response) -> bool:
    return response.status_code == HTTPStatus.OK and response.content.startswith(b"{")
