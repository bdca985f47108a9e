"""The user's rules for verdicts and for the time of the next check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import Verdict


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of the settings: `gone` checks that make a link dead, time between counted failures, recheck intervals.

    `unreachable_after` is the time without any answer after which a link may be dead. The keys of `recheck_after` are
    `kind/verdict`, a verdict, or `*`; the first of these that is there applies. Raises ValueError if `dead_after` is
    less than 1.
    """

    dead_after: int
    dead_interval: timedelta
    recheck_after: Mapping[str, timedelta]
    unreachable_after: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        if self.dead_after < 1:
            raise ValueError(f"DEAD_AFTER: invalid value {self.dead_after} (at least 1)")

    def recheck_interval(self, kind: str, verdict: Verdict) -> timedelta:
        """Return the time until the next check of a link of a kind with a verdict; one day by default."""
        names = (f"{kind}/{verdict}", verdict, "*")
        return next((self.recheck_after[name] for name in names if name in self.recheck_after), timedelta(days=1))
