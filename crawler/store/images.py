"""What the store knows of pictures: which are kept and where from, what is a placeholder, where else one may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.kinds.registry import keeping_bodies
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Picture, type_name
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import ImageSource
from crawler.store.external_sources import SNAPSHOT_RETRY
from crawler.store.reader import FACTS, MENTIONED, SLICE, StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.tables import checks, facts, links, mentions, pictures, placeholders
from crawler.store.workers.leases import Leases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from crawler.models.link import Link
    from crawler.models.result import CheckResult


class ImageRecords(StoreReader, Leases):
    """The store as those see it who fetch and keep pictures."""

    def is_placeholder(self, title: str) -> bool:
        """Tell whether that was learned to be no picture."""
        with self._begin() as connection:
            query = sa.select(placeholders.c.title).where(placeholders.c.title == title)
            return connection.scalar(query) is not None

    def links_with_image(self, title: str) -> list[str]:
        """Return the URLs for which that picture is kept."""
        with self._begin() as connection:
            return list(connection.scalars(sa.select(links.c.url).join(pictures).where(pictures.c.title == title)))

    def learn_placeholder(self, title: str, now: datetime) -> None:
        """Remember what is no picture; what was kept as one is forgotten and looked at again before this run ends."""
        with self._write() as connection:
            insert = self._insert(placeholders).values(title=title, learned_at=now)
            connection.execute(insert.on_conflict_do_nothing())
            self._forget_placeholder(connection, title)

    @staticmethod
    def _forget_placeholder(connection: sa.Connection, title: str) -> None:
        ids = list(connection.scalars(sa.select(pictures.c.link_id).where(pictures.c.title == title)))
        for i in range(0, len(ids), SLICE):
            some = ids[i : i + SLICE]
            known = sa.select(links.c.kind, links.c.identity).where(links.c.id.in_(some))
            connection.execute(sa.delete(facts).where(sa.tuple_(facts.c.kind, facts.c.identity).in_(known)))
            connection.execute(sa.delete(pictures).where(pictures.c.link_id.in_(some)))
            seen = {"outcome": Outcome.BLOCKED, "reason": Reason(ReasonCode.PLACEHOLDER)}
            well = checks.c.outcome.in_([Outcome.OK, Outcome.MOVED])
            connection.execute(sa.update(checks).where(checks.c.link_id.in_(some), well).values(seen))
            unknown = {"verdict": Verdict.UNKNOWN, "last_alive": None, "due_at": links.c.first_seen, "again": True}
            connection.execute(sa.update(links).where(links.c.id.in_(some)).values(seen | unknown))

    def _save_images(self, connection: sa.Connection, ids: Mapping[str, int], results: Iterable[CheckResult]) -> None:
        """Write down where kept pictures came from."""
        kept = {
            ids[result.link.url]: {
                "link_id": ids[result.link.url],
                "title": result.metadata.title,
                "address": result.origin.address,
                "etag": result.origin.etag,
                "last_modified": result.origin.last_modified,
            }
            for result in results
            if isinstance(result.metadata, Picture) and result.origin is not None
        }
        if not kept:
            return
        self._upsert(connection, pictures, [row for _, row in sorted(kept.items())])
        titles = sorted({str(row["title"]) for row in kept.values()})
        late = sa.select(placeholders.c.title).where(placeholders.c.title.in_(titles))
        for title in connection.scalars(late).all():  # learned while this was on its way
            self._forget_placeholder(connection, title)

    @staticmethod
    def _sources(connection: sa.Connection, ids: Sequence[int]) -> dict[int, ImageSource]:
        """Return where the pictures came from that are kept for these links."""
        query = sa.select(pictures).where(pictures.c.link_id.in_(ids))
        return {
            row.link_id: ImageSource(row.address, row.etag, row.last_modified, row.title)
            for row in connection.execute(query)
        }

    def images_of_articles(self, link: Link) -> list[str]:
        """Return the addresses of the pictures in the articles that notes mention together with a link."""
        beside = mentions.alias()
        query = (
            sa.select(facts.c.type, facts.c.data)
            .distinct()
            .join(links, FACTS)
            .join(beside, beside.c.link_id == links.c.id)
            .join(mentions, mentions.c.note == beside.c.note)
            .where(facts.c.type == type_name(Article), mentions.c.link_id.in_(_id_of(link)))
        )
        with self._begin() as connection:
            known = [mapping.metadata_from_row(row) for row in connection.execute(query)]
        return [address for each in known if isinstance(each, Article) for address in each.pictures]

    def article_dates(self, link: Link) -> date | None:
        """Return the day of the oldest note that mentions a link."""
        query = sa.select(sa.func.min(mentions.c.day)).where(mentions.c.link_id.in_(_id_of(link)))
        with self._begin() as connection:
            day: date | None = connection.scalar(query)
            return day

    def known_snapshot(self, link: Link, now: datetime) -> tuple[str | None, bool]:
        """Return the snapshot that is known of a link, and whether the archive may be asked for one."""
        query = sa.select(links.c.snapshot, links.c.snapshot_asked_at).where(links.c.url == link.url)
        with self._begin() as connection:
            snapshot, asked_at = connection.execute(query).one()
        return snapshot, snapshot is None and (asked_at is None or asked_at < now - SNAPSHOT_RETRY)

    # --- for those who look after what is kept ------------------------------------------------------------------------

    def stored_titles(self) -> dict[str, list[str]]:
        """Return the pictures that notes use, each with the URLs for which it is kept."""
        query = sa.select(links.c.url, facts.c.type, facts.c.data).join(facts, FACTS)
        query = query.where(facts.c.type == type_name(Picture), MENTIONED).order_by(links.c.url)
        found: dict[str, list[str]] = {}
        with self._begin() as connection:
            for row in connection.execute(query.execution_options(yield_per=SLICE)):
                if (picture := mapping.metadata_from_row(row)) is not None:
                    found.setdefault(picture.title, []).append(row.url)
        return found

    def images_never_fetched(self) -> int:
        """Return of how many pictures in notes it is not known yet whether they are kept."""
        query = sa.select(sa.func.count()).where(
            links.c.kind.in_(keeping_bodies()), links.c.checked_at.is_(None), MENTIONED
        )
        with self._begin() as connection:
            return connection.scalar(query) or 0

    def mark_for_fetch(self, urls: Iterable[str], now: datetime) -> None:
        """Let the next run fetch pictures anew, as if nothing were kept of them."""
        wanted = sorted(urls)
        with self._write() as connection:
            for i in range(0, len(wanted), SLICE):
                some = links.c.url.in_(wanted[i : i + SLICE])
                connection.execute(sa.delete(pictures).where(pictures.c.link_id.in_(sa.select(links.c.id).where(some))))
                connection.execute(sa.update(links).where(some).values(due_at=now))


def _id_of(link: Link) -> sa.Select[Any]:
    return sa.select(links.c.id).where(links.c.url == link.url)
