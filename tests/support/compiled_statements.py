"""Let all SQLite engines of a process, and of those forked from it, share the statements that SQLAlchemy has compiled.

Each engine has a cache of its own, so each forked crawl would compile them again: 35 ms.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

import sqlalchemy as sa


def share_compiled_statements() -> None:
    """Let engines for SQLite that are created from now on without options use one dialect and one cache."""
    create = sa.create_engine
    shared = create("sqlite://")
    with shared.connect():  # the first connection tells the dialect what the library can do
        pass

    @wraps(create)
    def create_engine(url: str | sa.URL, **options: Any) -> sa.Engine:
        engine = create(url, **options)
        if not options and type(engine.dialect) is type(shared.dialect):
            engine.dialect = engine.pool._dialect = shared.dialect  # the dialect is part of the keys of the cache
            engine._compiled_cache = shared._compiled_cache
        return engine

    sa.create_engine = create_engine
