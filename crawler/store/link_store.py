"""The link database: links, checks, metadata, and the queue of due links.

A link is due if `due_at` has passed and a note mentions it or shows its image. A worker leases a host, takes its due
links in batches and saves their results. The queue exists only in the database, so a killed run can be resumed. Workers
share a run by host: on SQLite those that one process started, on PostgreSQL any number on any machines.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from filelock import FileLock, Timeout

from crawler.errors import UserError
from crawler.kinds.registry import all_kinds, keeping_bodies
from crawler.models.check import Outcome
from crawler.models.link import Link
from crawler.models.result import DueLink
from crawler.store.external_sources import ExternalSources
from crawler.store.image_places import ImagePlaceRecords
from crawler.store.images import ImageRecords
from crawler.store.page_versions import PageVersions
from crawler.store.registered_notes import RegisteredNotes
from crawler.store.renderings import Renderings
from crawler.store.schema import mapping
from crawler.store.schema.due_links import IS_DUE, SAVE_RESULT, WANTED
from crawler.store.schema.tables import (
    NEVER,
    checks,
    facts,
    leases,
    links,
    star_counts,
    validators,
    workers,
)
from crawler.store.statistics import Statistics
from crawler.store.vouches import VouchRecords
from crawler.store.workers.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crawler.models.check import Check
    from crawler.models.result import CheckResult, Validators


@dataclass(frozen=True, slots=True)
class HostBacklog:
    """The number of due links of a host and kind; `since` is the last check of the one that waits longest."""

    since: datetime
    kind: str
    host: str
    links: int = 1

    @property
    def lease_key(self) -> str:
        """What a worker leases to check these links: their host, or their kind if they have no host."""
        return self.host or self.kind


Cursor = tuple[datetime, int]
"""A position in a backlog: `waiting_since` and id of a link."""

FIRST: Cursor = (NEVER, 0)
"""The position before the first link of a backlog."""


_DELETE_VALIDATORS = sa.delete(validators).where(validators.c.link_id.in_(sa.bindparam("link_ids", expanding=True)))


class LinkStore(
    RegisteredNotes,
    ExternalSources,
    ImageRecords,
    ImagePlaceRecords,
    PageVersions,
    Renderings,
    Runs,
    Statistics,
    VouchRecords,
):
    """The link database of a run; opened with `LinkStore.open`."""

    @contextmanager
    def exclusive_lock(self) -> Iterator[int | None]:
        """Lock an SQLite database for this worker and the processes it starts; drop leases of killed workers.

        Yields the descriptor of the lock file: the lock lasts until the last process that has it open ends. On
        PostgreSQL it yields None and does nothing. Raises UserError if another crawl has the lock.
        """
        if self.shared:
            yield None
            return
        lock = FileLock(f"{self._name}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UserError(f"{self._name}: another crawl is running on it") from None
        try:
            with self._write() as connection:
                connection.execute(sa.delete(leases))
                connection.execute(sa.delete(workers))
            yield lock._context.lock_file_fd  # noqa: SLF001 - there is no public attribute
        finally:
            lock.release()

    # --- due links ----------------------------------------------------------------------------------------------------

    def backlogs(self, kinds: Iterable[str], now: datetime, *, again: bool = False) -> list[HostBacklog]:
        """Return the due links by kind and host, the host whose link waits longest first; `again`: only retries."""
        query = (
            sa.select(sa.func.min(links.c.waiting_since), links.c.kind, links.c.host, sa.func.count())
            .where(links.c.kind.in_(list(kinds)), links.c.again == again, links.c.due_at <= now, WANTED)
            .group_by(links.c.kind, links.c.host)
            .order_by(sa.func.min(links.c.waiting_since), sa.func.min(links.c.first_seen), links.c.kind, links.c.host)
        )
        with self._begin() as connection:
            return [HostBacklog(*row) for row in connection.execute(query)]

    def remaining(self, kinds: Iterable[str], now: datetime) -> int:
        """Return the number of due links of some kinds."""
        query = sa.select(sa.func.count()).where(links.c.kind.in_(list(kinds)), links.c.due_at <= now, WANTED)
        with self._begin() as connection:
            return connection.scalar(query) or 0

    def next_due(
        self, backlog: HostBacklog, now: datetime, limit: int, *, after: Cursor = FIRST, again: bool = False
    ) -> tuple[list[DueLink], Cursor]:
        """Return up to `limit` due links of a backlog after a position, longest waiting first, and the new position."""
        parameters = {
            "its_kind": backlog.kind,
            "its_host": backlog.host,
            "its_again": again,
            "now": now,
            "since": after[0],
            "behind": after[1],
            "most": limit,
        }
        with self._begin() as connection:
            found = connection.execute(IS_DUE, parameters).all()
            checked = [row.id for row in found if row.checked_at is not None]
            history = self._history(connection, checked)
            keeps_body = backlog.kind in keeping_bodies()
            origins = self._sources(connection, checked) if keeps_body else {}
            versions = {} if keeps_body else self._validators(connection, checked)
            kind = all_kinds()[backlog.kind]
            notes = self._notes(connection, [row.id for row in found] if kind.in_notes_folder else [])
            past = self._versions(connection, checked if kind.checks_soft_404 else [])
        due = [
            DueLink(
                Link(row.url, row.kind, row.identity, row.host),
                history=tuple(history.get(row.id, ())),
                texts=tuple(sorted(set((row.texts or "").split("\n")))),
                notes=tuple(notes.get(row.id, ())),
                known=mapping.metadata_from_row(row),
                origin=origins.get(row.id),
                validators=versions.get(row.id),
                past=tuple(past[row.id]),
                other_url=row.other_url or "",
                fragments=tuple(sorted(set(filter(None, (row.fragments or "").split("\n"))))),
                anchors=mapping.anchors_from_row(row),
            )
            for row in found
        ]
        return due, (found[-1].waiting_since, found[-1].id) if found else after

    def mark_for_retry(self, link: Link) -> None:
        """Mark a link to be checked again at the end of the run."""
        with self._write() as connection:
            if self._extend(connection, [link.lease_key]):
                connection.execute(sa.update(links).where(links.c.url == link.url).values(again=True))

    @staticmethod
    def _history(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[Check]]:
        """Return by link the checks since its last successful one, that one first; verdicts depend on no older ones."""
        history: dict[int, list[Check]] = defaultdict(list)
        if not ids:
            return history
        query = (
            sa.select(checks)
            .join(links)
            .where(
                checks.c.link_id.in_(ids),
                sa.or_(links.c.last_alive.is_(None), checks.c.checked_at >= links.c.last_alive),
            )
            .order_by(checks.c.id)
        )
        for row in connection.execute(query):
            history[row.link_id].append(mapping.check_from_row(row))
        return history

    # --- results ------------------------------------------------------------------------------------------------------

    def save(self, results: Sequence[CheckResult]) -> None:
        """Save results with verdicts in one transaction; skipped checks are not added to the history.

        Results are dropped if another worker has leased their host, or if the run has already saved one for the link.
        The latter happens if the server's answer to a commit was lost, or if a worker that was considered dead was not.
        """
        with self._write() as connection:
            ours = self._extend(connection, {result.link.lease_key for result in results})
            due_by = None if self.run is None else self.run.due_by
            urls = (result.link.url for result in results if result.link.lease_key in ours)
            ids = self._ids(connection, urls, due_by)
            results = sorted(  # workers that lock rows in one order never deadlock
                (result for result in results if result.link.url in ids), key=lambda result: result.link.url
            )
            if not results:
                return
            checked = [result for result in results if result.check.outcome is not Outcome.SKIPPED]
            if checked:
                rows = [{"link_id": ids[result.link.url], **mapping.check_to_row(result.check)} for result in checked]
                connection.execute(sa.insert(checks), rows)
            connection.execute(SAVE_RESULT, [mapping.result_to_row(ids[result.link.url], result) for result in results])
            known = sorted({(r.link.kind, r.link.identity): r for r in results if r.metadata is not None}.items())
            self._upsert(connection, facts, [mapping.metadata_to_row(result) for _, result in known])
            stars = (mapping.stars_to_row(result) for _, result in known)
            self._upsert(connection, star_counts, [row for row in stars if row is not None])
            self._save_images(connection, ids, results)
            self._save_newer_images(connection, ids, results)
            self._save_validators(connection, ids, results)
            self._update_vouches(connection, [(ids[each.link.url], each.vouches) for each in results])
            self._save_versions(connection, ids, results)

    @staticmethod
    def _validators(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Validators]:
        """Return the validators of pages, by id of the link."""
        if not ids:
            return {}
        query = sa.select(validators).where(validators.c.link_id.in_(ids))
        return {row.link_id: mapping.validators_from_row(row) for row in connection.execute(query)}

    def _save_validators(
        self, connection: sa.Connection, ids: Mapping[str, int], results: Iterable[CheckResult]
    ) -> None:
        """Save the validators of pages; delete those of pages that are ok and have none any more."""
        ok = [result for result in results if result.check.is_ok]
        found = {ids[each.link.url]: each.validators for each in ok if each.validators is not None}
        self._upsert(connection, validators, [mapping.validators_to_row(id_, found[id_]) for id_ in sorted(found)])
        without = sorted({ids[each.link.url] for each in ok}.difference(found))
        if without:
            connection.execute(_DELETE_VALIDATORS, {"link_ids": without})
