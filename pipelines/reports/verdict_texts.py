"""The effect of each check on the verdict, and what decided it, as texts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.models.check import CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.reason import ReasonCode
from crawler.verdicts.fold import INCONCLUSIVE, STATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.models.check import Check
    from crawler.models.policy import Policy
    from crawler.models.vouch import Vouch
    from crawler.verdicts.fold import Step

_DAY = timedelta(days=1)

EVIDENCE = {
    Outcome.OK: "it is there",
    Outcome.MOVED: "it is there, at another URL",
    Outcome.REPLACED: "another page is there",
    Outcome.GONE: "the site says that it does not exist",
    Outcome.RESTRICTED: "it is there, but not public",
    Outcome.BLOCKED: "refused: says nothing about the link",
    Outcome.UNREADABLE: "a server answered; its response cannot be read",
    Outcome.FAILED: "could not be reached from here",
    Outcome.SKIPPED: "not requested",
}
"""What each outcome says about a link."""


def evidence_of(check: Check) -> str:
    """Return what a check says about its link."""
    if check.how is CheckMethod.ARCHIVE:
        return "the Wayback Machine was asked"
    if check.reason.code is ReasonCode.HOST_NOT_FOUND:
        return "the name does not resolve, others do"
    return EVIDENCE[check.outcome]


def explain_step(step: Step) -> str:
    """Return one line on the effect of a check on the verdict that checks support."""
    check, policy = step.check, step.policy
    if check.how is CheckMethod.ARCHIVE:
        return _explain_archive(step)
    if check.outcome in INCONCLUSIVE:
        return "inconclusive: not counted"
    if check.outcome in STATES:
        return f"{step.evidence}: failure count reset"
    if check.conclusive:
        return "confirmed gone: dead"
    if not step.is_counted:
        days = policy.dead_interval / _DAY
        return f"not counted: less than {days:g} days (DEAD_MIN_INTERVAL_DAYS) after a counted failure"
    has_failed = check.outcome is Outcome.FAILED
    if step.evidence is Verdict.DEAD and (has_failed or step.gone < policy.dead_after):
        return "dead until a check succeeds"
    if has_failed:
        return f"{step.evidence}: failure {step.failures} in a row; {_patience(policy)}"
    return f"{step.evidence}: gone in {step.gone} checks; {policy.dead_after} (DEAD_AFTER) make it dead"


def _patience(policy: Policy) -> str:
    days = policy.unreachable_after / _DAY
    return f"dead after {days:g} days without an answer (UNREACHABLE_AFTER)"


def _explain_archive(step: Step) -> str:
    if step.check.outcome is Outcome.OK:
        return f"{step.evidence}: the archive could reach it"
    if step.is_dead_by_silence:
        return "dead: the archive could not reach it either"
    return f"{step.evidence}: no effect"


def explain_verdict(steps: Sequence[Step], vouch: Vouch | None = None) -> str:
    """Return what decided the verdict after the last step; empty without steps. `vouch` is that in force."""
    if vouch is not None:
        where = f"in {vouch.note}" if vouch.note else "by command"
        return f"a person, {where}, until {vouch.until}: {vouch.because}"
    if not steps:
        return ""
    last = steps[-1]
    if last.evidence in {Verdict.DEAD, Verdict.SUSPECT}:
        return _explain_failures(steps)
    seen = [step.check for step in steps if step.check.how is not CheckMethod.ARCHIVE]
    decided = next((check for check in reversed(seen) if check.outcome in STATES), None)
    if last.evidence is Verdict.UNKNOWN or decided is None:
        return f"no check; the last one: {evidence_of(last.check)}"
    return f"{evidence_of(decided)} ({decided.reason}), seen on {_day(decided.checked_at)}"


def _explain_failures(steps: Sequence[Step]) -> str:
    """Return what decided that a link is dead or suspect."""
    last, policy = steps[-1], steps[-1].policy
    answers = [step.check for step in steps if step.check.outcome in STATES]
    if answers and answers[-1].outcome is Outcome.REPLACED and not last.failures:
        return f"{evidence_of(answers[-1])} ({answers[-1].reason}), seen on {_day(answers[-1].checked_at)}"
    if last.evidence is Verdict.DEAD and not last.is_dead_by_silence:
        decided = _first_of_verdict(steps)
        if decided.check.conclusive:
            return (
                f"the site or an API says that it is gone ({decided.check.reason}), on {_day(decided.check.checked_at)}"
            )
        return f"gone in {last.gone} counted checks, the last time for the reason: {_last_no(steps).reason}"
    if last.silence is not None and (last.is_dead_by_silence or not last.gone):
        return _explain_silence(last)
    if last.gone:
        return f"gone in {last.gone} of {policy.dead_after} counted checks (DEAD_AFTER) that make it dead"
    return "could not be reached from here, but a server answers"


def _explain_silence(last: Step) -> str:
    assert last.silence is not None  # noqa: S101 - the caller has checked it
    silence, policy = last.silence, last.policy
    since = f"could not be reached from here since {_day(silence.since)}, in {silence.counted_checks} counted checks"
    if last.is_dead_by_silence:
        return f"{since}; the Wayback Machine has no newer capture"
    if silence.captured:
        return f"{since}; not dead: the Wayback Machine has a newer capture"
    if silence.is_long(policy):
        return f"{since}; not dead: the Wayback Machine has not answered"
    return f"{since}; {_patience(policy)}, unless the Wayback Machine has a newer capture"


def _first_of_verdict(steps: Sequence[Step]) -> Step:
    """Return the step since which the verdict has been that of the last one."""
    first = steps[-1]
    for step in reversed(steps):
        if step.evidence is not steps[-1].evidence:
            break
        first = step
    return first


def _last_no(steps: Sequence[Step]) -> Check:
    return next(step.check for step in reversed(steps) if step.check.outcome is Outcome.GONE)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
