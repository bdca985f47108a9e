"""The cache of the API clients: a file of requests-cache that no failing disk makes wait for ever."""

from __future__ import annotations

import logging
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from requests_cache import CachedSession
from requests_cache.backends.sqlite import SQLiteCache

from crawler.models.check import CLOCK_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from requests import Response

CACHE_FOR = timedelta(hours=12)
"""Age up to which cached answers are used: a run that is started again sends no request twice."""

LOCK_TIMEOUT = 10.0
"""Seconds to wait for another process that writes to the cache."""

logger = logging.getLogger(__name__)


def open_cached_session(cache: Path, may_cache: Callable[[Response], bool]) -> CachedSession:
    """Return a session that caches GET answers with status 200 in a file.

    Answers are JSON: the default of requests-cache, pickle, would execute what a file says that somebody else has put
    into the output folder. A damaged file is replaced. Where it cannot be written, answers are cached in memory, and a
    warning is logged.
    """
    options: dict[str, Any] = {"expire_after": CACHE_FOR, "allowable_codes": (200,), "filter_fn": may_cache}
    for may_be_damaged in (True, False):
        try:
            session = CachedSession(
                backend=_FileCache(str(cache), serializer="json", factory=_Connection, timeout=LOCK_TIMEOUT / 10),
                **options,
            )
            _remove_unusable(session)
        except sqlite3.DatabaseError as error:
            if not (may_be_damaged and _is_damage(error)):
                _warn(error)
                break
            cache.unlink(missing_ok=True)
        else:
            return session
    return CachedSession(backend="memory", **options)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def _warn(error: sqlite3.Error) -> None:
    logger.warning("HTTP cache: %s; answers are not cached", error)


class _Connection(sqlite3.Connection):
    """A connection that gives up: requests-cache begins a transaction again and again until it can."""

    _waits_until = 0.0

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Execute a statement; raise DatabaseError if a transaction cannot begin within LOCK_TIMEOUT."""
        try:
            cursor = super().execute(sql, parameters)
        except sqlite3.OperationalError as error:
            if sql != "BEGIN IMMEDIATE":
                raise
            self._waits_until = self._waits_until or time.monotonic() + LOCK_TIMEOUT
            is_locked = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
            if is_locked and time.monotonic() < self._waits_until:
                raise
            raise sqlite3.DatabaseError(str(error)) from error
        self._waits_until = 0.0
        return cursor


class _FileCache(SQLiteCache):
    """A cache that is left alone once its file cannot be read or written."""

    is_usable = True

    def get_response(self, *args: Any, **kwargs: Any) -> Any:
        """Return a cached answer, None if there is none."""
        return self._use(super().get_response, *args, **kwargs)

    def save_response(self, *args: Any, **kwargs: Any) -> None:
        """Save an answer."""
        self._use(super().save_response, *args, **kwargs)

    def _use(self, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return operation(*args, **kwargs) if self.is_usable else None
        except sqlite3.Error as error:
            self.is_usable = False
            _warn(error)
            return None


def _remove_unusable(session: CachedSession) -> None:
    """Remove answers that would be used for longer than CACHE_FOR, of a clock that was ahead, and pickled ones.

    An earlier release has pickled them, as binary values; they are not read.
    """
    cache = session.cache
    if isinstance(cache, SQLiteCache):
        latest = (datetime.now(UTC) + CACHE_FOR + CLOCK_TOLERANCE).timestamp()
        with cache.responses.connection(commit=True) as connection:
            table = cache.responses.table_name
            connection.execute(f"DELETE FROM {table} WHERE expires > ? OR typeof(value) = 'blob'", (latest,))  # noqa: S608
