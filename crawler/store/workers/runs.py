"""Runs: the workers of one elect a leader, which reads the notes and publishes; the others help.

A worker is at work until its heartbeat fails for as long as a lease lasts. If that happens to the leader, whoever
notices first takes its part.
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
    """A run as one of its workers sees it.

    `leader` is who leads it, `leads` whether that is us, `workers` how many there are with us. What was due at `due_by`
    is the run's work; None until its notes are read.
    """

    number: int
    leader: str
    is_leader: bool
    workers: int
    due_by: datetime | None = None
    finished: bool = False


class Runs(Leases):
    """The store as a place where workers share a run."""

    run: RunRecord | None = None
    """The run that this worker takes part in, as it was at the last heartbeat."""

    def start_run(self, now: datetime) -> RunRecord:
        """Begin a run, or join the one that others are at.

        A run that was killed is gone on with: what changed is what changed since the last run that came to its end, and
        what was put off or closed is due like everything else.
        """
        with self._write() as connection:
            self._exclusive(connection)
            others = self._register_worker(connection)
            under_way = sa.select(runs).where(runs.c.finished_at.is_(None)).order_by(runs.c.id).limit(1)
            row = connection.execute(under_way).one_or_none()
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
        """Join a run, even if it is finished by now."""
        with self._write() as connection:
            self.run = self._read_run(connection, number, len(self._register_worker(connection)))
            return self.run

    def notes_read(self, due_by: datetime) -> RunRecord:
        """Let the others begin, now that the notes are registered; whoever took over leaves them at what they do."""
        assert self.run is not None  # noqa: S101 - it is led
        with self._write() as connection:
            new = sa.update(links).where(links.c.previous_verdict.is_(None))
            connection.execute(new.values(previous_verdict=links.c.verdict, previous_outcome=links.c.outcome))
            update = sa.update(runs).where(runs.c.id == self.run.number, runs.c.due_by.is_(None))
            connection.execute(update.values(due_by=due_by))
            self.run = self._read_run(connection, self.run.number, len(self._register_worker(connection)))
            return self.run

    def heartbeat(self) -> RunRecord:
        """Say that this worker is alive, renew its leases, take the leader's part if that is dead; return the run."""
        assert self.run is not None  # noqa: S101 - one that was begun or joined
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
        """End a run: what changes from here on changes in the next."""
        with self._write() as connection:
            connection.execute(sa.update(runs).where(runs.c.finished_at.is_(None)).values(finished_at=now))

    def close(self) -> None:
        """Leave the run to the others, let go of the hosts that this worker holds, and of the database."""
        with suppress(UserError):  # a server that went away: heartbeat and leases expire by themselves
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
        """Enter this worker among those at work; return the others, less those that are not any more."""
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
