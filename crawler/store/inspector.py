"""Read the link database without writing, migrating or locking it, also during a crawl."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import sqlalchemy as sa

from crawler.errors import UserError
from crawler.messages import say
from crawler.models.metadata import Picture
from crawler.store.database import SLICE, NoStoreError
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import FACTS, MENTIONED
from crawler.store.schema.migrations import MIGRATIONS, version_of
from crawler.store.schema.tables import checks, facts, links, mentions, pictures, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from crawler.models.check import Check
    from crawler.models.link import LinkState
    from crawler.models.vouch import Vouch

MAX_MATCHES = 10
"""Maximum number of links that are returned for one text."""


@dataclass(frozen=True, slots=True)
class MentionLocation:
    """A mention of a link: `start` is the byte offset of its URL in the note."""

    note: str
    line: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class LinkHistory:
    """One link with its checks and vouches, oldest first, its mentions, and up to MAX_MATCHES links of its identity."""

    state: LinkState
    due_at: datetime
    checks: tuple[Check, ...]
    locations: tuple[MentionLocation, ...]
    others: tuple[str, ...] = ()
    vouches: tuple[Vouch, ...] = ()


@dataclass(frozen=True, slots=True)
class DueCount:
    """Due links of a kind: now, and within the next day; `next_at` is when the first link not yet due will be."""

    kind: str
    now: int
    within_a_day: int
    next_at: datetime | None


class StoreInspector(StoreReader):
    """The link database, opened for reading only."""

    @classmethod
    def open_to_read(cls, url: str) -> Self:
        """Open the link database at a URL; raise UserError if there is none, or one of another version."""
        try:
            place = sa.make_url(url)
            if place.get_backend_name() == "sqlite":
                path = Path(place.database or "")
                if not path.is_file():
                    raise NoStoreError(say("error.no_store", name=path))
                query = {"mode": "ro", "uri": "true"}
                if not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists():
                    query["immutable"] = "1"  # a reader would create files beside a database that no program writes
                place = place.set(database=f"file:{quote(str(path))}", query=query)
                store = cls(sa.create_engine(place), str(path))
            else:
                engine = sa.create_engine(place, execution_options={"postgresql_readonly": True})
                store = cls(engine, place.render_as_string())
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise UserError(f"DATABASE_URL: {error}") from error
        try:
            store._refuse_other_versions()
        except UserError:
            store.close()
            raise
        return store

    def _refuse_other_versions(self) -> None:
        with self._begin() as connection:
            found = version_of(connection)
        if not found:
            raise NoStoreError(say("error.database_empty", name=self._name))
        if found != len(MIGRATIONS):
            key = "error.database_older" if found < len(MIGRATIONS) else "error.database_newer"
            said = say(key, found=found, expected=len(MIGRATIONS))
            raise UserError(say("error.at", place=self._name, error=said))

    def find_damage(self, look: Callable[[sa.Connection], str | None]) -> str | None:
        """Return what a function finds that looks through the database."""
        with self._begin() as connection:
            return look(connection)

    # --- the database as a whole --------------------------------------------------------------------------------------

    def size(self) -> int:
        """Return the size of the database in bytes."""
        if not self.shared:
            files = (Path(f"{self._name}{ending}") for ending in ("", "-wal", "-shm"))
            return sum(file.stat().st_size for file in files if file.exists())
        with self._begin() as connection:
            return connection.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database()))) or 0

    def image_totals(self) -> tuple[int, int]:
        """Return the number of saved images and videos, and their total size in bytes."""
        query = sa.select(facts.c.type, facts.c.data).select_from(pictures).join(links).join(facts, FACTS)
        with self._begin() as connection:
            saved = map(mapping.metadata_from_row, connection.execute(query.where(MENTIONED)))
            sizes = {image.title: image.size for image in saved if isinstance(image, Picture)}
        return len(sizes), sum(sizes.values())

    def last_run(self) -> tuple[datetime, datetime | None] | None:
        """Return start and end of the latest run; None as end if it is active or was interrupted. None without runs."""
        query = sa.select(runs.c.started_at, runs.c.finished_at).order_by(runs.c.id.desc()).limit(1)
        with self._begin() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.started_at, row.finished_at)

    def run_process(self) -> tuple[str, datetime] | None:
        """Return which process (`machine:process`) executes the unfinished run, or was interrupted, and since when."""
        is_open = (runs.c.finished_at.is_(None), runs.c.process.is_not(None))
        query = sa.select(runs.c.process, runs.c.locked_at).where(*is_open)
        with self._begin() as connection:
            row = connection.execute(query.order_by(runs.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else (row.process, row.locked_at)

    def due_counts(self, now: datetime, tomorrow: datetime) -> list[DueCount]:
        """Return the number of links due at `now`, and between `now` and `tomorrow`, for each kind."""
        later = sa.and_(links.c.due_at > now, links.c.due_at <= tomorrow)
        query = (
            sa.select(
                links.c.kind,
                sa.func.sum(sa.case((links.c.due_at <= now, 1), else_=0)),
                sa.func.sum(sa.case((later, 1), else_=0)),
                sa.func.min(sa.case((links.c.due_at > now, links.c.due_at))),
            )
            .where(MENTIONED)
            .group_by(links.c.kind)
            .order_by(links.c.kind)
        )
        with self._begin() as connection:
            return [DueCount(kind, int(n), int(soon), next_at) for kind, n, soon, next_at in connection.execute(query)]

    # --- one link -----------------------------------------------------------------------------------------------------

    def find_links(self, url: str) -> list[str]:
        """Return the link with a URL; otherwise up to MAX_MATCHES links with it as identity or final URL."""
        conditions = (
            links.c.url == url,
            links.c.identity == url,
            links.c.identity == url.casefold(),
            sa.or_(links.c.moved_to == url, links.c.final_url == url),
        )
        with self._begin() as connection:
            for condition in conditions:
                query = sa.select(links.c.url).where(condition).order_by(links.c.url).limit(MAX_MATCHES)
                if found := list(connection.scalars(query)):
                    return found
        return []

    def find_files(self, path: str) -> list[str]:
        """Return up to MAX_MATCHES links to files whose paths end with a path."""
        alike = sa.and_(links.c.host == "", links.c.url.endswith(f"/{path}", autoescape=True))
        with self._begin() as connection:
            return list(
                connection.scalars(sa.select(links.c.url).where(alike).order_by(links.c.url).limit(MAX_MATCHES))
            )

    def urls(self) -> Iterator[str]:
        """Yield the URL of every link."""
        with self._begin() as connection:
            yield from connection.scalars(sa.select(links.c.url).execution_options(yield_per=SLICE))

    def history(self, url: str) -> LinkHistory:
        """Return the history of the link with a URL, which must be in the database."""
        state = self.link_states_of([url])[url]
        link_id = sa.select(links.c.id).where(links.c.url == url).scalar_subquery()
        mentioned = sa.select(mentions).where(mentions.c.link_id == link_id).order_by(mentions.c.note, mentions.c.start)
        alike = sa.select(links.c.url).where(
            links.c.kind == state.link.kind, links.c.identity == state.link.identity, links.c.url != url
        )
        with self._begin() as connection:
            due_at = connection.execute(sa.select(links.c.due_at).where(links.c.url == url)).scalar_one()
            rows = connection.execute(sa.select(checks).where(checks.c.link_id == link_id).order_by(checks.c.id))
            history = [mapping.check_from_row(row) for row in rows]
            locations = tuple(
                MentionLocation(row.note, row.line, row.start, row.text) for row in connection.execute(mentioned)
            )
            others = tuple(connection.scalars(alike.order_by(links.c.url).limit(MAX_MATCHES)))
        if state.check is not None and state.check not in history:  # a skipped check is not in `checks`
            history.append(state.check)
        return LinkHistory(state, due_at, tuple(history), locations, others, self.vouches_of(url))
