"""Papers outside of arXiv, and repositories outside of GitHub, from `works.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One paper: who describes it (`style`) at which `page`, the `addresses` in notes, and what is right."""

    style: str
    kind: str
    addresses: tuple[str, ...]
    page: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    conference: str = ""
    journal: str = ""
    volume: str = ""
    year: int = 0
    pages: str = ""
    doi: str = ""
    pii: str = ""
    forum: str = ""
    openreview: str = ""
    comment: str = ""
    s2: str = ""
    s2_venue: str = ""
    dblp: str = ""
    venue: str = ""
    notices: tuple[tuple[str, str], ...] = ()

    @property
    def printed_in(self) -> str:
        """Where it appeared, as printed."""
        return self.conference or self.journal


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRepository:
    """A repository on a host other than GitHub; `now` is its present name if it was renamed."""

    api: str
    addresses: tuple[str, ...]
    name: str
    now: str = ""
    stars: int | None = None
    downloads: int | None = None
    license: str | None = None
    gated: bool = False
    archived: bool = False


@cache
def repositories() -> tuple[KnownRepository, ...]:
    """Return all repositories."""
    return tuple(KnownRepository(**_frozen(row)) for row in _table()["repository"])


@cache
def works() -> tuple[Work, ...]:
    """Return all of them."""
    return tuple(Work(**_frozen(row)) for row in _table()["work"])


def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
