"""The venues of papers as far as they are known: without requests, so that publishing loads nothing that sends any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.models.metadata import Paper
from pipelines.venues.from_bibliography import with_citation_venue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import LinkState
    from crawler.store.reader import StoreReader

BIBLIOGRAPHIES: tuple[type[SemanticScholar | OpenAlex], ...] = (SemanticScholar, OpenAlex)
"""In the order in which they are asked, and in which their records are preferred."""


def with_known_venues(store: StoreReader, papers: Mapping[str, Paper]) -> dict[str, Paper]:
    """Return papers by key, those without venue with that of the stored records of bibliographies."""
    without_venue = [key for key, paper in papers.items() if paper.venue is None]
    records = [(each.name, store.publications(each.name, without_venue)) for each in BIBLIOGRAPHIES]
    return dict(papers) | {
        key: with_citation_venue(papers[key], [(name, by_key[key]) for name, by_key in records if key in by_key])
        for key in without_venue
    }


def link_states_with_venues(store: StoreReader, states: Mapping[str, LinkState]) -> dict[str, LinkState]:
    """Return link states, those of papers with the venues of `with_known_venues`."""
    papers = {each.link.key: each.metadata for each in states.values() if isinstance(each.metadata, Paper)}
    by_key = with_known_venues(store, papers)

    def with_known_venue(state: LinkState) -> LinkState:
        if not isinstance(state.metadata, Paper):
            return state
        paper = by_key[state.link.key]
        return state if paper is state.metadata else replace(state, metadata=paper)

    return {url: with_known_venue(state) for url, state in states.items()}
