"""The venues of papers as far as they are known: without requests, so that publishing loads nothing that sends any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.models.metadata import Paper
from pipelines.venues.from_bibliography import with_citation_venue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from crawler.models.link import LinkState
    from crawler.models.metadata import Publication
    from crawler.store.reading.reader import StoreReader

BIBLIOGRAPHIES: tuple[type[SemanticScholar | OpenAlex], ...] = (SemanticScholar, OpenAlex)
"""In the order in which they are asked, and in which their records are preferred."""


def with_known_venues(store: StoreReader, papers: Mapping[str, Paper]) -> dict[str, Paper]:
    """Return papers by key, those without venue with that of the stored records of bibliographies."""
    without_venue = [key for key, paper in papers.items() if paper.venue is None]
    records = _stored_records(store, without_venue)
    return dict(papers) | {key: with_citation_venue(papers[key], records.get(key, ())) for key in without_venue}


def link_states_with_venues(store: StoreReader, states: Mapping[str, LinkState]) -> dict[str, LinkState]:
    """Return link states, those of papers with their records in bibliographies, and with the venue of one if needed."""
    by_key = _stored_records(store, {each.link.key for each in states.values() if isinstance(each.metadata, Paper)})

    def with_records(state: LinkState) -> LinkState:
        records = by_key.get(state.link.key, ())
        if not records or not isinstance(state.metadata, Paper):
            return state
        return replace(state, metadata=with_citation_venue(state.metadata, records), records=records)

    return {url: with_records(state) for url, state in states.items()}


def _stored_records(store: StoreReader, keys: Collection[str]) -> dict[str, tuple[tuple[str, Publication], ...]]:
    """Return the stored records of papers by key, each with the name of its bibliography; none where there is none."""
    return store.publication_records([each.name for each in BIBLIOGRAPHIES], keys)
