"""Leases: which worker asks which host. On SQLite there is one worker, and every lease is its own."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from crawler.database import Database
from crawler.errors import UserError
from crawler.schema import leases

if TYPE_CHECKING:
    from collections.abc import Sequence

LEASE = timedelta(minutes=5)
"""How long a host belongs to a worker that no longer asks for its links: longer than its slowest few links take."""


class Leases(Database):
    """The store as a place where workers keep out of each other's way."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        super().__init__(engine, name)
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._leased_until: dict[str, datetime] = {}
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def close(self) -> None:
        """Let go of the hosts that this worker has leased, and of the database."""
        if self._leased_until:
            with (
                suppress(UserError),
                self._begin() as connection,
            ):  # a server that went away: leases expire by themselves
                connection.execute(sa.delete(leases).where(leases.c.worker == self._worker))
            self._leased_until.clear()
        super().close()

    def _upsert(self, connection: sa.Connection, table: sa.Table, values: Sequence[dict[str, Any]]) -> None:
        """Write rows, in the place of those that have the same key."""
        insert = self._insert(table)
        rest = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
        if values:
            connection.execute(insert.on_conflict_do_update(index_elements=table.primary_key, set_=rest), values)

    def _lease(self, connection: sa.Connection, host: str) -> bool:
        """Take or renew the lease on a host; False when another worker has it."""
        now = datetime.now(UTC)
        if self._leased_until.get(host, now) > now + LEASE / 2:
            return True
        until = now + LEASE
        insert = self._insert(leases).values(host=host, worker=self._worker, until=until)
        insert = insert.on_conflict_do_update(
            index_elements=[leases.c.host],
            set_={"worker": self._worker, "until": until},
            where=sa.or_(leases.c.worker == self._worker, leases.c.until < now),
        )
        if connection.scalar(insert.returning(leases.c.host)) is None:
            return False
        self._leased_until[host] = until
        return True

    @staticmethod
    def _free_what_the_dead_leased(connection: sa.Connection) -> None:
        """Take back what workers of this machine had leased that were killed; others' leases expire."""
        here = f"{socket.gethostname()}:"
        for worker in connection.scalars(sa.select(leases.c.worker).distinct()).all():
            if worker.startswith(here) and not _is_running(int(worker.removeprefix(here))):
                connection.execute(sa.delete(leases).where(leases.c.worker == worker))


def _is_running(process: int) -> bool:
    if os.name != "posix":  # signal 0 asks there alone
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
