"""From what was seen to what is supported: history + check -> verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from crawler.config.crawl_options import options_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict, VerdictRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrapy.crawler import Crawler

    from crawler.models.policy import Policy
    from crawler.models.result import CheckResult

_STATES = {Outcome.OK: Verdict.ALIVE, Outcome.MOVED: Verdict.MOVED, Outcome.RESTRICTED: Verdict.RESTRICTED}
_UNSEEN = frozenset({Outcome.BLOCKED, Outcome.SKIPPED})
_UNDETERMINED = frozenset({Verdict.SUSPECT, Verdict.UNKNOWN})

A_DAY = timedelta(days=1)

SPREAD = 0.25
"""The share of an interval by which a link may come sooner or later, so that those of one night go apart."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one check made of a link: the verdict, the failures in a row and how many of those said that it is gone.

    `counted` tells whether it was a failure that counts, `is_new_move` whether it is the first to see a redirect to
    that address, `policy` by whose rules.
    """

    check: Check
    verdict: Verdict
    failures: int
    gone: int
    is_counted: bool
    is_new_move: bool
    policy: Policy

    @property
    def verdict_for_recheck(self) -> Verdict:
        """Return the verdict by which the next check is due.

        What was not seen is due as if nothing were known, and so is what was seen elsewhere for the first time: a
        second run has to confirm it.
        """
        return Verdict.UNKNOWN if self.check.outcome in _UNSEEN or self.is_new_move else self.verdict

    @property
    def explanation(self) -> str:
        """Say in words why it did that."""
        if self.check.outcome in _UNSEEN:
            return "says nothing about the link"
        if self.check.outcome in _STATES:
            return f"it answered: {self.verdict}, and no failure counts any more"
        if self.check.conclusive:
            return "who has it says that it is gone: dead at once"
        if not self.is_counted:
            spacing = self.policy.dead_interval / timedelta(days=1)
            return f"not counted: within {spacing:g} days (DEAD_MIN_INTERVAL_DAYS) of one that was"
        unreached = self.check.outcome is Outcome.FAILED
        if self.verdict is Verdict.DEAD and (unreached or self.gone < self.policy.dead_after):
            return "it stays dead until it answers"
        if unreached:
            return f"{self.verdict}: failure {self.failures} in a row; no answer is no reason to call it dead"
        return (
            f"{self.verdict}: check {self.gone} that says gone; {self.policy.dead_after} (DEAD_AFTER) make a link dead"
        )


def fold_checks(checks: Iterable[Check], policy: Policy) -> Iterator[Step]:
    """Yield what each check made of a link, oldest first.

    An answer clears what was counted; a site that says itself that the thing is gone settles it; any other failure
    counts once per `dead_interval` and makes a link suspect. Only failures that say that it is gone make it dead: what
    could not be reached or read may be there. Blocked and skipped say nothing about the link, but that a file system
    cannot tell takes back what it said before.
    """
    state = _State(Verdict.UNKNOWN)
    moved_to: str | None = None
    for check in checks:
        is_counted = False
        is_new_move = check.outcome is Outcome.MOVED and check.how is CheckMethod.PAGE and check.final_url != moved_to
        moved_to = check.final_url if check.outcome is Outcome.MOVED else moved_to
        if check.outcome in _STATES:
            state = _State(_STATES[check.outcome])
        elif check.outcome in {Outcome.GONE, Outcome.FAILED}:
            is_counted = state.add_failure(check, policy)
        elif check.outcome is Outcome.SKIPPED and check.how is CheckMethod.FILE:
            state = _State(Verdict.UNKNOWN)
        yield Step(check, state.verdict, state.failures, state.gone, is_counted, is_new_move, policy)


@dataclass(slots=True)
class _State:
    """The verdict and the failures in a row so far: all, those that were `gone`, and the last that counted of each."""

    verdict: Verdict
    failures: int = 0
    gone: int = 0
    failed_at: datetime | None = None
    gone_at: datetime | None = None

    def add_failure(self, check: Check, policy: Policy) -> bool:
        """Count a failed check, and return whether it counted; failures within `dead_interval` count once."""
        is_counted = self.failed_at is None or check.checked_at - self.failed_at >= policy.dead_interval
        if is_counted:
            self.failures, self.failed_at = self.failures + 1, check.checked_at
        counts_as_gone = self.gone_at is None or check.checked_at - self.gone_at >= policy.dead_interval
        if check.outcome is Outcome.GONE and counts_as_gone:
            self.gone, self.gone_at = self.gone + 1, check.checked_at
        is_dead = check.conclusive or self.gone >= policy.dead_after or self.verdict is Verdict.DEAD
        self.verdict = Verdict.DEAD if is_dead else Verdict.SUSPECT
        return is_counted


def compute_verdict(history: Sequence[Check], check: Check, policy: Policy, kind: str = "") -> VerdictRecord:
    """Return the verdict that all checks together support; `history` is the earlier ones, oldest first."""
    *_, last = fold_checks((*history, check), policy)
    wait = policy.recheck_interval(kind, last.verdict_for_recheck)
    if check.outcome is Outcome.SKIPPED and check.how is CheckMethod.API:
        wait = timedelta(0)  # the service was down: the next run asks again, whenever it is
    return VerdictRecord(last.verdict, last.failures, check.checked_at + wait)


def spread_due_date(record: VerdictRecord, check: Check, url: str) -> VerdictRecord:
    """Return the judgement with its time put off or brought forward by up to `SPREAD`, a day being the least.

    URL and day say by how much: whoever judges again gets the same, and on average intervals are as the policy has
    them. Intervals of up to a day stay, and so do those after a failure or a refusal, on which the counting rests.
    """
    wait = record.due_at - check.checked_at
    if wait <= A_DAY or record.verdict in _UNDETERMINED or check.outcome in _UNSEEN:
        return record
    # A hash, for a checksum is linear: links that came on one day would come on one day for ever.
    digest = blake2b(f"{check.checked_at.astimezone(UTC):%Y-%m-%d} {url}".encode(), digest_size=4).digest()
    share = int.from_bytes(digest) / 2**32  # 0 to 1, evenly
    most = min(wait * SPREAD, wait - A_DAY)
    return replace(record, due_at=record.due_at + most * (2 * share - 1))


class VerdictPipeline:
    """Adds the judgement to each result."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the policy of the run."""
        return cls(options_of(crawler).policy)

    def process_item(self, item: CheckResult) -> CheckResult:
        """Judge one result."""
        record = compute_verdict(item.history, item.check, self._policy, item.link.kind)
        return replace(item, verdict_record=spread_due_date(record, item.check, item.link.url))
