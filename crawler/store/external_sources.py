"""Store what other services know of links: snapshots of dead links, publications of papers.

It is stored apart from the results of checks, which do not overwrite it. If a service had no data, it is requested
again after SNAPSHOT_RETRY or PUBLICATION_RETRY; if it did not respond, in the next run.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.kinds.registry import citation_sources
from crawler.models.link import Link, Verdict, key_of
from crawler.store.reader import MENTIONED, StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.tables import NEVER, facts, links, mentions
from crawler.store.workers.leases import Leases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crawler.models.metadata import Publication

SNAPSHOT_RETRY = timedelta(days=30)
"""Time until a snapshot is requested again that the Wayback Machine did not have."""

PUBLICATION_RETRY = timedelta(days=30)
"""Time until a bibliography is asked again for the publication of a paper."""

ARCHIVE = "archive.org"
"""The host that a worker leases for requests to the Wayback Machine."""


class ExternalSources(StoreReader, Leases):
    """Queries of links and papers that other services are asked for, and their answers."""

    # --- snapshots ----------------------------------------------------------------------------------------------------

    def links_without_snapshot(self, kinds: Iterable[str], now: datetime, limit: int) -> list[tuple[Link, date]]:
        """Return up to `limit` dead links without a snapshot, each with the date of the oldest note that mentions it.

        If no note has a date, it is the day on which the link was registered. Links that were checked last come first,
        so that those for which the service always fails do not block links that died in this run. Links without a
        snapshot are returned again after SNAPSHOT_RETRY. If another worker has the lease of ARCHIVE, none are returned.
        """
        query = (
            sa.select(*(links.c[name] for name in mapping.LINK), links.c.first_seen, sa.func.min(mentions.c.day))
            .join(mentions, mentions.c.link_id == links.c.id)
            .where(
                links.c.verdict == Verdict.DEAD,
                links.c.kind.in_(list(kinds)),
                links.c.snapshot.is_(None),
                sa.or_(links.c.snapshot_asked_at.is_(None), links.c.snapshot_asked_at < now - SNAPSHOT_RETRY),
            )
            .group_by(links.c.id)
            .order_by(links.c.waiting_since.desc(), links.c.id)
            .limit(limit)
        )
        with self._write() as connection:
            if not self._lease(connection, ARCHIVE):
                return []
            return [(Link(*link), day or first_seen.date()) for *link, first_seen, day in connection.execute(query)]

    def save_snapshot(self, link: Link, snapshot: str | None, now: datetime) -> None:
        """Save the URL of a link's snapshot; None if there is no snapshot."""
        update = sa.update(links).where(links.c.url == link.url).values(snapshot=snapshot, snapshot_asked_at=now)
        with self._write() as connection:
            connection.execute(update)

    # --- publications -------------------------------------------------------------------------------------------------

    def has_papers(self) -> bool:
        """Return whether the database has a paper that bibliographies can be asked for."""
        query = sa.select(sa.exists().where(facts.c.kind.in_(sorted(citation_sources()))))
        with self._begin() as connection:
            return bool(connection.scalar(query))

    def papers_without_publication(self, bibliography: str, host: str, now: datetime) -> list[str]:
        """Return the keys of papers not looked up within PUBLICATION_RETRY in a bibliography, new ones first.

        If another worker has the lease of the bibliography's `host`, none are returned.
        """
        known, kinds = facts.alias(), sorted(citation_sources())
        mentioned = sa.select(links.c.kind, links.c.identity).where(links.c.kind.in_(kinds), MENTIONED)
        key = facts.c.kind + key_of("", "") + facts.c.identity
        query = (
            sa.select(key)
            .outerjoin(known, sa.and_(known.c.kind == bibliography, known.c.identity == key))
            .where(
                facts.c.kind.in_(kinds),
                sa.tuple_(facts.c.kind, facts.c.identity).in_(mentioned),
                sa.or_(known.c.seen_at.is_(None), known.c.seen_at < now - PUBLICATION_RETRY),
            )
            .order_by(sa.func.coalesce(known.c.seen_at, NEVER), facts.c.kind, facts.c.identity)
        )
        with self._write() as connection:
            return list(connection.scalars(query)) if self._lease(connection, host) else []

    def save_publications(self, bibliography: str, publications: Mapping[str, Publication], now: datetime) -> None:
        """Save the publications of papers by a bibliography; the mapping is by key of a paper (`Link.key`)."""
        rows = [mapping.fact_to_row(bibliography, key, publications[key], now) for key in sorted(publications)]
        with self._write() as connection:
            self._upsert(connection, facts, rows)
