"""Find the first damaged value of a link database, to say which it is instead of what it led to.

SQLite checks pages and not values: a flipped bit makes a verdict that is none, or a date that cannot be read. It is
looked for only after an error that nobody foresaw, since it reads the whole database.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.errors import UserError
from crawler.messages import say
from crawler.models.check import CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.store.database import NoStoreError, store_url
from crawler.store.inspector import StoreInspector
from crawler.store.schema import mapping
from crawler.store.schema.tables import checks, facts, links, outputs, page_versions, tables, version

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import Enum

    from crawler.config.crawl_options import CrawlOptions

_NAMES: dict[str, type[Enum]] = {
    "verdict": Verdict,
    "previous_verdict": Verdict,
    "outcome": Outcome,
    "previous_outcome": Outcome,
    "how": CheckMethod,
}
_JSON_OBJECTS = frozenset({links.c.anchors, outputs.c.files})
_NEEDED = frozenset({checks.c.outcome, checks.c.reason, checks.c.checked_at, checks.c.how})
"""Columns that are null in `links`, which has them too, before the first check."""

_ROWS: dict[str, Callable[[sa.Row[Any]], object]] = {
    checks.name: mapping.check_from_row,
    page_versions.name: mapping.page_version_from_row,
}


def damage_of(options: CrawlOptions) -> str | None:
    """Return a line on the first damaged value of the link database, and what to do; None if all can be read."""
    try:
        store = StoreInspector.open_to_read(store_url(options))
    except NoStoreError:
        return None
    except UserError as error:
        return str(error)
    except (ValueError, TypeError):  # of the number of its version
        url = sa.make_url(store_url(options))
        return _line(url.database or url.render_as_string(), version.name)
    try:
        found = store.find_damage(_damage_in)
    finally:
        store.close()
    return None if found is None else _line(store.name, found)


def _line(name: str, place: str) -> str:
    return say("error.damaged_value", name=name, place=place)


def _damage_in(connection: sa.Connection) -> str | None:
    """Return `table.column` of the first value that is not of its type, or the table if its rows cannot be read."""
    for table in tables.sorted_tables:
        if table is facts:  # a cache: what cannot be read counts as absent
            continue
        try:
            for row in connection.execute(sa.select(table)):
                if (column := next(filter(None, (_fault(each, row) for each in table.columns)), None)) is not None:
                    return f"{table.name}.{column}"
                if table.name in _ROWS:
                    _ROWS[table.name](row)
        except (ValueError, TypeError, AttributeError, sa.exc.DBAPIError):
            return f"the table {table.name}"
    return None


def _fault(column: sa.Column[Any], row: sa.Row[Any]) -> str | None:
    """Return the name of a column if its value in a row is damaged."""
    value = getattr(row, column.name)
    if value is None:
        return None if column.nullable and column not in _NEEDED else column.name
    try:
        if column.name in _NAMES and column.table in {links, checks}:
            _NAMES[column.name](value)
        if column in _JSON_OBJECTS:
            dict(json.loads(value))
        is_of_type = isinstance(value, (bool, int) if column.type.python_type is bool else column.type.python_type)
    except NotImplementedError:  # the types of our own: what was read is of them
        return None
    except (ValueError, TypeError):
        return column.name
    is_snapshot = column is links.c.snapshot and is_of_type
    return None if is_of_type and (not is_snapshot or value.startswith("http")) else column.name
