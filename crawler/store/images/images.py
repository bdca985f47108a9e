"""Store which images are saved, from which URL, and which files are placeholders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.images.looks import Look
from crawler.images.saved_urls import saved_name
from crawler.kinds.registry import keeping_bodies, kind_of
from crawler.models.check import CLOCK_TOLERANCE, Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Picture, type_name
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import ImageSource
from crawler.store.database import SLICE, Writer, slices
from crawler.store.external_sources import SNAPSHOT_RETRY
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import FACTS, MENTIONED
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import (
    NEVER,
    checks,
    facts,
    links,
    mentions,
    pictures,
    placeholders,
    uploads,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from crawler.models.link import Link
    from crawler.models.result import CheckResult

# Statements are built once: building one takes as long as executing it.
_SOURCES_OF = sa.select(pictures).where(one_of(pictures.c.link_id, "link_ids"))
_SAVE_NEWER_IMAGE = sa.update(links).where(links.c.id == sa.bindparam("row")).values(newer_image=sa.bindparam("title"))
_FORGET_NEWER_IMAGES = (
    sa.update(links).where(one_of(links.c.id, "link_ids"), links.c.newer_image.is_not(None)).values(newer_image=None)
)
_LATE_PLACEHOLDERS = sa.select(placeholders.c.title).where(one_of(placeholders.c.title, "titles"))
_LINKS_WITH_IMAGE = sa.select(links.c.url).join(pictures).where(pictures.c.title == sa.bindparam("saved"))


@dataclass(frozen=True, slots=True)
class SavedImage:
    """A file of the image store: its size in bytes, its hash, and the URLs for which it was saved, sorted."""

    size: int
    sha256: str
    urls: list[str] = field(default_factory=list)


class ImageRecords(StoreReader, Writer):
    """Queries and updates for fetching and saving images."""

    def known_placeholders(self) -> dict[str, Look | None]:
        """Return what the known placeholders look like, by their file names in the image store; None if unknown."""
        with self._begin() as connection:
            rows = connection.execute(sa.select(placeholders.c.title, placeholders.c.look))
            return {row.title: None if row.look is None else Look.from_bytes(row.look) for row in rows}

    def has_saved_images(self) -> bool:
        """Return whether an image is saved for any link."""
        with self._begin() as connection:
            return connection.scalar(sa.select(sa.exists().select_from(pictures))) or False

    def links_with_image(self, title: str) -> list[str]:
        """Return the URLs of the links for which a file of the image store was saved."""
        with self._begin() as connection:
            return list(connection.scalars(_LINKS_WITH_IMAGE, {"saved": title}))

    def learn_placeholder(self, title: str, now: datetime, look: Look | None = None) -> None:
        """Save that a file is a placeholder; links for which it was saved lose it and are checked again in this run."""
        with self._write() as connection:
            stored = None if look is None else look.to_bytes()
            insert = self._insert(placeholders).values(title=title, learned_at=now, look=stored)
            connection.execute(insert.on_conflict_do_nothing())
            self._forget_placeholder(connection, title)

    @staticmethod
    def _forget_placeholder(connection: sa.Connection, title: str) -> None:
        ids = list(connection.scalars(sa.select(pictures.c.link_id).where(pictures.c.title == title)))
        for some in slices(ids):
            known = sa.select(links.c.kind, links.c.identity).where(links.c.id.in_(some))
            connection.execute(sa.delete(facts).where(sa.tuple_(facts.c.kind, facts.c.identity).in_(known)))
            connection.execute(sa.delete(pictures).where(pictures.c.link_id.in_(some)))
            blocked = {"outcome": Outcome.BLOCKED, "reason": Reason(ReasonCode.PLACEHOLDER)}
            was_ok = checks.c.outcome.in_([Outcome.OK, Outcome.MOVED])
            connection.execute(sa.update(checks).where(checks.c.link_id.in_(some), was_ok).values(blocked))
            unknown = {"verdict": Verdict.UNKNOWN, "last_alive": None, "due_at": NEVER, "again": True}
            unknown["run_id"] = None
            connection.execute(sa.update(links).where(links.c.id.in_(some)).values(blocked | unknown))

    def _save_images(self, connection: sa.Connection, ids: Mapping[str, int], results: Iterable[CheckResult]) -> None:
        """Save the URL and version from which each image was saved."""
        saved = {
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
        if not saved:
            return
        self._upsert(connection, pictures, [row for _, row in sorted(saved.items())])
        titles = sorted({str(row["title"]) for row in saved.values()})
        late = connection.scalars(_LATE_PLACEHOLDERS, {"titles": titles})
        for title in late.all():  # learned after these results were checked
            self._forget_placeholder(connection, title)

    @staticmethod
    def _save_newer_images(connection: sa.Connection, ids: Mapping[str, int], results: Iterable[CheckResult]) -> None:
        """Save which images came in place of saved ones; forget those of links whose image is the saved one again."""
        newer = {
            ids[each.link.url]: each.newer_image
            for each in results
            if kind_of(each.link).keeps_body and (each.newer_image is not None or each.check.is_ok)
        }
        rows = [{"row": row, "title": title} for row, title in sorted(newer.items()) if title is not None]
        if rows:
            connection.execute(_SAVE_NEWER_IMAGE, rows)
        if same := sorted(row for row, title in newer.items() if title is None):
            connection.execute(_FORGET_NEWER_IMAGES, {"link_ids": same})

    @staticmethod
    def _sources(connection: sa.Connection, ids: Sequence[int]) -> dict[int, ImageSource]:
        """Return the sources of the saved images of links, by id of the link."""
        if not ids:
            return {}
        return {
            row.link_id: ImageSource(row.address, row.etag, row.last_modified, row.title)
            for row in connection.execute(_SOURCES_OF, {"link_ids": ids})
        }

    def images_of_articles(self, link: Link) -> list[str]:
        """Return the image URLs of the articles that are mentioned in the same notes as a link."""
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
            articles = [mapping.metadata_from_row(row) for row in connection.execute(query)]
        return [url for each in articles if isinstance(each, Article) for url in each.pictures]

    def oldest_note_date(self, link: Link) -> date | None:
        """Return the date of the oldest note that mentions a link; None if no such note has a date."""
        query = sa.select(sa.func.min(mentions.c.day)).where(mentions.c.link_id.in_(_id_of(link)))
        with self._begin() as connection:
            day: date | None = connection.scalar(query)
            return day

    def known_snapshot(self, link: Link, now: datetime) -> tuple[str | None, bool]:
        """Return a link's snapshot, None if none is known, and whether the Wayback Machine may be asked for one."""
        query = sa.select(links.c.snapshot, links.c.snapshot_asked_at).where(links.c.url == link.url)
        with self._begin() as connection:
            snapshot, asked_at = connection.execute(query).one()
        is_recent = asked_at is not None and now - SNAPSHOT_RETRY <= asked_at <= now + CLOCK_TOLERANCE
        return snapshot, snapshot is None and not is_recent

    # --- uploaded images: `crawler.images.uploads.UploadRecords` ------------------------------------------------------

    def uploaded_names(self) -> dict[str, str]:
        """Return the names of the images that were ever uploaded, by the URL that each got."""
        with self._begin() as connection:
            return {row.url: row.name for row in connection.execute(sa.select(uploads.c.url, uploads.c.name))}

    def uploaded_urls(self) -> dict[str, str]:
        """Return the newest URL of each uploaded image by its name, without URLs that are dead since their upload."""
        is_dead = sa.and_(links.c.verdict == Verdict.DEAD, links.c.checked_at > uploads.c.uploaded_at)
        dead = sa.exists().where(links.c.url == uploads.c.url, is_dead)
        query = sa.select(uploads.c.name, uploads.c.url).where(~dead).order_by(uploads.c.uploaded_at, uploads.c.url)
        with self._begin() as connection:
            return {row.name: row.url for row in connection.execute(query)}

    def save_upload(self, url: str, name: str, now: datetime) -> None:
        """Remember the URL that an uploaded image got."""
        with self._write() as connection:
            self._upsert(connection, uploads, [{"url": url, "name": name, "uploaded_at": now}])

    # --- maintenance of the image store -------------------------------------------------------------------------------

    def saved_images(self) -> dict[str, SavedImage]:
        """Return the files of the image store that notes use, by name."""
        return self._images(MENTIONED)

    def _images(self, condition: sa.ColumnElement[bool]) -> dict[str, SavedImage]:
        query = sa.select(links.c.url, facts.c.type, facts.c.data).join(facts, FACTS)
        query = query.where(facts.c.type == type_name(Picture), condition).order_by(links.c.url)
        found: dict[str, SavedImage] = {}
        with self._begin() as connection:
            for row in connection.execute(query.execution_options(yield_per=SLICE)):
                if isinstance(image := mapping.metadata_from_row(row), Picture):
                    found.setdefault(image.title, SavedImage(image.size, image.sha256)).urls.append(row.url)
        return found

    def images_ever_saved(self) -> dict[str, SavedImage]:
        """Return all files that were saved in the image store, by name, also those of URLs that no note mentions."""
        return self._images(sa.true())

    def newer_images(self) -> dict[str, str]:
        """Return the files of the image store that came in place of saved images, by the URL of these."""
        query = sa.select(links.c.url, links.c.newer_image).where(links.c.newer_image.is_not(None))
        with self._begin() as connection:
            return {row.url: row.newer_image for row in connection.execute(query)}

    def count_unchecked_images(self) -> int:
        """Return how many images and videos in the notes were never checked; saved ones need no check."""
        unchecked = links.c.checked_at.is_(None)
        query = sa.select(links.c.url).where(links.c.kind.in_(keeping_bodies()), unchecked, MENTIONED)
        with self._begin() as connection:
            return sum(saved_name(url) is None for url in connection.scalars(query))

    def mark_for_fetch(self, urls: Iterable[str], now: datetime) -> None:
        """Make images due, mentioned or not, with their source forgotten: the next run fetches them in full, once."""
        sorted_urls = sorted(urls)
        with self._write() as connection:
            for batch in slices(sorted_urls):
                some = links.c.url.in_(batch)
                connection.execute(sa.delete(pictures).where(pictures.c.link_id.in_(sa.select(links.c.id).where(some))))
                connection.execute(sa.update(links).where(some).values(due_at=now, wanted=True))

    def has_link_with(self, text: str) -> bool:
        """Return whether a note mentions a URL with a host that contains a text."""
        query = sa.select(sa.exists().where(links.c.url.contains(text, autoescape=True), links.c.host != "", MENTIONED))
        with self._begin() as connection:
            return bool(connection.scalar(query))


def _id_of(link: Link) -> sa.Select[Any]:
    return sa.select(links.c.id).where(links.c.url == link.url)
