"""A database that a store lives in: opened, brought to the newest version, and its failures said in one line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from crawler.errors import UserError
from crawler.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK = 0x6E6F7465  # any number that nobody else would lock


class Database:
    """An open database; `Database.open` is the way to one."""

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
                    raise UserError(self._damaged(found))
            self._alone(connection)
            try:
                migrate(connection)
            except UserError as error:
                raise UserError(f"{self._name}: {error}") from error

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def shared(self) -> bool:
        """Tell whether other workers may be at work on the same store."""
        return self._engine.dialect.name != "sqlite"

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        """Open a transaction; a database that fails ends the run with one line."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise UserError(self._damaged(error.orig)) from error

    def _alone(self, connection: sa.Connection) -> None:
        """Keep other workers from setting up the store or registering notes until this transaction ends."""
        if self.shared:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def _damaged(self, cause: object) -> str:
        cause = " ".join(str(cause).split())
        return f"{self._name}: the store cannot be used ({cause}); mend it, or move it away and run again"


def sqlite_url(path: Path) -> str:
    """Return the database URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


def _configure_sqlite(connection: Any, _record: object) -> None:
    """Write-ahead log: readers do not wait, and a killed process loses nothing that was committed."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=30000")
