"""Leases: the right of one worker to send requests to a host, until it expires.

Each host has at most one worker. A worker sends no request to a host whose lease it has lost, even if its process was
suspended meanwhile, and saves no results of such a host.

Expiry is compared by the clock of the database, so that the clocks of the machines need not agree. Each worker measures
its own leases with a local clock that runs on while the process is stopped or the machine sleeps.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.store.database import Database
from crawler.store.schema.tables import NEVER, Instant, leases

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy.dialects import postgresql

DEFAULT_LEASE = timedelta(seconds=60)
"""Time until the leases of a worker without heartbeat expire; LEASE_SECONDS replaces it."""


# Statements are built once: building one takes as long as executing it.
_HOLDERS = (
    sa.select(leases.c.host, leases.c.worker)
    .where(leases.c.host.in_(sa.bindparam("hosts", expanding=True)))
    .order_by(leases.c.host)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that this worker holds; `wait` is in seconds until the first request, infinite: not in this run.

    `number` differs from the last one if another worker had the host in between; cached due links are then outdated.
    """

    number: int
    wait: float


@dataclass(slots=True)
class _HeldLease:
    number: int
    until: float
    pace: float
    free_at: float
    """When the next request may be sent; `free_at` and `until` are seconds of the local clock."""


class Leases(Database):
    """Takes, renews and releases leases of hosts."""

    length = DEFAULT_LEASE

    def __init__(self, engine: sa.Engine, name: str) -> None:
        super().__init__(engine, name)
        self.worker = worker_name()
        self._held: dict[str, _HeldLease] = {}
        self._numbers = 0
        self._insert: Callable[[sa.Table], postgresql.Insert] = import_module(
            f"sqlalchemy.dialects.{engine.dialect.name}"
        ).insert

    def lease(self, host: str, pace: float = 0.0) -> Lease | None:
        """Take or renew the lease of a host; None if another worker has it. `pace`: seconds between two requests."""
        held = self._held.get(host)
        if held is not None:
            held.pace = pace
            if held.until - clock() > self.length.total_seconds() / 3:
                return Lease(held.number, 0.0)
        with self._write() as connection:
            return self._lease(connection, host, pace)

    def holds(self, host: str) -> bool:
        """Return whether this worker has the lease of a host."""
        return host in self._held and self._held[host].until > clock()

    def may_ask(self, host: str) -> bool:
        """Return whether this worker has the lease of a host, and record that it sends a request now."""
        if not self.holds(host):
            return False
        self._held[host].free_at = clock() + self._held[host].pace
        return True

    def release(self, hosts: Collection[str], *, closed: bool = False) -> None:
        """Release the leases of hosts, keeping the time of their next request; `closed`: no requests in this run."""
        ours = [host for host in sorted(hosts) if host in self._held]
        if not ours:
            return
        with self._write() as connection:
            now, here = self._now(connection), clock()
            free = {"worker": None, "until": None, "closed": closed}
            held = {host: self._held[host] for host in ours}
            waits = {host: timedelta(seconds=max(0.0, each.free_at - here)) for host, each in held.items()}
            update = sa.update(leases).where(leases.c.host == sa.bindparam("its"), leases.c.worker == self.worker)
            connection.execute(
                update.values({**free, "free_at": sa.bindparam("free_at")}),
                [{"its": host, "free_at": now + wait} for host, wait in waits.items()],
            )
        for host in ours:
            self._held.pop(host, None)

    def release_all(self) -> None:
        """Release all leases."""
        self.release(list(self._held))

    def hosts_of_others(self) -> set[str]:
        """Return the hosts that other live workers hold."""
        with self._begin() as connection:
            query = sa.select(leases.c.host, leases.c.worker).where(
                leases.c.worker != self.worker, leases.c.until > self._now(connection)
            )
            return {host for host, worker in connection.execute(query) if not is_dead(worker)}

    def _lease(self, connection: sa.Connection, host: str, pace: float = 0.0) -> Lease | None:
        """Take or renew a lease without waiting for transactions of other workers on the same host."""
        here, now = clock(), self._now(connection)
        until = now + self.length
        query = sa.select(leases).where(leases.c.host == host).with_for_update(skip_locked=True)
        row = connection.execute(query).one_or_none()
        if row is None:  # never leased, or another worker is inserting or updating it
            new = self._insert(leases).values(host=host, worker=self.worker, until=until, free_at=NEVER)
            if connection.scalar(new.on_conflict_do_nothing().returning(leases.c.host)) is None:
                self._held.pop(host, None)
                return None
            return self._take_lease(host, here, pace, 0.0)
        free_at = row.free_at
        if row.worker not in {None, self.worker}:
            if row.until > now and not is_dead(row.worker):
                self._held.pop(host, None)
                return None
            free_at = max(
                free_at, min(row.until, now) + timedelta(seconds=pace)
            )  # its last request may have been at that time
        if row.closed:
            return Lease(0, float("inf"))
        values = {"worker": self.worker, "until": until, "free_at": free_at}
        connection.execute(sa.update(leases).where(leases.c.host == host).values(values))
        held = self._held.get(host)
        if row.worker == self.worker and held is not None:
            held.until = here + self.length.total_seconds()
            return Lease(held.number, 0.0)
        return self._take_lease(host, here, pace, (free_at - now).total_seconds())

    def _take_lease(self, host: str, here: float, pace: float, wait: float) -> Lease:
        self._numbers += 1
        self._held[host] = _HeldLease(self._numbers, here + self.length.total_seconds(), pace, here + wait)
        return Lease(self._numbers, max(0.0, wait))

    def _renew(self, connection: sa.Connection) -> None:
        """Renew all leases; drop those that another worker has taken."""
        here, until = clock(), self._now(connection) + self.length
        mine = sa.update(leases).where(leases.c.worker == self.worker).values(until=until).returning(leases.c.host)
        ours = set(connection.scalars(mine)) if self._held else set()
        for host, held in list(self._held.items()):
            if host in ours:
                held.until = here + self.length.total_seconds()
            else:
                self._held.pop(host, None)

    def _extend(self, connection: sa.Connection, hosts: Collection[str]) -> set[str]:
        """Return those of the hosts that no other worker has leased; none can until the transaction ends."""
        holders = connection.execute(_HOLDERS, {"hosts": list(hosts)})
        others = {host for host, worker in holders if worker not in {None, self.worker}}
        for host in others:
            self._held.pop(host, None)
        return set(hosts) - others

    def _now(self, connection: sa.Connection) -> datetime:
        """Return the time of the database server; for SQLite, which is used on one machine only, the local time."""
        if not self.shared:
            return datetime.now(UTC)
        now: datetime = connection.execute(sa.select(sa.func.clock_timestamp(type_=Instant))).scalar_one()
        return now

    def _upsert(self, connection: sa.Connection, table: sa.Table, values: Sequence[dict[str, Any]]) -> None:
        """Insert rows, replacing those with the same primary key."""
        if values:
            connection.execute(_upsert_statement(self._insert, table), values)


