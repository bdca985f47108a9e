"""What others say of links: the archive of dead ones, bibliographies of papers.

Each says it beside what the link itself said, and none of it is lost when the link is looked at again. Who was asked
and had nothing is asked again after a while; who did not answer is asked the next night.
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
"""Until the archive is asked again for what it did not have."""

PUBLICATION_RETRY = timedelta(days=30)
"""Until a bibliography is asked again where a paper appeared."""

ARCHIVE = "archive.org"
"""The host that a worker leases while it asks the archive."""


class ExternalSources(StoreReader, Leases):
    """The store as those see it who ask others."""

    # --- what the archive has -----------------------------------------------------------------------------------------

    def links_without_snapshot(self, kinds: Iterable[str], now: datetime, limit: int) -> list[tuple[Link, date]]:
        """Return dead links whose snapshot is not known, each with the day of the oldest note that mentions it.

        Where no note says its day it is the day on which the link was first seen. The latest looked at come first:
        those for which the archive never has an answer stop none of tonight's.

        What the archive did not have is asked for again after `SNAPSHOT_RETRY`. None when another worker asks.
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
            return [(Link(*link), day or seen.date()) for *link, seen, day in connection.execute(query)]

    def save_snapshot(self, link: Link, snapshot: str | None, now: datetime) -> None:
        """Write down what the archive has of a link; None for nothing."""
        update = sa.update(links).where(links.c.url == link.url).values(snapshot=snapshot, snapshot_asked_at=now)
        with self._write() as connection:
            connection.execute(update)

    # --- what bibliographies say --------------------------------------------------------------------------------------

    def has_papers(self) -> bool:
        """Return whether anything is known of a paper about which bibliographies can be asked."""
        query = sa.select(sa.exists().where(facts.c.kind.in_(sorted(citation_sources()))))
        with self._begin() as connection:
            return bool(connection.scalar(query))

    def papers_without_publication(self, bibliography: str, host: str, now: datetime) -> list[str]:
        """Return the keys of known papers about which a bibliography has said nothing lately, those never asked first.

        None when another worker asks its host.
        """
        said, kinds = facts.alias(), sorted(citation_sources())
        mentioned = sa.select(links.c.kind, links.c.identity).where(links.c.kind.in_(kinds), MENTIONED)
        key = facts.c.kind + key_of("", "") + facts.c.identity
        query = (
            sa.select(key)
            .outerjoin(said, sa.and_(said.c.kind == bibliography, said.c.identity == key))
            .where(
                facts.c.kind.in_(kinds),
                sa.tuple_(facts.c.kind, facts.c.identity).in_(mentioned),
                sa.or_(said.c.seen_at.is_(None), said.c.seen_at < now - PUBLICATION_RETRY),
            )
            .order_by(sa.func.coalesce(said.c.seen_at, NEVER), facts.c.kind, facts.c.identity)
        )
        with self._write() as connection:
            return list(connection.scalars(query)) if self._lease(connection, host) else []

    def save_publications(self, bibliography: str, publications: Mapping[str, Publication], now: datetime) -> None:
        """Write down what a bibliography says of papers, by their keys."""
        new = [mapping.fact_to_row(bibliography, key, publications[key], now) for key in sorted(publications)]
        with self._write() as connection:
            self._upsert(connection, facts, new)
