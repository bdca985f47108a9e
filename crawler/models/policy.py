"""The user's rules by which checks become a verdict, and a verdict the time of the next check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import Verdict


@dataclass(frozen=True, slots=True)
class Policy:
    """The user's rules: failures that make a link dead, the time between two that count, when to look again.

    `recheck_after` goes by `kind/verdict`, else by verdict, else by `*`.
    """

    dead_after: int
    dead_interval: timedelta
    recheck_after: Mapping[str, timedelta]

    def __post_init__(self) -> None:
        if self.dead_after < 1:
            raise ValueError(f"DEAD_AFTER counts checks, at least 1, not {self.dead_after}")

    def recheck_interval(self, kind: str, verdict: Verdict) -> timedelta:
        """Return how long a link of that kind with that verdict is left alone."""
        names = (f"{kind}/{verdict}", verdict, "*")
        return next((self.recheck_after[name] for name in names if name in self.recheck_after), timedelta(days=1))
