"""The stage of a run that looks up the venues of papers in bibliographies if arXiv does not give them.

Semantic Scholar is asked first, also for papers whose venue only their authors say, OpenAlex for the papers that are
left. A paper without a record is looked up again after a month; a service that does not answer is asked in the next
run.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING

from crawler.lookups.ask_in_turn import ask_in_turn
from pipelines.venues.from_reference import JOURNAL_REF
from pipelines.venues.from_text import COMMENT
from pipelines.venues.known_venues import BIBLIOGRAPHIES, with_known_venues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.bibliographies.base import Bibliography
    from crawler.models.metadata import Paper, Publication
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)

STATED_BY_AUTHORS = frozenset({COMMENT, JOURNAL_REF})
"""Sources of venues that the authors of a paper write themselves."""

PAGE = 500
"""Papers that are read from the store at a time."""


def resolve(options: CrawlOptions, store: LinkStore, now: datetime, time_left: Callable[[], float]) -> None:
    """Look up the mentioned papers with metadata and without venue, until no time is left."""
    if not store.has_papers():
        return
    for bibliography in BIBLIOGRAPHIES:
        ask_bibliography(store, bibliography.from_options(options), now, time_left)


def ask_bibliography(
    store: LinkStore, bibliography: Bibliography, now: datetime, time_left: Callable[[], float]
) -> None:
    """Look up papers in one bibliography batch by batch, and save its records."""

    def save(_: dict[str, Paper], records: dict[str, Publication]) -> None:
        store.save_publications(bibliography.name, records, now)

    remaining = islice(_missing_papers(store, bibliography, now), bibliography.max_per_run)
    batches = iter(lambda: dict(islice(remaining, bibliography.batch)), {})
    if (error := ask_in_turn(batches, bibliography.publications, save, time_left)) is not None:
        logger.warning("%s: %s; venues of some papers not looked up in this run", bibliography.service, error)


def _missing_papers(store: LinkStore, bibliography: Bibliography, now: datetime) -> Iterator[tuple[str, Paper]]:
    """Yield the papers to look up with their keys: those for which no bibliography before this one has a venue.

    A bibliography that `confirms` is asked as well where only the authors say the venue: without a second source it
    contradicts no note.
    """
    wanting = store.papers_without_publication(bibliography.name, now)
    for i in range(0, len(wanting), PAGE):
        known = store.papers(wanting[i : i + PAGE])
        papers = {key: known[key] for key in wanting[i : i + PAGE] if bibliography.id_of(known[key]) is not None}
        resolved = with_known_venues(store, papers)
        said = store.publications(bibliography.name, papers) if bibliography.confirms else {}
        yield from (
            (key, paper)
            for key, paper in papers.items()
            if resolved[key].venue is None
            or (bibliography.confirms and paper.venue_source in STATED_BY_AUTHORS and not _says_venue(said.get(key)))
        )


def _says_venue(record: Publication | None) -> bool:
    return record is not None and bool(record.venues or record.ids)
