"""Compute verdicts from the history of checks."""

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
_INCONCLUSIVE = frozenset({Outcome.BLOCKED, Outcome.UNREADABLE, Outcome.SKIPPED})
_UNDETERMINED = frozenset({Verdict.SUSPECT, Verdict.UNKNOWN})

A_DAY = timedelta(days=1)

SPREAD = 0.25
"""The share of an interval by which a due date may move, so that links checked on one day are spread over several."""


@dataclass(frozen=True, slots=True)
class Step:
    """The state of a link after one check: the verdict, the counted failures in a row, and the `gone` ones among them.

    `is_counted` is true for a failure that counts, `is_new_move` for the first permanent redirect to a URL.
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
        """Return the verdict whose recheck interval applies.

        `unknown` after an inconclusive check, and after the first permanent redirect to a URL, which a second run has
        to confirm.
        """
        return Verdict.UNKNOWN if self.check.outcome in _INCONCLUSIVE or self.is_new_move else self.verdict

    @property
    def explanation(self) -> str:
        """Return one line on the effect of the check, for `explain`."""
        if self.check.outcome in _INCONCLUSIVE:
            return "inconclusive: not counted"
        if self.check.outcome in _STATES:
            return f"{self.verdict}: failure count reset"
        if self.check.conclusive:
            return "confirmed gone: dead"
        if not self.is_counted:
            days = self.policy.dead_interval / timedelta(days=1)
            return f"not counted: less than {days:g} days (DEAD_MIN_INTERVAL_DAYS) after a counted failure"
        has_failed = self.check.outcome is Outcome.FAILED
        if self.verdict is Verdict.DEAD and (has_failed or self.gone < self.policy.dead_after):
            return "dead until a check succeeds"
        if has_failed:
            return f"{self.verdict}: failure {self.failures} in a row; only checks that find it gone make it dead"
        return f"{self.verdict}: gone in {self.gone} checks; {self.policy.dead_after} (DEAD_AFTER) make it dead"


def fold_checks(checks: Iterable[Check], policy: Policy) -> Iterator[Step]:
    """Yield the state of a link after each check, oldest first.

    A successful check resets the counts. A conclusive `gone` makes the link dead. Any other failure counts once per
    `dead_interval` and makes it suspect; only `gone` checks make it dead, since an unreachable page may exist. Blocked,
    unreadable and skipped checks change nothing, but a skipped one in the file system resets the verdict to unknown.
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
    """Return the verdict after a check and when the next is due; `history` has the earlier checks, oldest first."""
    *_, last = fold_checks((*history, check), policy)
    wait = policy.recheck_interval(kind, last.verdict_for_recheck)
    if check.outcome is Outcome.SKIPPED and check.how is CheckMethod.API:
        wait = timedelta(0)  # the service was down: the link is due in the next run
    return VerdictRecord(last.verdict, last.failures, check.checked_at + wait)


def spread_due_date(record: VerdictRecord, check: Check, url: str) -> VerdictRecord:
    """Return the record with its due date moved by up to `SPREAD` of the interval, which stays at least a day.

    The shift depends on URL and day alone, so that it is reproducible; its mean is 0. Intervals of up to a day do not
    change, nor do those after failures and inconclusive checks, whose counting depends on them.
    """
    wait = record.due_at - check.checked_at
    if wait <= A_DAY or record.verdict in _UNDETERMINED or check.outcome in _INCONCLUSIVE:
        return record
    # Not a checksum, which is linear: links of one day would stay together.
    digest = blake2b(f"{check.checked_at.astimezone(UTC):%Y-%m-%d} {url}".encode(), digest_size=4).digest()
    share = int.from_bytes(digest) / 2**32  # uniform in [0, 1)
    max_shift = min(wait * SPREAD, wait - A_DAY)
    return replace(record, due_at=record.due_at + max_shift * (2 * share - 1))


class VerdictPipeline:
    """Adds the verdict record to each result."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline with the policy of the run."""
        return cls(options_of(crawler).policy)

    def process_item(self, item: CheckResult) -> CheckResult:
        """Return the result with its verdict record."""
        record = compute_verdict(item.history, item.check, self._policy, item.link.kind)
        return replace(item, verdict_record=spread_due_date(record, item.check, item.link.url))
