"""Open the link database, migrate it, and turn its errors into one-line messages.

Each public method of a store is one transaction. If a database server becomes unavailable, it is repeated as a whole.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib import import_module
from inspect import isfunction, isgeneratorfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import sqlalchemy as sa

from crawler.errors import UserError
from crawler.messages import say
from crawler.store.retrying import DatabaseUnavailableError, retry_on_disconnect
from crawler.store.schema.json_rows import ROWS, encoded_rows, json_rows
from crawler.store.schema.migrations import is_newest, migrate, version_of
from crawler.store.schema.sqlite_file import identity_of, keep_copy, trace_of_loss
from crawler.store.schema.tables import version
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.dialects import postgresql

    from crawler.config.crawl_options import CrawlOptions

logger = logging.getLogger(__name__)

SLICE = 500
"""Maximum number of values in an IN list, and rows fetched at a time; SQLite allows 32,766 parameters."""

T = TypeVar("T")

BUSY_TIMEOUT = 30.0
"""Seconds that a transaction waits for another process to unlock an SQLite file."""

_LOCK = 0x6E6F7465  # the key of an advisory lock; any number that no other program uses
_TRANSIENT_STATES = ("08", "40", "57P0")  # connection, rollback, shutdown: PostgreSQL documentation, appendix A


class NoStoreError(UserError):
    """There is no link database yet."""


class UnstorableError(UserError):
    """A row has a value that the database cannot store: other rows may be stored without it."""


class Database:
    """An open database, created by `Database.open`."""

    def __init_subclass__(cls) -> None:
        """Apply `retry_on_disconnect` to the public methods of a subclass, except generators."""
        for name, method in list(vars(cls).items()):
            if not name.startswith("_") and isfunction(method) and not isgeneratorfunction(method):
                setattr(cls, name, retry_on_disconnect(method))

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self.is_new = False
        """Whether the database was empty, or absent, when it was opened."""
        self._identity: tuple[int, int] | None = None
        """Device and inode of an SQLite file: it may be removed or replaced while it is open."""

    @classmethod
    def open(cls, url: str, *, is_checked: bool = False, creates: bool = True) -> Self:
        """Open or create the link database at a URL; raise UserError if it cannot be used.

        `is_checked`: another process has it open, and has looked for damage, which takes long; a server that is away
        now is waited for. `creates`: if there is none, it is created; otherwise that raises UserError, too.
        """
        try:
            engine = sa.create_engine(url)
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise UserError(f"DATABASE_URL: {error}") from error
        name = engine.url.database if engine.dialect.name == "sqlite" else None
        store = cls(engine, name or engine.url.render_as_string())
        if not (creates or store.shared or Path(store._name).is_file()):
            raise NoStoreError(say("error.no_store", name=store._name))
        logging.getLogger("psycopg").setLevel(logging.ERROR)  # an exception tells what it warns of
        # It logs what closing a connection raises, which may be Ctrl-C, with a traceback, and raises it as well.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _configure_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        lost = None if store.shared else trace_of_loss(Path(store._name))
        prepare = retry_on_disconnect(store._prepare) if is_checked else store._prepare
        try:
            prepare(is_checked=is_checked, creates=creates)
        except UserError:
            engine.dispose()
            raise
        store._identity = None if store.shared else identity_of(store._name)
        if store.is_new and lost is not None:
            logger.warning(
                "%s: %s; all links are checked as in a first run. Restore a copy if you have one", name, lost
            )
        return store

    def _prepare(self, *, is_checked: bool, creates: bool) -> None:
        with self._begin() as connection:
            if not (self.shared or is_checked):
                problem = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if problem != "ok":
                    raise UserError(self._damage_message(problem))
            try:
                if is_newest(connection):
                    return
            except UserError as error:
                raise UserError(say("error.at", place=self._name, error=error)) from error
            self.is_new = version_of(connection) == 0
            if self.is_new and not self.shared and (others := _other_tables(connection)):
                listed = ", ".join(others[:3])
                raise UserError(say("error.database_foreign", name=self._name, tables=listed))
            if self.is_new and not creates:
                raise NoStoreError(say("error.no_store", name=self._name))
        if not (self.is_new or self.shared):
            self._keep_copy()
        with self._write() as connection:
            self._exclusive(connection)
            migrate(connection)

    def _keep_copy(self) -> None:
        """Keep a copy of an SQLite file from before its migration; raise UserError if that fails."""
        if not Path(self._name).is_file():  # in memory, or given as a URI
            return
        try:
            keep_copy(self._name)
        except sqlite3.Error as error:
            raise UserError(self._damage_message(error)) from error
        except OSError as error:
            raise UserError(say("error.database_no_copy", name=self._name, error=error.strerror)) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @property
    def name(self) -> str:
        """Return the path or URL of the database, without password."""
        return self._name

    @property
    def shared(self) -> bool:
        """Return whether processes on other machines can use the same database."""
        return self._engine.dialect.name != "sqlite"

    @contextmanager
    def _begin(self, *, writing: bool = False) -> Iterator[sa.Connection]:
        """Open a transaction.

        Raises DatabaseUnavailableError if it can be repeated, UnstorableError for a value that cannot be stored,
        UserError for other errors of the database, and if its file is not the one that was opened: what is written to
        that would be lost.
        """
        if self._identity is not None and self._identity != identity_of(self._name):
            raise UserError(say("error.database_replaced", name=self._name))
        try:
            with self._engine.connect().execution_options(writing=writing) as connection, connection.begin():
                yield connection
        except sa.exc.DBAPIError as error:
            if self.shared and _is_transient(error):
                raise DatabaseUnavailableError(f"{self._name}: {collapse_whitespace(str(error.orig))}") from error
            if _is_of_row(error):
                cause = collapse_whitespace(str(error.orig))
                raise UnstorableError(f"{self._name}: cannot store a value ({cause})") from error
            raise UserError(self._damage_message(error.orig)) from error

    def _write(self) -> AbstractContextManager[sa.Connection]:
        """Open a transaction that writes; on SQLite it holds the write lock from its beginning."""
        return self._begin(writing=True)

    def _exclusive(self, connection: sa.Connection) -> None:
        """Block other processes that migrate the database or register notes until this transaction ends."""
        if self.shared:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def _damage_message(self, cause: object) -> str:
        advice = "damaged"
        if "locked" in str(cause):  # SQLITE_BUSY or SQLITE_LOCKED
            advice = "locked"
        elif "disk is full" in str(cause):
            advice = "full"
        elif "I/O error" in str(cause):
            advice = "disk"
        return say(f"error.database_{advice}", name=self._name, cause=collapse_whitespace(str(cause)))


class Writer(Database):
    """A database that is written to."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        super().__init__(engine, name)
        self._insert: Callable[[sa.Table], postgresql.Insert] = import_module(
            f"sqlalchemy.dialects.{engine.dialect.name}"
        ).insert

    def _upsert(
        self, connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]], key: tuple[str, ...] = ()
    ) -> None:
        """Insert rows that have the same columns; one with the same key, by default the primary key, is replaced."""
        if not rows:
            return
        key = key or tuple(column.name for column in table.primary_key)
        is_of_json = self.shared and len({tuple(row[name] for name in key) for row in rows}) == len(rows)
        statement = _upsert_statement(self._insert, table, tuple(rows[0]), key, is_of_json=is_of_json)
        connection.execute(statement, {ROWS: encoded_rows(rows)} if is_of_json else rows)


