"""The stage of a run that looks up the venues of papers in bibliographies if arXiv does not give them.

Semantic Scholar is asked first, OpenAlex for the papers that are left. A paper without a record is looked up again
after a month; a service that does not answer is asked in the next run.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.lookups.errors import ServiceDownError
from crawler.models.metadata import Paper
from pipelines.venues.from_bibliography import with_citation_venue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.bibliographies.base import Bibliography
    from crawler.models.link import LinkState
    from crawler.store.link_store import LinkStore
    from crawler.store.reader import StoreReader

logger = logging.getLogger(__name__)

BIBLIOGRAPHIES: tuple[type[SemanticScholar | OpenAlex], ...] = (SemanticScholar, OpenAlex)
"""In the order in which they are asked, and in which their records are preferred."""

PAGE = 500
"""Papers that are read from the store at a time."""


def resolve(options: CrawlOptions, store: LinkStore, now: datetime, time_left: Callable[[], float]) -> None:
    """Look up the mentioned papers with metadata and without venue, until no time is left."""
    for bibliography in BIBLIOGRAPHIES:
        ask_bibliography(store, bibliography.from_options(options), now, time_left)


def ask_bibliography(
    store: LinkStore, bibliography: Bibliography, now: datetime, time_left: Callable[[], float]
) -> None:
    """Look up papers in one bibliography, and save its records.

    A failed batch does not stop the others; after `REFUSALS` failures in a row the bibliography counts as down.
    """
    remaining = islice(_missing_papers(store, bibliography, now), bibliography.max_per_run)
    failures_in_a_row = 0
    last_error: ServiceDownError | None = None
    while failures_in_a_row < REFUSALS and time_left() and (papers := dict(islice(remaining, bibliography.batch))):
        try:
            records = bibliography.publications(papers)
        except ServiceDownError as error:
            failures_in_a_row, last_error = failures_in_a_row + 1, error
        else:
            failures_in_a_row = 0
            store.save_publications(bibliography.name, records, now)
    if last_error is not None:
        logger.warning("%s: %s; venues of some papers not looked up in this run", bibliography.service, last_error)


def _missing_papers(store: LinkStore, bibliography: Bibliography, now: datetime) -> Iterator[tuple[str, Paper]]:
    """Yield the papers to look up with their keys: those for which no bibliography before this one has a venue."""
    wanting = store.papers_without_publication(bibliography.name, now)
    for i in range(0, len(wanting), PAGE):
        known = store.papers(wanting[i : i + PAGE])
        papers = {key: known[key] for key in wanting[i : i + PAGE] if bibliography.id_of(known[key]) is not None}
        resolved = with_known_venues(store, papers)
        yield from ((key, paper) for key, paper in papers.items() if resolved[key].venue is None)


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
