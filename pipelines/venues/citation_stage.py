"""The stage of a run that asks bibliographies where papers appeared of which arXiv does not say it.

Semantic Scholar is asked first, OpenAlex for what is then still open. That there is none is an answer, and asked again
after a month; who does not answer is asked the next night.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from crawler.fetch.host_throttle import REFUSALS
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
"""In the order in which they are asked and believed."""

PAGE = 500
"""Papers read out of the store at a time."""


def resolve(options: CrawlOptions, store: LinkStore, now: datetime, time_left: Callable[[], float]) -> None:
    """Ask about the papers that are mentioned, known and without a venue, until the time is up."""
    for bibliography in BIBLIOGRAPHIES:
        ask_bibliography(store, bibliography.from_options(options), now, time_left)


def ask_bibliography(
    store: LinkStore, bibliography: Bibliography, now: datetime, time_left: Callable[[], float]
) -> None:
    """Ask one bibliography, and write down what it says.

    A batch that it cannot answer stops no other; `REFUSALS` of them in a row mean that it is down.
    """
    left = islice(_missing_papers(store, bibliography, now), bibliography.max_per_run)
    in_a_row = 0
    why: ServiceDownError | None = None
    while in_a_row < REFUSALS and time_left() and (papers := dict(islice(left, bibliography.batch))):
        try:
            said = bibliography.publications(papers)
        except ServiceDownError as error:
            in_a_row, why = in_a_row + 1, error
        else:
            in_a_row = 0
            store.save_publications(bibliography.name, said, now)
    if why is not None:
        logger.warning("no venues for some papers tonight: %s does not answer: %s", bibliography.service, why)


def _missing_papers(store: LinkStore, bibliography: Bibliography, now: datetime) -> Iterator[tuple[str, Paper]]:
    """Yield the papers to ask about, by key: those that nobody who was asked before knows a venue of."""
    wanting = store.papers_without_publication(bibliography.name, bibliography.host, now)
    for i in range(0, len(wanting), PAGE):
        known = store.papers(wanting[i : i + PAGE])
        papers = {key: known[key] for key in wanting[i : i + PAGE] if bibliography.id_of(known[key]) is not None}
        resolved = with_known_venues(store, papers)
        yield from ((key, paper) for key, paper in papers.items() if resolved[key].venue is None)


def with_known_venues(store: StoreReader, papers: Mapping[str, Paper]) -> dict[str, Paper]:
    """Return papers by key, with the venues that bibliographies have given for those without one."""
    without = [key for key, paper in papers.items() if paper.venue is None]
    said = [(each.name, store.publications(each.name, without)) for each in BIBLIOGRAPHIES]
    return dict(papers) | {
        key: with_citation_venue(papers[key], [(name, all_[key]) for name, all_ in said if key in all_])
        for key in without
    }


def link_states_with_venues(store: StoreReader, states: Mapping[str, LinkState]) -> dict[str, LinkState]:
    """Return standings with the venues of their papers."""
    papers = {each.link.key: each.metadata for each in states.values() if isinstance(each.metadata, Paper)}
    by_key = with_known_venues(store, papers)

    def known(state: LinkState) -> LinkState:
        if not isinstance(state.metadata, Paper):
            return state
        paper = by_key[state.link.key]
        return state if paper is state.metadata else replace(state, metadata=paper)

    return {url: known(state) for url, state in states.items()}
