"""What bibliographies are known to say of papers: without requests, so that publishing loads nothing that sends any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.models.metadata import Paper
from crawler.papers.bibliographies import BIBLIOGRAPHIES
from pipelines.venues.from_bibliography import is_same_paper, with_records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from crawler.models.link import LinkState
    from crawler.models.metadata import Publication
    from crawler.store.reading.reader import StoreReader


def with_known_records(store: StoreReader, papers: Mapping[str, Paper]) -> dict[str, Paper]:
    """Return papers by key, with what the stored records of bibliographies say of them."""
    records = _stored_records(store, papers)
    return {key: with_records(paper, records.get(key, ())) for key, paper in papers.items()}


def with_known_dois(store: StoreReader, papers: Mapping[str, Paper]) -> dict[str, Paper]:
    """Return papers by key, those without DOI with that of their stored records."""
    records = _stored_records(store, [key for key, paper in papers.items() if paper.doi is None])

    def with_doi(key: str, paper: Paper) -> Paper:
        own = (record for _, record in records.get(key, ()) if "doi" in record.ids and is_same_paper(paper, record))
        record = next(own, None)
        return paper if record is None else replace(paper, ids={**paper.ids, "doi": record.ids["doi"]})

    return {key: with_doi(key, paper) for key, paper in papers.items()}


def link_states_with_records(store: StoreReader, states: Mapping[str, LinkState]) -> dict[str, LinkState]:
    """Return link states, those of papers with their records in bibliographies, and with what these say of them."""
    by_key = _stored_records(store, {each.link.key for each in states.values() if isinstance(each.metadata, Paper)})

    def known(state: LinkState) -> LinkState:
        records = by_key.get(state.link.key, ())
        if not records or not isinstance(state.metadata, Paper):
            return state
        return replace(state, metadata=with_records(state.metadata, records), records=records)

    return {url: known(state) for url, state in states.items()}


def _stored_records(store: StoreReader, keys: Collection[str]) -> dict[str, tuple[tuple[str, Publication], ...]]:
    """Return the stored records of papers by key, each with the name of its bibliography; none where there is none."""
    return store.publication_records(BIBLIOGRAPHIES, keys)
