"""The hosts of a run: which shard has each, and when the next request may be sent to it.

A shard takes its hosts when it starts, and gets a number, the fence, for each. If the same shard is started again while
its first process still lives, as after a network partition, what that process brings is refused by its older fences.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.errors import UserError
from crawler.store.database import Writer
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import Instant, hosts, runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SLICE = 500
"""Maximum number of hosts in an IN list."""

# Statements are built once: building one takes as long as executing it.
_IS_ACTIVE = sa.select(runs.c.stopping).where(runs.c.id == sa.bindparam("run"), runs.c.finished_at.is_(None))
_FENCES = (
    sa.select(hosts.c.host, hosts.c.fence)
    .where(one_of(hosts.c.host, "hosts"))
    .order_by(hosts.c.host)
    .with_for_update(read=True)
)


class TakenOverError(UserError):
    """Another process has taken over the run, or the hosts of this shard: nothing more is saved."""


class HostRecords(Writer):
    """Takes and releases hosts; refuses results of a shard that has lost them."""

    run_number = 0
    """The run of this process; 0 before it has started or joined one."""
    _fences: Mapping[str, int] | None = None
    """The numbers under which this shard has its hosts; None for a process that has all hosts."""

    def take_hosts(self, names: Collection[str] | None) -> tuple[dict[str, float], bool]:
        """Take hosts for a shard, None for all hosts.

        Returns the seconds until hosts may get a request, infinite for those that are closed in this run, and whether
        an earlier shard had one of the hosts and ended without saying when it sent its last request.
        """
        with self._write() as connection:
            self._exclusive(connection)
            now = self._now(connection)
            known = hosts.c.host.is_not(None) if names is None else hosts.c.host.in_(sorted(names))
            is_lost = bool(connection.scalar(sa.select(sa.exists().where(known, hosts.c.free_at.is_(None)))))
            waits = sa.select(hosts).where(sa.or_(hosts.c.free_at > now, hosts.c.closed_in == self.run_number))
            found = {
                row.host: float("inf") if row.closed_in == self.run_number else (row.free_at - now).total_seconds()
                for row in connection.execute(waits)
            }
            connection.execute(sa.update(hosts).where(known).values(fence=hosts.c.fence + 1, free_at=None))
            if names is None:
                self._fences = None
                return found, is_lost
            new = self._insert(hosts).on_conflict_do_nothing()
            if names:
                connection.execute(new, [{"host": host, "fence": 0} for host in sorted(names)])
            taken = connection.execute(sa.select(hosts.c.host, hosts.c.fence).where(known))
            self._fences = {row.host: row.fence for row in taken}
            return found, is_lost

    def release_hosts(self, waits: Mapping[str, float], closed: Collection[str]) -> None:
        """Save the seconds until the next request to each host, and the hosts that get none in this run."""
        with self._write() as connection:
            now = self._now(connection)
            if not self._has(connection, self._fences or ()):
                return
            self._free(connection, now)
            rows = [
                {
                    "host": host,
                    "fence": (self._fences or {}).get(host, 0),
                    "free_at": now + timedelta(seconds=waits.get(host, 0.0)),
                    "closed_in": self.run_number if host in closed else None,
                }
                for host in sorted({*waits, *closed})
            ]
            if rows:
                insert = self._insert(hosts)
                new = {name: insert.excluded[name] for name in ("free_at", "closed_in")}
                connection.execute(insert.on_conflict_do_update(index_elements=[hosts.c.host], set_=new), rows)

    def _free(self, connection: sa.Connection, now: datetime) -> None:
        """Say of all hosts of this process that they may get a request now."""
        names = None if self._fences is None else sorted(self._fences)
        if names is None:
            connection.execute(sa.update(hosts).where(hosts.c.free_at.is_(None)).values(free_at=now))
        elif names:
            connection.execute(sa.update(hosts).where(hosts.c.host.in_(names)).values(free_at=now))

    def is_stopping(self) -> bool:
        """Return whether the run has been interrupted, or another process has taken it over."""
        with self._begin() as connection:
            stopping = connection.execute(_IS_ACTIVE, {"run": self.run_number}).scalar_one_or_none()
        return stopping is None or stopping

    def _guard(self, connection: sa.Connection, names: Collection[str]) -> None:
        """Raise TakenOverError if another process has taken over the run or one of these hosts.

        None can until the transaction ends.
        """
        if not self.run_number:
            return
        if connection.execute(_IS_ACTIVE, {"run": self.run_number}).one_or_none() is None:
            raise TakenOverError(f"{self._name}: another run has taken over")
        if not self._has(connection, names):
            raise TakenOverError(f"{self._name}: another worker has taken over")

    def _has(self, connection: sa.Connection, names: Collection[str]) -> bool:
        """Return whether no other shard has taken one of these hosts."""
        fences = self._fences
        if fences is None or not names:
            return True
        found = connection.execute(_FENCES, {"hosts": sorted(names)})
        return all(fences.get(host) == fence for host, fence in found)

    def _now(self, connection: sa.Connection) -> datetime:
        """Return the time of the database server; for SQLite, which is used on one machine only, the local time."""
        if not self.shared:
            return datetime.now(UTC)
        now: datetime = connection.execute(sa.select(sa.func.clock_timestamp(type_=Instant))).scalar_one()
        return now
