"""A database that a store lives in: opened, brought to the newest version, its failures said in one line.

A server that goes away is waited for: each public method of a store is one transaction, and is repeated as a whole.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, contextmanager
from functools import partial, wraps
from inspect import isfunction, isgeneratorfunction
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, Self, TypeVar

import sqlalchemy as sa

from crawler.errors import UserError
from crawler.store.schema.migrations import is_newest, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tenacity import RetryCallState

    from crawler.config.crawl_options import CrawlOptions

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

RETRY_SECONDS = 300.0
"""Seconds that a server is waited for that was there before: it takes a minute or two to be restarted or moved."""

BUSY_TIMEOUT = 30.0
"""Seconds that a transaction waits for another process to let go of an SQLite file."""

_LOCK = 0x6E6F7465  # any number that nobody else would lock
_TRANSIENT_STATES = ("08", "40", "57P0")  # connection, rollback, shutdown: PostgreSQL's documentation, appendix A


class DatabaseUnavailableError(UserError):
    """The server does not answer, or gave a transaction up, and may well answer to the same a moment later."""


def retry_on_disconnect(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that is repeated while the database is away.

    The first call goes without tenacity, whose wrapper takes 9 µs each time (measured).
    """

    @wraps(function)
    def repeated(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except DatabaseUnavailableError as error:
            return _repeat(partial(function, *args, **kwargs), error)

    return repeated


def _repeat(call: Callable[[], T], failure: DatabaseUnavailableError) -> T:
    """Repeat a call after its first failure for up to RETRY_SECONDS; raise UserError if the database stays away."""
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

    logger.warning("waiting for the database: %s", failure)
    retrying = Retrying(
        retry=retry_if_exception_type(DatabaseUnavailableError),
        wait=wait_exponential(multiplier=0.1, max=5),
        stop=stop_after_delay(RETRY_SECONDS),
        retry_error_callback=_raise_last_failure,
    )
    failures = iter([failure])

    def attempt() -> T:
        for first in failures:  # tenacity waits after it as after any other
            raise first
        return call()

    return retrying(attempt)


def _raise_last_failure(state: RetryCallState) -> NoReturn:
    assert state.outcome is not None  # noqa: S101 - tenacity asks after an attempt
    raise UserError(f"{state.outcome.exception()}; what was saved is safe") from state.outcome.exception()


class Database:
    """An open database; `Database.open` is the way to one."""

    def __init_subclass__(cls) -> None:
        """Let public methods be repeated, but for those that hand out rows one by one."""
        for name, method in list(vars(cls).items()):
            if not name.startswith("_") and isfunction(method) and not isgeneratorfunction(method):
                setattr(cls, name, retry_on_disconnect(method))

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    @classmethod
    def open(cls, url: str) -> Self:
        """Open or create the store at a database URL; raise UserError when it cannot be used."""
        try:
            engine = sa.create_engine(url)
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise UserError(f"DATABASE_URL: {error}") from error
        name = engine.url.database if engine.dialect.name == "sqlite" else None
        store = cls(engine, name or engine.url.render_as_string())
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _configure_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        try:
            store._prepare()
        except UserError:
            engine.dispose()
            raise
        return store

    def _prepare(self) -> None:
        with self._begin() as connection:
            if not self.shared:
                found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if found != "ok":
                    raise UserError(self._damage_error(found))
            try:
                if is_newest(connection):
                    return
            except UserError as error:
                raise UserError(f"{self._name}: {error}") from error
        with self._write() as connection:
            self._exclusive(connection)
            migrate(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def shared(self) -> bool:
        """Tell whether workers on other machines may be at work on the same store."""
        return self._engine.dialect.name != "sqlite"

    @contextmanager
    def _begin(self, *, writing: bool = False) -> Iterator[sa.Connection]:
        """Open a transaction; raise GoneError when it may be repeated, UserError when the database fails."""
        try:
            with self._engine.connect().execution_options(writing=writing) as connection, connection.begin():
                yield connection
        except sa.exc.DBAPIError as error:
            if self.shared and _is_transient(error):
                raise DatabaseUnavailableError(f"{self._name}: {_one_line(error.orig)}") from error
            raise UserError(self._damage_error(error.orig)) from error

    def _write(self) -> AbstractContextManager[sa.Connection]:
        """Open a transaction in which what is read stays so until it is written: on SQLite, one at a time."""
        return self._begin(writing=True)

    def _exclusive(self, connection: sa.Connection) -> None:
        """Keep other workers from setting up the store or registering notes until this transaction ends."""
        if self.shared:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def _damage_error(self, cause: object) -> str:
        advice = "mend it, or move it away and run again"
        if "locked" in str(cause):  # SQLITE_BUSY has no other sign that every version of Python shows
            advice = "another program holds it; run again when that has ended"
        elif "disk is full" in str(cause):
            advice = "make room and run again; what was saved is safe"
        return f"{self._name}: the store cannot be used ({_one_line(cause)}); {advice}"


def sqlite_url(path: Path) -> str:
    """Return the database URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


def store_url(options: CrawlOptions) -> str:
    """Return the database URL of the store that the options name."""
    return options.database_url or sqlite_url(options.output_dir / "notemend.sqlite")


def _is_transient(error: sa.exc.DBAPIError) -> bool:
    """Tell whether a server may answer to the same transaction a moment later; while it starts it gives no state."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error, sa.exc.OperationalError)
    return error.connection_invalidated or state.startswith(_TRANSIENT_STATES)


def _one_line(cause: object) -> str:
    return " ".join(str(cause).split())


def _configure_sqlite(connection: Any, _record: object) -> None:
    """Write-ahead log: readers do not wait, and a killed process loses nothing that was committed."""
    connection.isolation_level = None  # transactions begin where we say so, not where Python's driver guesses
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000:.0f}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the lock at once where something will be written: one that is asked for later may never be had."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
