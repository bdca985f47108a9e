"""Compute the verdict of a link from the history of its checks, and from what persons vouch for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.models.check import CLOCK_TOLERANCE, Check, CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.vouch import vouch_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from crawler.models.policy import Policy
    from crawler.models.vouch import Vouch

STATES = {
    Outcome.OK: Verdict.ALIVE,
    Outcome.MOVED: Verdict.MOVED,
    Outcome.RESTRICTED: Verdict.RESTRICTED,
    Outcome.REPLACED: Verdict.SUSPECT,
}
"""Outcomes that are a verdict by themselves."""

INCONCLUSIVE = frozenset({Outcome.BLOCKED, Outcome.UNREADABLE, Outcome.SKIPPED})
"""Outcomes that do not change a verdict."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Failed checks in a row, between which there was no answer other than HTTP 5xx.

    `since` is the first of them, `until` the last, `counted_at` the last that was counted and `counted_checks` their
    number. `asked_at` is when the Wayback Machine was last asked for a capture that is newer than `since`, `captured`
    whether it has one.
    """

    since: datetime
    until: datetime
    counted_at: datetime
    counted_checks: int = 1
    asked_at: datetime | None = None
    captured: bool = False

    def extended(self, at: datetime, policy: Policy) -> Silence:
        """Return the silence after one more check without an answer."""
        if at - self.counted_at < policy.dead_interval:
            return replace(self, until=at)
        return replace(self, until=at, counted_at=at, counted_checks=self.counted_checks + 1)

    def is_long(self, policy: Policy) -> bool:
        """Return whether it is as long as `unreachable_after`, in at least `dead_after` counted checks."""
        return self.counted_checks >= policy.dead_after and self.until - self.since >= policy.unreachable_after

    @property
    def is_unasked(self) -> bool:
        """Return whether the archive has not been asked since the last check."""
        return not self.captured and (self.asked_at is None or self.asked_at < self.until)


@dataclass(frozen=True, slots=True)
class Step:
    """The state of a link after one check.

    `evidence` is the verdict that the checks alone support, `failures` the counted failures in a row, `gone` the `gone`
    ones among them. `silence` is that at the end of the checks; `is_dead_by_silence` says that nothing else makes the
    link dead. `is_counted` is true for a failure that counts, `is_new_move` for the first permanent redirect to a URL.
    `vouch` is the vouch in force.
    """

    check: Check
    evidence: Verdict
    failures: int
    gone: int
    is_counted: bool
    is_new_move: bool
    policy: Policy
    silence: Silence | None = None
    is_dead_by_silence: bool = False
    vouch: Vouch | None = None

    @property
    def verdict(self) -> Verdict:
        """Return the verdict: that of the person who vouches for the link, else that of the checks."""
        return self.evidence if self.vouch is None else self.vouch.verdict

    @property
    def verdict_for_recheck(self) -> Verdict:
        """Return the verdict whose recheck interval applies; a vouch does not change it.

        `unknown` after an inconclusive check, and after the first permanent redirect to a URL, which a second run has
        to confirm.
        """
        return Verdict.UNKNOWN if self.check.outcome in INCONCLUSIVE or self.is_new_move else self.evidence

    @property
    def needs_archive(self) -> bool:
        """Return whether only the Wayback Machine can tell if the link is dead, and has not been asked."""
        is_open = self.evidence is Verdict.SUSPECT or self.is_dead_by_silence
        return is_open and self.silence is not None and self.silence.is_long(self.policy) and self.silence.is_unasked


def fold_checks(checks: Iterable[Check], policy: Policy, vouches: Sequence[Vouch] = ()) -> Iterator[Step]:
    """Yield the state of a link after each check, oldest first.

    A successful check resets the counts, and so does another page in place of the linked one, which makes the link
    suspect and never dead. A conclusive `gone` makes the link dead. Any other failure counts once per
    `dead_interval` and makes it suspect; `dead_after` counted `gone` checks make it dead, whatever failures are between
    them. Blocked, unreadable and skipped checks change nothing, but a skipped one in the file system resets the verdict
    to unknown.

    Failures without an answer other than HTTP 5xx make it dead only after `unreachable_after`, in at least `dead_after`
    counted checks, once the Wayback Machine has said that it has no capture with status 200 since the first of them.
    Any other answer of the server starts that time again, and makes a link suspect that was dead for this alone.

    A clock that was ahead for some checks neither counts them twice nor keeps later ones from counting.
    """
    state = _State(Verdict.UNKNOWN)
    moved_to: str | None = None
    given = list(checks)
    for seen, check in zip(given, _in_order(given), strict=True):
        is_new_move = check.outcome is Outcome.MOVED and check.how is CheckMethod.PAGE and check.final_url != moved_to
        moved_to = check.final_url if check.outcome is Outcome.MOVED else moved_to
        is_counted = state.add(check, policy)
        yield Step(
            seen,
            state.verdict,
            state.failures,
            state.gone,
            is_counted,
            is_new_move,
            policy,
            silence=state.silence,
            is_dead_by_silence=state.is_dead_by_silence,
            vouch=vouch_in_force(vouches, check.checked_at),
        )


def _in_order(checks: Sequence[Check]) -> Sequence[Check]:
    """Return checks with other times where a clock was ahead: nothing after such a check would ever count.

    A check that is later than the last one that says something is taken to be of the time of the next one that is not.
    """
    telling = [check.checked_at for check in checks if check.outcome not in INCONCLUSIVE]
    if not telling or max(telling) <= telling[-1] + CLOCK_TOLERANCE:
        return checks
    ordered, latest = list(checks), telling[-1] + CLOCK_TOLERANCE
    following = telling[-1]
    for at in range(len(ordered) - 1, -1, -1):
        if ordered[at].outcome in INCONCLUSIVE:
            continue
        if ordered[at].checked_at > latest:
            ordered[at] = replace(ordered[at], checked_at=following)
        following = ordered[at].checked_at
    return ordered


def verdict_at(checks: Iterable[Check], policy: Policy, vouches: Sequence[Vouch], at: datetime) -> Verdict:
    """Return the verdict at a time after the last check, when a vouch may have begun or expired since."""
    if (vouch := vouch_in_force(vouches, at)) is not None:
        return vouch.verdict
    *_, last = (Verdict.UNKNOWN, *(step.evidence for step in fold_checks(checks, policy)))
    return last


@dataclass(slots=True)
class _State:
    """The verdict and the failures in a row so far: all, those that were `gone`, and the last that counted of each."""

    verdict: Verdict
    failures: int = 0
    gone: int = 0
    failed_at: datetime | None = None
    gone_at: datetime | None = None
    silence: Silence | None = None
    is_dead_by_silence: bool = False

    def add(self, check: Check, policy: Policy) -> bool:
        """Add a check, and return whether it is a failure that counts."""
        if check.how is CheckMethod.ARCHIVE:
            self._add_archive(check, policy)
            return False
        if check.outcome in STATES:
            self._reset(STATES[check.outcome])
            return False
        if check.outcome is Outcome.SKIPPED:
            if check.how is CheckMethod.FILE:
                self._reset(Verdict.UNKNOWN)
            return False
        self._add_silence(check, policy)
        return check.outcome not in INCONCLUSIVE and self._add_failure(check, policy)

    def _reset(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.failures = self.gone = 0
        self.failed_at = self.gone_at = self.silence = None
        self.is_dead_by_silence = False

    def _add_failure(self, check: Check, policy: Policy) -> bool:
        """Count a failed check, and return whether it counted; failures within `dead_interval` count once."""
        is_counted = self.failed_at is None or check.checked_at - self.failed_at >= policy.dead_interval
        if is_counted:
            self.failures, self.failed_at = self.failures + 1, check.checked_at
        counts_as_gone = self.gone_at is None or check.checked_at - self.gone_at >= policy.dead_interval
        if check.outcome is Outcome.GONE and counts_as_gone:
            self.gone, self.gone_at = self.gone + 1, check.checked_at
        if check.conclusive or self.gone >= policy.dead_after:
            self.verdict, self.is_dead_by_silence = Verdict.DEAD, False
        elif self.verdict is not Verdict.DEAD:
            self.verdict = Verdict.SUSPECT
        return is_counted

    def _add_silence(self, check: Check, policy: Policy) -> None:
        """Begin, extend or end the silence; a server that answers is there, unless it says that nothing is."""
        at = check.checked_at
        if check.is_silent:
            self.silence = self.silence.extended(at, policy) if self.silence else Silence(at, at, at)
            return
        self.silence = None
        if self.is_dead_by_silence and check.outcome is not Outcome.GONE:
            self.verdict, self.is_dead_by_silence = Verdict.SUSPECT, False

    def _add_archive(self, check: Check, policy: Policy) -> None:
        """Take the answer of the Wayback Machine: `ok` if it has a capture since the first failure, else `failed`."""
        if self.silence is None:
            return
        self.silence = replace(self.silence, asked_at=check.checked_at, captured=check.outcome is Outcome.OK)
        if self.silence.captured and self.is_dead_by_silence:
            self.verdict, self.is_dead_by_silence = Verdict.SUSPECT, False
        elif not self.silence.captured and self.silence.is_long(policy) and self.verdict is not Verdict.DEAD:
            self.verdict, self.is_dead_by_silence = Verdict.DEAD, True
