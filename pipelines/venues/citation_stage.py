"""The stage of a run that looks up papers in bibliographies: their venues if arXiv does not give them, and notices.

For venues, Semantic Scholar is asked first, also for papers whose venue only their authors say, OpenAlex for the papers
that are left. Crossref is asked for what was published since about all papers with a DOI, after the others, since these
may know it. A paper that still needs a lookup has the next one after a month; a service that does not answer is asked
in the next run.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING

from crawler.lookups.ask_in_turn import ask_in_turn
from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.papers.services.crossref_notices import CrossrefNotices
from pipelines.venues.from_reference import JOURNAL_REF
from pipelines.venues.from_text import COMMENT
from pipelines.venues.known_records import with_known_dois, with_known_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.bibliographies.base import Bibliography
    from crawler.models.metadata import Paper, Publication
    from crawler.store.link_store import LinkStore

CLIENTS: tuple[type[SemanticScholar | OpenAlex | CrossrefNotices], ...] = (SemanticScholar, OpenAlex, CrossrefNotices)
"""The clients of `BIBLIOGRAPHIES`, in the same order."""

logger = logging.getLogger(__name__)

STATED_BY_AUTHORS = frozenset({COMMENT, JOURNAL_REF})
"""Sources of venues that the authors of a paper write themselves."""

PAGE = 500
"""Papers that are read from the store at a time."""


def look_up_papers(options: CrawlOptions, store: LinkStore, now: datetime, time_left: Callable[[], float]) -> None:
    """Look up the mentioned papers with metadata in each bibliography, until no time is left."""
    for bibliography in CLIENTS:
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
        what = "notices about" if bibliography.gives_notices else "venues of"
        logger.warning("%s: %s; %s some papers not looked up in this run", bibliography.service, error, what)


def _missing_papers(store: LinkStore, bibliography: Bibliography, now: datetime) -> Iterator[tuple[str, Paper]]:
    """Yield the papers to look up with their keys."""
    wanting = store.papers_without_publication(bibliography.name, now)
    for start in range(0, len(wanting), PAGE):
        known = store.papers(wanting[start : start + PAGE])
        identified = with_known_dois(store, known) if bibliography.gives_notices else known
        papers = {
            key: identified[key]
            for key in wanting[start : start + PAGE]
            if key in identified and bibliography.id_of(identified[key]) is not None
        }
        yield from papers.items() if bibliography.gives_notices else _without_venue(store, bibliography, papers)


def _without_venue(
    store: LinkStore, bibliography: Bibliography, papers: Mapping[str, Paper]
) -> Iterator[tuple[str, Paper]]:
    """Yield the papers for which no bibliography before this one has a venue.

    A bibliography that `confirms` is asked as well where only the authors say the venue: without a second source it
    contradicts no note.
    """
    resolved = with_known_records(store, papers)
    said = store.publications(bibliography.name, papers) if bibliography.confirms else {}
    for key, paper in papers.items():
        is_open = bibliography.confirms and paper.venue_source in STATED_BY_AUTHORS and not _says_venue(said.get(key))
        if resolved[key].venue is None or is_open:
            yield key, paper


def _says_venue(record: Publication | None) -> bool:
    return record is not None and bool(record.venues or record.ids)
