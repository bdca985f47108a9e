"""Papers of Semantic Scholar by its own ids, with the client of its batch API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.models.metadata import Paper
from crawler.papers.services.base import RecordService
from crawler.papers.values import build_paper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Publication


class SemanticScholarIds(RecordService):
    """Looks up papers by the ids in Semantic Scholar's URLs, all in one request."""

    service: ClassVar[str] = SemanticScholar.service
    host: ClassVar[str] = SemanticScholar.host
    schemes: ClassVar[frozenset[str]] = frozenset({"s2", "corpus"})

    def __init__(self, session: requests.Session, key: str = "") -> None:
        super().__init__(session)
        self._client = SemanticScholar(session, key)

    @classmethod
    def build(cls, session: requests.Session, options: CrawlOptions) -> Self:
        """Build the client with the key of SEMANTIC_SCHOLAR_API_KEY."""
        return cls(session, options.apis.semantic_scholar_api_key)

    def papers(self, scheme: str, ids: Sequence[str]) -> Mapping[str, Paper | None]:
        """Return the papers that exist, by id."""
        prefix = "CorpusId:" if scheme == "corpus" else ""
        records = self._client.publications({each: Paper("", {"s2": prefix + each}) for each in ids})
        return {each: _paper(scheme, each, record) for each, record in records.items() if record.title}


def _paper(scheme: str, paper_id: str, record: Publication) -> Paper | None:
    return build_paper(
        title=record.title,
        authors=record.authors,
        ids={scheme: paper_id, "arxiv": record.arxiv_id, **record.ids},
        venue=next(iter(record.venues), None),
        date=record.year,
    )
