"""Papers outside of arXiv, from `works.toml`."""

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


@cache
def works() -> tuple[Work, ...]:
    """Return all of them."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(Work(**_frozen(row)) for row in table["work"])


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
