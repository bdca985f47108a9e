"""The stage of a run that searches the papers that notes list by their titles alone.

Semantic Scholar is asked first, then Crossref and OpenAlex for titles that are still unknown. A title without a record
is searched again after a month; a service that does not answer is asked in the next run.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING

from crawler.lookups.ask_in_turn import ask_in_turn
from crawler.lookups.bibliographies.title_search import CrossrefTitles, OpenAlexTitles, SemanticScholarTitles
from crawler.models.metadata import Publication
from crawler.papers.bibliographies import SEARCHES
from pipelines.consistency.bare_titles import is_same_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.bibliographies.title_search import TitleSearch
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)

_PAGE = 500


def search_titles(options: CrawlOptions, store: LinkStore, now: datetime, time_left: Callable[[], float]) -> None:
    """Search the titles in each service, until no time is left."""
    for client in (SemanticScholarTitles, CrossrefTitles, OpenAlexTitles):
        search_in(store, client.from_options(options), now, time_left)


def search_in(store: LinkStore, client: TitleSearch, now: datetime, time_left: Callable[[], float]) -> None:
    """Search the titles that services before this one do not know, and save the records with the same title."""

    def save(title: str, found: list[Publication]) -> None:
        record = next((each for each in found if is_same_title(title, each)), Publication())
        store.save_publications(client.name, {title: record}, now)

    titles = islice(_unknown_titles(store, client.name, now), client.max_per_run)
    if (error := ask_in_turn(titles, client.search, save, time_left)) is not None:
        logger.warning("%s: %s; some papers without a link not searched in this run", client.service, error)


def _unknown_titles(store: LinkStore, name: str, now: datetime) -> Iterator[str]:
    wanting = store.titles_to_search(name, now)
    before = SEARCHES[: SEARCHES.index(name)]
    for start in range(0, len(wanting), _PAGE):
        titles = wanting[start : start + _PAGE]
        known = {title for each in before for title, record in store.publications(each, titles).items() if record.title}
        yield from (title for title in titles if title not in known)