@cache
def _upsert_statement(
    insert_into: Callable[[sa.Table], postgresql.Insert],
    table: sa.Table,
    names: tuple[str, ...],
    key: tuple[str, ...],
    *,
    is_of_json: bool,
) -> postgresql.Insert:
    insert = insert_into(table)
    if is_of_json:
        rows = json_rows({name: table.c[name].type for name in names})
        insert = insert.from_select(names, sa.select(*(rows.c[name] for name in names)))
    kept = {column.name for column in table.primary_key}.union(key)
    rest = {column.name: insert.excluded[column.name] for column in table.c if column.name not in kept}
    return insert.on_conflict_do_update(index_elements=[table.c[name] for name in key], set_=rest)


def slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield values, SLICE at a time: no more fit into one IN list."""
    return (values[start : start + SLICE] for start in range(0, len(values), SLICE))


def sqlite_url(path: Path) -> str:
    """Return the database URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


def store_url(options: CrawlOptions) -> str:
    """Return the URL of the link database: DATABASE_URL, or SQLite in OUTPUT_DIR."""
    return options.database_url or sqlite_url(options.output_dir / "notemend.sqlite")


def _other_tables(connection: sa.Connection) -> list[str]:
    """Return the tables of a database that has none of this program, by name."""
    found = sa.inspect(connection).get_table_names()
    return [] if version.name in found else sorted(found)


def _is_transient(error: sa.exc.DBAPIError) -> bool:
    """Return whether a repeated transaction may succeed; a server that is starting reports no SQLSTATE."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error, sa.exc.OperationalError)
    return error.connection_invalidated or state.startswith(_TRANSIENT_STATES)


def _is_of_row(error: sa.exc.DBAPIError) -> bool:
    """Return whether a value is to blame: out of range, against a constraint, or of a type that a driver refuses."""
    if isinstance(error, sa.exc.DataError | sa.exc.IntegrityError):
        return True
    return isinstance(error, sa.exc.ProgrammingError) and getattr(error.orig, "sqlstate", None) is None


def _configure_sqlite(connection: Any, _record: object) -> None:
    """Use a write-ahead log: readers never wait, and a killed process loses no committed data."""
    connection.isolation_level = None  # otherwise Python's driver begins transactions by itself
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000:.0f}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin a transaction; one that writes takes the lock at once, since a later upgrade of a read lock can fail."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
