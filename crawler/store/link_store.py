"""The link database: links, checks, metadata, and the queue of due links.

A link is due if `due_at` has passed, a note mentions it or shows its image, and the run has not saved a result for it.
Due links are read in batches by host, and their results saved. The queue exists only in the database, so a killed run
can be resumed, and a shard of a run can be executed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.kinds.registry import all_kinds, keeping_bodies, kind_of
from crawler.models.check import Outcome
from crawler.models.link import Link
from crawler.models.result import DueLink
from crawler.store.database import slices
from crawler.store.external_sources import ExternalSources
from crawler.store.images.image_places import ImagePlaceRecords
from crawler.store.images.images import ImageRecords
from crawler.store.notes.registered_notes import RegisteredNotes
from crawler.store.notes.renderings import Renderings
from crawler.store.page_versions import PageVersions
from crawler.store.runs.runs import Runs
from crawler.store.schema import mapping
from crawler.store.schema.due_links import IS_DUE, NOT_SEEN, SAVE_RESULT, SAVE_RESULTS, WANTED
from crawler.store.schema.json_rows import ROWS, encoded_rows
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import (
    NEVER,
    checks,
    facts,
    links,
    star_counts,
    validators,
)
from crawler.store.statistics import Statistics
from crawler.store.vouches import VouchRecords

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from crawler.models.result import CheckResult, Validators


@dataclass(frozen=True, slots=True)
class HostBacklog:
    """The number of due links of a host and kind; `since` is the last check of the one that waits longest."""

    since: datetime
    kind: str
    host: str
    links: int = 1

    @property
    def host_key(self) -> str:
        """Their host, or their kind if they have no host."""
        return self.host or self.kind


Cursor = tuple[datetime, int]
"""A position in a backlog: `waiting_since` and id of a link."""

FIRST: Cursor = (NEVER, 0)
"""The position before the first link of a backlog."""


# Statements are built once: building one takes as long as executing it.
_VALIDATORS_OF = sa.select(validators).where(one_of(validators.c.link_id, "link_ids"))
_DELETE_VALIDATORS = sa.delete(validators).where(one_of(validators.c.link_id, "link_ids"))


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

    # --- due links ----------------------------------------------------------------------------------------------------

    def backlogs(
        self, kinds: Iterable[str], now: datetime, *, again: bool = False, hosts: Collection[str] | None = None
    ) -> list[HostBacklog]:
        """Return the due links by kind and host, the host whose link waits longest first; `again`: only retries.

        With `hosts` only those of some hosts.
        """
        columns = (sa.func.min(links.c.waiting_since), links.c.kind, links.c.host, sa.func.count())
        first_seen = sa.func.min(links.c.first_seen)
        is_due = (links.c.kind.in_(list(kinds)), links.c.again == again, links.c.due_at <= now, NOT_SEEN, WANTED)
        query = sa.select(*columns, first_seen).where(*is_due).group_by(links.c.kind, links.c.host)
        some = [sa.true()] if hosts is None else [links.c.host.in_(each) for each in slices(sorted(hosts))]
        with self._begin() as connection:
            rows = [row for each in some for row in connection.execute(query.where(each), {"run": self.run_number})]
        rows.sort(key=lambda row: (row[0], row[4], row.kind, row.host))
        return [HostBacklog(*row[:4]) for row in rows]

    def remaining(self, kinds: Iterable[str], now: datetime) -> int:
        """Return the number of due links of some kinds."""
        is_due = (links.c.kind.in_(list(kinds)), links.c.due_at <= now, NOT_SEEN, WANTED)
        with self._begin() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(*is_due), {"run": self.run_number}) or 0

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
            "run": self.run_number,
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
            self._guard(connection, [link.host_key])
            connection.execute(sa.update(links).where(links.c.url == link.url).values(again=True))

    def defer(self, link: Link, host: str) -> None:
        """Leave a link to a shard that has its own host and another one, to which its check has led."""
        with self._write() as connection:
            self._guard(connection, [link.host_key])
            known = connection.scalar(sa.select(links.c.leads_to).where(links.c.url == link.url)) or ""
            leads_to = " ".join(sorted({*known.split(), host}))
            connection.execute(sa.update(links).where(links.c.url == link.url).values(leads_to=leads_to))

    def deferred(self, kinds: Iterable[str], now: datetime, *, again: bool = False) -> set[frozenset[str]]:
        """Return the sets of hosts, one of which has a due link whose check needs the others as well."""
        is_due = (links.c.kind.in_(list(kinds)), links.c.again == again, links.c.due_at <= now, NOT_SEEN)
        query = sa.select(links.c.host, links.c.leads_to).where(*is_due, links.c.leads_to.is_not(None)).distinct()
        with self._begin() as connection:
            return {
                frozenset([host, *leads_to.split()])
                for host, leads_to in connection.execute(query, {"run": self.run_number})
            }

    # --- results ------------------------------------------------------------------------------------------------------

    def save(self, results: Sequence[CheckResult]) -> None:
        """Save results with verdicts in one transaction; skipped checks are not added to the history.

        A second check of a link in a run replaces the first.
        Results are dropped if the run has already saved one for the link: the server's answer to a commit was lost, or
        a shard was executed twice. Raises TakenOverError if another process has taken over the run or the host.
        """
        with self._write() as connection:
            self._guard(connection, {result.link.host_key for result in results})
            ids = self._ids(connection, (result.link.url for result in results), self.run_number)
            results = sorted(  # processes that lock rows in one order never deadlock
                (result for result in results if result.link.url in ids), key=lambda result: result.link.url
            )
            if not results:
                return
            checked = [result for result in results if result.check.outcome is not Outcome.SKIPPED]
            if checked:
                run = {"run_id": self.run_number or None}
                rows = [{"link_id": ids[each.link.url], **run, **mapping.check_to_row(each.check)} for each in checked]
                self._upsert(connection, checks, rows, ("run_id", "link_id"))
            run = {"run": self.run_number or None}
            saved = [{**run, **mapping.result_to_row(ids[each.link.url], each)} for each in results]
            if self.shared and len(ids) == len(saved):  # one statement does not update a row twice
                connection.execute(SAVE_RESULTS, {ROWS: encoded_rows(saved)})
            else:
                connection.execute(SAVE_RESULT, saved)
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
        rows = connection.execute(_VALIDATORS_OF, {"link_ids": ids})
        return {row.link_id: mapping.validators_from_row(row) for row in rows}

    def _save_validators(
        self, connection: sa.Connection, ids: Mapping[str, int], results: Iterable[CheckResult]
    ) -> None:
        """Save the validators of pages; delete those of pages that are ok and have none any more."""
        ok = [each for each in results if each.check.is_ok and not kind_of(each.link).keeps_body]
        found = {ids[each.link.url]: each.validators for each in ok if each.validators is not None}
        self._upsert(connection, validators, [mapping.validators_to_row(id_, found[id_]) for id_ in sorted(found)])
        without = sorted({ids[each.link.url] for each in ok}.difference(found))
        if without:
            connection.execute(_DELETE_VALIDATORS, {"link_ids": without})
