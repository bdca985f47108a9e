"""Runs: one at a time for each database, executed by one process and the shards that it starts."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa
from filelock import FileLock, Timeout

from crawler.errors import UserError
from crawler.messages import say
from crawler.models.check import CLOCK_TOLERANCE
from crawler.store.reading.reader import CHANGED
from crawler.store.runs.hosts import HostRecords
from crawler.store.schema.sqlite_file import LOCK_SUFFIX
from crawler.store.schema.tables import links, run_counts, runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

logger = logging.getLogger(__name__)

_RUN_LOCK = 0x6E6F7466  # the key of an advisory lock; any number that no other program uses


class Runs(HostRecords):
    """Starts and finishes runs."""

    @contextmanager
    def exclusive_lock(self) -> Iterator[None]:
        """Lock the database for the run of this process; raise UserError if another process has the lock.

        The lock ends with the process, whatever its cause: it is that of a file, or of a connection to PostgreSQL. If
        that connection breaks, another run can start: then what this one saves is refused.
        """
        with self._server_lock() if self.shared else self._file_lock():
            yield

    @contextmanager
    def _file_lock(self) -> Iterator[None]:
        lock = FileLock(f"{self._name}{LOCK_SUFFIX}", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UserError(self._locked_message()) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _server_lock(self) -> Iterator[None]:
        with self._lock_connection() as connection:
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_RUN_LOCK))):
                raise UserError(self._locked_message())
            try:
                yield
            finally:
                with suppress(sa.exc.DBAPIError):  # the server was restarted, and has forgotten the lock
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(_RUN_LOCK)))

    @contextmanager
    def _lock_connection(self) -> Iterator[sa.Connection]:
        """Open a connection without transaction, which lasts until the end of the run."""
        engine = sa.create_engine(self._engine.url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
        connection = engine.connect()
        try:
            yield connection
        finally:
            with suppress(sa.exc.DBAPIError):
                connection.close()

    def _locked_message(self) -> str:
        with self._begin() as connection:
            query = sa.select(runs.c.process, runs.c.locked_at).where(runs.c.finished_at.is_(None))
            row = connection.execute(query.order_by(runs.c.id.desc()).limit(1)).one_or_none()
        if row is None or row.process is None:
            return say("error.locked", name=self._name)
        since = f"{row.locked_at.astimezone():%Y-%m-%d %H:%M:%S}"
        return say("error.locked_by_run", name=self._name, process=row.process, since=since)

    def start_run(self, now: datetime) -> int:
        """Begin a run, or resume the one that was not finished; return its number.

        A run that is resumed gets a new number, so that nothing is saved any more for the old one. Changes are counted
        since the last finished run; marks for retry are reset.
        """
        with self._write() as connection:
            self._exclusive(connection)
            unfinished = sa.select(runs.c.id).where(runs.c.finished_at.is_(None)).order_by(runs.c.id).limit(1)
            number = connection.scalar(unfinished)
            new = (connection.scalar(sa.select(sa.func.max(runs.c.id))) or 0) + 1
            mine = {"id": new, "process": process_name(), "locked_at": now, "stopping": False}
            if number is None:
                connection.execute(
                    sa.update(links)
                    .where(CHANGED)
                    .values(previous_verdict=links.c.verdict, previous_outcome=links.c.outcome)
                )
                connection.execute(sa.insert(runs).values(started_at=now, **mine))
            else:
                connection.execute(sa.delete(run_counts).where(run_counts.c.run_id == number))
                connection.execute(sa.update(runs).where(runs.c.id == number).values(mine))
            connection.execute(sa.update(links).where(links.c.again).values(again=False))
            self._make_due(connection, now)
            connection.execute(sa.update(links).where(links.c.leads_to.is_not(None)).values(leads_to=None))
        self.run_number = new
        return new

    def _make_due(self, connection: sa.Connection, now: datetime) -> None:
        """Make links due that were last checked in the future: the clock was ahead then, or is behind now."""
        is_ahead = links.c.waiting_since > now + CLOCK_TOLERANCE
        latest = connection.scalar(sa.select(sa.func.max(links.c.waiting_since)).where(is_ahead))
        if latest is not None:
            count = connection.execute(sa.update(links).where(is_ahead).values(due_at=now)).rowcount
            logger.warning(
                "%s: %d links checked in the future, by %s, are due now; is the clock right (%s)?",
                *(self._name, count, f"{latest:%Y-%m-%d}", f"{now:%Y-%m-%d}"),
            )

    def join_run(self, number: int) -> None:
        """Save results for a run that another process has started."""
        self.run_number = number

    def notes_read(self) -> None:
        """Save that the notes are registered: what is known of new links is what they had before the run."""
        with self._write() as connection:
            new = sa.update(links).where(links.c.previous_verdict.is_(None))
            connection.execute(new.values(previous_verdict=links.c.verdict, previous_outcome=links.c.outcome))

    def stop_run(self) -> None:
        """Make the shards of the run end early."""
        with self._write() as connection:
            connection.execute(sa.update(runs).where(runs.c.id == self.run_number).values(stopping=True))

    def finish_run(self, now: datetime) -> None:
        """Save the end of all runs; later changes belong to the next run."""
        with self._write() as connection:
            connection.execute(sa.update(runs).where(runs.c.finished_at.is_(None)).values(finished_at=now))


def process_name() -> str:
    """Return the name of this process for other machines: `host name:process`."""
    return f"{socket.gethostname()}:{os.getpid()}"