@cache
def _upsert_statement(insert_into: Callable[[sa.Table], postgresql.Insert], table: sa.Table) -> postgresql.Insert:
    insert = insert_into(table)
    rest = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=table.primary_key, set_=rest)


def clock() -> float:
    """Return seconds of a clock that runs on while the process is stopped, and on Linux while the machine sleeps."""
    boottime: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


def worker_name() -> str:
    """Return a unique name: `host name:process:id of the machine:random hex`."""
    return f"{socket.gethostname()}:{os.getpid()}:{_machine_id()}:{secrets.token_hex(4)}"


def short(worker: str) -> str:
    """Return the short name of a worker, `host name:process`."""
    return ":".join(worker.split(":")[:2])


def is_dead(worker: str) -> bool:
    """Return whether a worker has certainly ended: one of this machine whose process is gone or a zombie."""
    _, process, here, _ = worker.split(":")
    if not here or here != _machine_id():
        return False
    try:
        stat = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"  # a zombie: proc(5)


@cache
def _machine_id() -> str:
    """Return an id of the boot and PID namespace of this machine or container, in which process ids are unique.

    Empty on other systems than Linux; there, workers are dead only when their leases have expired.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
        return hashlib.sha256(f"{boot} {Path('/proc/self/ns/pid').stat().st_ino}".encode()).hexdigest()[:12]
    except OSError:
        return ""
