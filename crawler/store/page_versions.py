"""Store the versions of pages, and which hosts' links move path by path to another host."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.links.targets.moved_paths import moves_by_host
from crawler.models.check import Outcome
from crawler.models.metadata import Page, type_name
from crawler.store.database import SLICE, slices
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import FACTS
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import facts, links, page_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crawler.models.page_version import PageVersion
    from crawler.models.result import CheckResult

_REDIRECTED = (Outcome.OK, Outcome.MOVED)
# Statements are built once: building one takes as long as executing it.
_INSERT_VERSIONS = sa.insert(page_versions)
_VERSIONS_OF = sa.select(page_versions).where(one_of(page_versions.c.link_id, "link_ids")).order_by(page_versions.c.id)


class PageVersions(StoreReader):
    """Queries and updates of versions of pages."""

    def site_moves(self) -> frozenset[tuple[str, str]]:
        """Return the pairs of hosts of which the links of one moved path by path to the other, at their last checks."""
        its_page = sa.and_(FACTS, facts.c.type == type_name(Page))
        query = (
            sa.select(links.c.url, links.c.final_url, facts.c.data)
            .outerjoin(facts, its_page)  # with an inner join, SQLite goes through all links for each page
            .where(links.c.final_url.is_not(None), links.c.outcome.in_(_REDIRECTED))
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            return moves_by_host(tuple(row) for row in connection.execute(query) if row.data is not None)

    def versions_of(self, url: str) -> list[PageVersion]:
        """Return the versions of the page behind a link's URL, oldest first."""
        query = sa.select(links.c.id).where(links.c.url == url)
        with self._begin() as connection:
            link_id = connection.scalar(query)
            return [] if link_id is None else self._versions(connection, [link_id])[link_id]

    @staticmethod
    def _versions(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[PageVersion]]:
        """Return the versions of pages, oldest first, by id of the link."""
        found: dict[int, list[PageVersion]] = defaultdict(list)
        for some in slices(ids):
            for row in connection.execute(_VERSIONS_OF, {"link_ids": some}):
                found[row.link_id].append(mapping.page_version_from_row(row))
        return found

    @staticmethod
    def _save_versions(connection: sa.Connection, ids: Mapping[str, int], results: Iterable[CheckResult]) -> None:
        """Add the new versions of pages; rows are never changed."""
        rows = [mapping.page_version_to_row(ids[each.link.url], each.page) for each in results if each.page is not None]
        if rows:
            connection.execute(_INSERT_VERSIONS, rows)
