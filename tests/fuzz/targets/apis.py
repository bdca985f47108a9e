"""Answers of bibliographies and of the Wayback Machine."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.wayback import Wayback
from crawler.models.metadata import Paper
from crawler.store.schema import mapping
from pipelines.venues.from_bibliography import with_records
from tests.fuzz.answers import session

TOKENS = (
    *(b'{"results": [{"title": "A title"', b'"doi": ', b'"venue": "CVPR"', b'"year": 2022', b'"authors": [{"name": '),
    *(b'"primary_location": {"source": {"display_name": ', b'"type": "journal"', b'"externalIds": {"ArXiv": '),
    *(b'"archived_snapshots": {"closest": {"available": true, "status": "200", "url": ', b'[["timestamp"', b"null"),
    *(b"http://web.archive.org/web/20200101000000/https://a.example.org/", b'"authorships": [{"author": '),
)
PAPERS = {"a": Paper("A title", {"arxiv": "2110.15352", "doi": "10.1/x"}, ("Ada Lovelace",))}
THEN = datetime(2020, 1, 1, tzinfo=UTC)


def one_input(data: bytes) -> None:
    sends = session(200, data)
    for name, bibliography in (("openalex", OpenAlex(sends)), ("s2", SemanticScholar(sends))):
        with suppress(ServiceDownError):
            for publication in bibliography.publications(PAPERS).values():
                row = mapping.fact_to_row("publication", "a", publication, THEN)
                assert mapping.fact_from_json(row["data"], type(publication)) == publication
                json.dumps(row["data"], ensure_ascii=False).encode()
                with_records(PAPERS["a"], [(name, publication)])
    for ask in (Wayback(sends).nearest, Wayback(sends).newest_since):
        with suppress(ServiceDownError):
            ask("https://a.example.org/", THEN)
