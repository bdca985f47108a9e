"""A link, its verdict, and its state in the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.models.check import Check, Outcome
from crawler.models.metadata import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.metadata import Metadata, Publication
    from crawler.models.vouch import Vouch


class Verdict(StrEnum):
    """The state of a link by its checks so far, worst first: the order of link_health.csv."""

    DEAD = "dead"
    SUSPECT = "suspect"
    RESTRICTED = "restricted"
    MOVED = "moved"
    UNKNOWN = "unknown"
    ALIVE = "alive"


class Change(StrEnum):
    """A change of a link between two runs that a user should know of, in the order in which they are listed."""

    NEWLY_DEAD = "newly dead"
    RECOVERED = "recovered"
    NEWLY_MOVED = "newly moved"
    NEWLY_BLOCKED = "newly blocked"


@dataclass(frozen=True, slots=True)
class Link:
    """One canonical URL.

    `kind` is the name of the kind in `crawler.kinds` that checks it. Links to the same resource share an `identity`: an
    arXiv id, the `owner/name` of a repository; else the URL itself. `host` is the host used for rate limits, shards and
    circuit breakers; empty for local paths.
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
        """Return `kind:identity`: links with the same key lead to the same resource."""
        return key_of(self.kind, self.identity)

    @property
    def host_key(self) -> str:
        """Return its host, or its kind if it has no host."""
        return self.host or self.kind


def key_of(kind: str, identity: str) -> str:
    """Return the key of the links of a kind with an identity, as `Link.key`."""
    return f"{kind}:{identity}"


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """A verdict, the number of failed checks in a row that it is based on, and when the next check is due."""

    verdict: Verdict
    failures_in_a_row: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LinkState:
    """The state of one link in the store: the outputs are rendered from it.

    `check` is the last check, with any outcome. `moved_to` is the new URL that a permanent redirect or a service's
    answer gave; later checks without a result keep it. `is_move_confirmed` is true once two runs got the same one.
    `snapshot` is the URL of its copy in the Wayback Machine. `previous_verdict` and `previous_outcome` are those at the
    start of the last run, in which a link may have been new: then it was unknown. `vouch` is the last one for the link
    that was not taken back. `newer_image` is the name in the image store of an image that came in place of the saved
    one, which stays. `anchors` says which of the fragments that notes ask of its page that had when it was last read;
    None for those that it did not settle. `records` are those of bibliographies on a paper, by name.
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
    vouch: Vouch | None = None
    newer_image: str | None = None
    anchors: Mapping[str, bool | None] = field(default_factory=dict, hash=False)
    records: tuple[tuple[str, Publication], ...] = ()

    @property
    def change(self) -> Change | None:
        """Return the change in the last run; None if there is none to report."""
        outcome = None if self.check is None else self.check.outcome
        return change_of(self.previous_verdict, self.verdict, self.previous_outcome, outcome)

    @property
    def vouch_in_force(self) -> Vouch | None:
        """Return the vouch that the verdict rests on; None without one, also before the first check after a comment."""
        if self.vouch is None:
            return None
        checked_at = self.vouch.given_at if self.check is None else self.check.checked_at
        is_new = checked_at < self.vouch.given_at
        if self.vouch.note and (is_new or self.check is None):
            return None
        return self.vouch if self.vouch.is_in_force(max(checked_at, self.vouch.given_at)) else None

    @property
    def suggestion(self) -> tuple[str, str] | None:
        """Return a possible replacement and its source: from the last check, or from the archive.

        The archive has the page of a dead link, and the former one of a link at which another page is now.
        """
        if self.check is not None and self.check.suggestion is not None:
            return self.check.suggestion, self.check.suggestion_source or ""
        is_lost = self.verdict is Verdict.DEAD or self.is_replaced
        return (self.snapshot, "wayback") if is_lost and self.snapshot is not None else None

    @property
    def is_replaced(self) -> bool:
        """Return whether another page is in place of the one that was linked."""
        return self.check is not None and self.check.outcome is Outcome.REPLACED

    @property
    def replacement(self) -> str | None:
        """Return the URL that may replace the link: a suggestion, or the target of its redirect; None for none."""
        if self.suggestion is not None:
            return self.suggestion[0]
        return self.moved_to if self.verdict is Verdict.MOVED else None

    @property
    def title(self) -> str:
        """Return the title of the target; empty if it is not known, and for an image, whose title is a file name."""
        return title_of(self.metadata)


def change_of(
    verdict_before: Verdict | None, verdict: Verdict, outcome_before: Outcome | None, outcome: Outcome | None
) -> Change | None:
    """Return the most serious change between two states of a link; None if there is none to report."""
    if verdict is Verdict.DEAD and verdict_before is not Verdict.DEAD:
        return Change.NEWLY_DEAD
    if verdict in {Verdict.ALIVE, Verdict.MOVED} and verdict_before in {Verdict.DEAD, Verdict.SUSPECT}:
        return Change.RECOVERED
    if verdict is Verdict.MOVED and verdict_before is not Verdict.MOVED:
        return Change.NEWLY_MOVED
    if outcome is Outcome.BLOCKED and outcome_before is not Outcome.BLOCKED:
        return Change.NEWLY_BLOCKED
    return None
