"""From what was seen to what is supported: history + check -> verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from crawler import options
from crawler.items import Check, How, Judgement, Outcome, Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrapy.crawler import Crawler

_STATES = {Outcome.OK: Verdict.ALIVE, Outcome.MOVED: Verdict.MOVED, Outcome.RESTRICTED: Verdict.RESTRICTED}
_UNSEEN = frozenset({Outcome.BLOCKED, Outcome.SKIPPED})
_UNSETTLED = frozenset({Verdict.SUSPECT, Verdict.UNKNOWN})

A_DAY = timedelta(days=1)

SPREAD = 0.25
"""The share of an interval by which a link may come sooner or later, so that those of one night go apart."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The user's rules: failures that make a link dead, the time between two that count, when to look again.

    `recheck_after` goes by `kind/verdict`, else by verdict, else by `*`.
    """

    dead_after: int
    dead_spacing: timedelta
    recheck_after: Mapping[str, timedelta]

    def __post_init__(self) -> None:
        if self.dead_after < 1:
            raise ValueError(f"DEAD_AFTER counts checks, at least 1, not {self.dead_after}")

    def recheck(self, kind: str, verdict: Verdict) -> timedelta:
        """Return how long a link of that kind with that verdict is left alone."""
        names = (f"{kind}/{verdict}", verdict, "*")
        return next((self.recheck_after[name] for name in names if name in self.recheck_after), timedelta(days=1))


def judge(history: Sequence[Check], check: Check, policy: Policy, kind: str = "web") -> Judgement:
    """Return the verdict that all checks together support; `history` is the earlier ones, oldest first.

    An answer clears what was counted; a site that says itself that the thing is gone settles it; any other failure
    counts once per `dead_spacing` and makes a link suspect, then dead; blocked and skipped say nothing about the link.
    """
    verdict, failures = Verdict.UNKNOWN, 0
    counted_at: datetime | None = None
    for seen in (*history, check):
        if seen.outcome in _STATES:
            verdict, failures, counted_at = _STATES[seen.outcome], 0, None
        elif seen.outcome in {Outcome.GONE, Outcome.FAILED}:
            if counted_at is None or seen.checked_at - counted_at >= policy.dead_spacing:
                failures, counted_at = failures + 1, seen.checked_at
            settled = seen.conclusive or failures >= policy.dead_after or verdict is Verdict.DEAD
            verdict = Verdict.DEAD if settled else Verdict.SUSPECT
    wait = policy.recheck(kind, Verdict.UNKNOWN if check.outcome in _UNSEEN else verdict)
    if check.outcome is Outcome.SKIPPED and check.how is How.API:
        wait = timedelta(0)  # the service was down: the next run asks again, whenever it is
    return Judgement(verdict, failures, check.checked_at + wait)


def spread(judgement: Judgement, check: Check, url: str) -> Judgement:
    """Return the judgement with its time put off or brought forward by up to `SPREAD`, a day being the least.

    URL and day say by how much: whoever judges again gets the same, and on average intervals are as the policy has
    them. Intervals of up to a day stay, and so do those after a failure or a refusal, on which the counting rests.
    """
    wait = judgement.due_at - check.checked_at
    if wait <= A_DAY or judgement.verdict in _UNSETTLED or check.outcome in _UNSEEN:
        return judgement
    # A hash, for a checksum is linear: links that came on one day would come on one day for ever.
    digest = blake2b(f"{check.checked_at.astimezone(UTC):%Y-%m-%d} {url}".encode(), digest_size=4).digest()
    share = int.from_bytes(digest) / 2**32  # 0 to 1, evenly
    most = min(wait * SPREAD, wait - A_DAY)
    return replace(judgement, due_at=judgement.due_at + most * (2 * share - 1))


class VerdictPipeline:
    """Adds the judgement to each result."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the policy from the settings, which count in days."""
        settings = crawler.settings
        days = options.table(settings, "RECHECK_AFTER")
        return cls(
            Policy(
                dead_after=int(options.number(settings, "DEAD_AFTER")),
                dead_spacing=timedelta(days=options.number(settings, "DEAD_SPACING")),
                recheck_after={name: timedelta(days=count) for name, count in days.items()},
            )
        )

    def process_item(self, item: Result) -> Result:
        """Judge one result."""
        judgement = judge(item.history, item.check, self._policy, item.link.kind)
        return replace(item, judgement=spread(judgement, item.check, item.link.url))
