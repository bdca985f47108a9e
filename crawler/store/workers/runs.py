"""Runs: workers join a run; one of them is the leader, which reads the notes and publishes.

A worker is considered dead when it has sent no heartbeat for the length of a lease. If the leader is dead, the first
worker that notices becomes the leader.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.errors import UserError
from crawler.store.reader import CHANGED
from crawler.store.schema.tables import leases, links, runs, workers
from crawler.store.workers.leases import Leases, is_dead

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run, as read by one of its workers.

    `leader` is the name of a worker, `is_leader` whether it is this one; `workers` is the number of all workers.
    The run checks the links that were due at `due_by`; None until the notes are registered.
    """

    number: int
    leader: str
    is_leader: bool
    workers: int
    due_by: datetime | None = None
    finished: bool = False


class Runs(Leases):
    """Starts, joins and finishes runs."""

    run: RunRecord | None = None
    """The run of this worker, as of its last heartbeat."""

    def start_run(self, now: datetime) -> RunRecord:
        """Begin a run, or join the active one.

        A killed run is resumed: changes are counted since the last finished run, and marks for retry and closed hosts
        are reset.
        """
        with self._write() as connection:
            self._exclusive(connection)
            others = self._register_worker(connection)
            active = sa.select(runs).where(runs.c.finished_at.is_(None)).order_by(runs.c.id).limit(1)
            row = connection.execute(active).one_or_none()
            leader, number = (None, None) if row is None else (row.leader, row.id)
            if number is None:
                connection.execute(
                    sa.update(links)
                    .where(CHANGED)
                    .values(previous_verdict=links.c.verdict, previous_outcome=links.c.outcome)
                )
                number = connection.scalar(sa.insert(runs).values(started_at=now).returning(runs.c.id))
            if not others:
                connection.execute(sa.update(links).where(links.c.again).values(again=False))
                connection.execute(sa.update(leases).where(leases.c.closed).values(closed=False))
                connection.execute(sa.update(runs).where(runs.c.id == number).values(due_by=None))
            if leader not in others:
                connection.execute(sa.update(runs).where(runs.c.id == number).values(leader=self.worker))
            self.run = self._read_run(connection, number, len(others))
            return self.run

    def join_run(self, number: int) -> RunRecord:
        """Join a run by number, even if it is finished."""
        with self._write() as connection:
            self.run = self._read_run(connection, number, len(self._register_worker(connection)))
            return self.run

    def notes_read(self, due_by: datetime) -> RunRecord:
        """Save that the notes are registered, so that workers begin; an earlier leader's `due_by` stays."""
        assert self.run is not None  # noqa: S101 - called by the leader of a run
        with self._write() as connection:
            new = sa.update(links).where(links.c.previous_verdict.is_(None))
            connection.execute(new.values(previous_verdict=links.c.verdict, previous_outcome=links.c.outcome))
            update = sa.update(runs).where(runs.c.id == self.run.number, runs.c.due_by.is_(None))
            connection.execute(update.values(due_by=due_by))
            self.run = self._read_run(connection, self.run.number, len(self._register_worker(connection)))
            return self.run

    def heartbeat(self) -> RunRecord:
        """Renew this worker's registration and leases, become the leader if that is dead, and return the run."""
        assert self.run is not None  # noqa: S101 - set by start_run or join_run
        number = self.run.number
        with self._write() as connection:
            others = self._register_worker(connection)
            self._renew(connection)
            leader = connection.scalar(sa.select(runs.c.leader).where(runs.c.id == number))
            if leader not in {*others, self.worker}:
                heir = sa.update(runs).where(runs.c.id == number, runs.c.leader.is_not_distinct_from(leader))
                connection.execute(heir.values(leader=self.worker))
            self.run = self._read_run(connection, number, len(others))
            return self.run

    def finish_run(self, now: datetime) -> None:
        """Save the end of all runs; later changes belong to the next run."""
        with self._write() as connection:
            connection.execute(sa.update(runs).where(runs.c.finished_at.is_(None)).values(finished_at=now))

    def close(self) -> None:
        """Leave the run, release the leases, and close the database."""
        with suppress(UserError):  # if the server is unavailable, heartbeat and leases expire by themselves
            self._leave()
        super().close()

    def _leave(self) -> None:
        if self._held:
            self.release_all()
        if self.run is None:
            return
        with self._write() as connection:
            connection.execute(sa.delete(workers).where(workers.c.worker == self.worker))
            mine = sa.update(runs).where(runs.c.leader == self.worker, runs.c.finished_at.is_(None))
            connection.execute(mine.values(leader=None))

    def _register_worker(self, connection: sa.Connection) -> set[str]:
        """Register this worker, remove dead workers, and return the names of the others."""
        now = self._now(connection)
        self._upsert(connection, workers, [{"worker": self.worker, "until": now + self.length}])
        found = connection.execute(sa.select(workers).where(workers.c.worker != self.worker)).all()
        gone = [row.worker for row in found if row.until <= now or is_dead(row.worker)]
        if gone:
            connection.execute(sa.delete(workers).where(workers.c.worker.in_(gone)))
        return {row.worker for row in found}.difference(gone)

    def _read_run(self, connection: sa.Connection, number: int, others: int) -> RunRecord:
        row = connection.execute(sa.select(runs).where(runs.c.id == number)).one()
        leads = row.leader == self.worker
        return RunRecord(row.id, row.leader or "", leads, others + 1, row.due_by, row.finished_at is not None)
