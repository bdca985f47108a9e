"""A link, its verdict, and what the store knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.models.check import Check, Outcome

if TYPE_CHECKING:
    from crawler.models.metadata import Metadata


class Verdict(StrEnum):
    """What the history of checks supports; declared worst first, the order of the health CSV."""

    DEAD = "dead"
    SUSPECT = "suspect"
    RESTRICTED = "restricted"
    MOVED = "moved"
    UNKNOWN = "unknown"
    ALIVE = "alive"


class Change(StrEnum):
    """What became of a link between two runs, where that asks for a look; declared in the order of the list."""

    NEWLY_DEAD = "newly dead"
    RECOVERED = "recovered"
    NEWLY_MOVED = "newly moved"
    NEWLY_BLOCKED = "newly blocked"


@dataclass(frozen=True, slots=True)
class Link:
    """One canonical URL.

    `kind` names the module of `crawler.kinds` that fetches and reads it. Links that ask about the same thing share an
    `identity`: an arXiv id, `owner/name` of a repository; else the URL itself. `host` is who is asked: pace, leases and
    breakers go by it; empty for local paths.
    """

    url: str
    kind: str
    identity: str
    host: str = ""

    def __post_init__(self) -> None:
        if not (self.url and self.kind and self.identity):
            raise ValueError(f"a link needs url, kind and identity: {self!r}")

    @property
    def key(self) -> str:
        """Kind and identity in one: links with the same key lead to the same thing."""
        return key_of(self.kind, self.identity)

    @property
    def lease_key(self) -> str:
        """What a worker leases to look at it: its host, its kind where it has none."""
        return self.host or self.kind


def key_of(kind: str, identity: str) -> str:
    """Return the key of the links of a kind with an identity."""
    return f"{kind}:{identity}"


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """A verdict with what it rests on: failures that counted, and when to look again."""

    verdict: Verdict
    failures_in_a_row: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LinkState:
    """All the store knows of one link: the row that the outputs are rendered from.

    `check` is the last check whatever it saw; `moved_to` is the new address that a permanent redirect or a service's
    answer once gave, and stays known through nights on which nothing was seen; `is_move_confirmed` tells that two runs
    saw the same. `snapshot` is its page in the Wayback
    Machine. `previous_verdict` and `previous_outcome` are what stood here when the last run began.
    """

    link: Link
    verdict: Verdict
    first_seen: datetime
    check: Check | None = None
    failures_in_a_row: int = 0
    last_alive: datetime | None = None
    moved_to: str | None = None
    is_move_confirmed: bool = False
    metadata: Metadata | None = None
    snapshot: str | None = None
    previous_verdict: Verdict | None = None
    previous_outcome: Outcome | None = None

    @property
    def change(self) -> Change | None:
        """What changed since the last run; None for what needs no look."""
        outcome = None if self.check is None else self.check.outcome
        return change_of(self.previous_verdict, self.verdict, self.previous_outcome, outcome)

    @property
    def suggestion(self) -> tuple[str, str] | None:
        """What may stand in the link's place, and who says so: the last check, or the archive for a dead link."""
        if self.check is not None and self.check.suggestion is not None:
            return self.check.suggestion, self.check.suggestion_source or ""
        if self.verdict is Verdict.DEAD and self.snapshot is not None:
            return self.snapshot, "wayback"
        return None


def change_of(
    verdict_before: Verdict | None, verdict: Verdict, outcome_before: Outcome | None, outcome: Outcome | None
) -> Change | None:
    """Return what became of a link, the gravest first; None for what needs no look."""
    if verdict is Verdict.DEAD and verdict_before is not Verdict.DEAD:
        return Change.NEWLY_DEAD
    if verdict in {Verdict.ALIVE, Verdict.MOVED} and verdict_before in {Verdict.DEAD, Verdict.SUSPECT}:
        return Change.RECOVERED
    if verdict is Verdict.MOVED and verdict_before is not Verdict.MOVED:
        return Change.NEWLY_MOVED
    if outcome is Outcome.BLOCKED and outcome_before is not Outcome.BLOCKED:
        return Change.NEWLY_BLOCKED
    return None
