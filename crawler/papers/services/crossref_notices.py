"""Crossref as a bibliography: what was published since about papers that are linked elsewhere, such as on arXiv."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crawler.lookups.bibliographies.base import Bibliography
from crawler.models.metadata import Publication
from crawler.papers.services.crossref import Crossref
from crawler.papers.values import doi_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Paper

_DATACITE = "10.48550/"
"""What the DOIs of arXiv itself begin with: Crossref has none of them."""


class CrossrefNotices(Bibliography):
    """Looks up papers by DOI; what is linked by its DOI is not asked for, since its check reads the same record.

    Only title, authors and notices are kept: a venue is no other source than the DOI that the paper has anyway.
    """

    name = "crossref"
    service = Crossref.service
    host = Crossref.host
    batch = 50
    max_per_run = 5_000
    gives_notices = True

    def __init__(self, session: requests.Session, crossref: Crossref) -> None:
        super().__init__(session)
        self._crossref = crossref

    @classmethod
    def from_options(cls, options: CrawlOptions) -> Self:
        """Build the client with its cache in OUTPUT_DIR."""
        session = cls.session(options)
        return cls(session, Crossref.build(session, options))

    def id_of(self, paper: Paper) -> str | None:
        """Return a paper's DOI in lower case; None without one, and for a paper that has no other id."""
        doi = (doi_in(paper.doi) or "").lower()
        is_linked_by_it = Crossref.schemes.issuperset(paper.ids)
        return None if not doi or doi.startswith(_DATACITE) or is_linked_by_it else doi

    def publications(self, papers: Mapping[str, Paper]) -> dict[str, Publication]:
        """Return the record of each paper, with one request for the papers and one for the notices."""
        dois = {key: doi for key, paper in papers.items() if (doi := self.id_of(paper)) is not None}
        found = self._crossref.noticed_papers(sorted(set(dois.values())))
        return {key: _publication(found.get(doi)) for key, doi in dois.items()}


def _publication(paper: Paper | None) -> Publication:
    return Publication() if paper is None else Publication(paper.title, paper.authors, notices=paper.notices)
