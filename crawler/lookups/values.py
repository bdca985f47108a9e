"""Read values in the answers of services: one of another type, or that no database stores, counts as absent. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

MAX_TEXT = 100_000
"""Characters of a text that are used; the longest abstracts have a tenth of that."""

_MAX_COUNT = 2**63 - 1  # what SQLite and PostgreSQL store
_YEARS = range(1900, 2200)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def text_in(value: Any, limit: int = MAX_TEXT) -> str | None:
    """Return a text of at most `limit` characters without NUL and lone surrogates, which databases refuse."""
    return _UNSTORABLE.sub("", value[:limit]) if isinstance(value, str) else None


def text_or_number_in(value: Any, limit: int = MAX_TEXT) -> str | None:
    """Return a text, or a whole number as one: services write years and volumes in both ways."""
    return text_in(str(value) if isinstance(value, int) else value, limit)


def count_in(value: Any) -> int | None:
    """Return a number from 0 to what a database stores."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_COUNT
    return value if is_count else None


def flag_in(value: Any) -> bool | None:
    """Return a truth value."""
    return value if isinstance(value, bool) else None


def year_in(value: Any) -> int | None:
    """Return a year from 1900 to 2199."""
    year = count_in(value)
    return year if year in _YEARS else None


def time_in(value: Any) -> datetime | None:
    """Return a time, or that in ISO 8601, of a year from 1900 to 2199; UTC if it names no time zone."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value[:40])
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.year not in _YEARS:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def list_in(values: Any) -> list[Any]:
    """Return a list; [] for anything else."""
    return values if isinstance(values, list) else []


def texts_in(values: Any) -> tuple[str, ...]:
    """Return the texts in a list that are not empty."""
    return tuple(text for each in values if (text := text_in(each))) if isinstance(values, list | tuple) else ()


def value_at(record: Any, *path: str) -> Any:
    """Return the value at a path of keys in nested dictionaries; None if a key is missing."""
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def values_at(records: Any, *path: str) -> list[Any]:
    """Return the value at a path in each record of a list; [] if it is not a list."""
    return [value_at(record, *path) for record in list_in(records)]
