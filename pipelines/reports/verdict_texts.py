"""The effect of each check on the verdict, and what decided it, as texts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.messages import language, say
from crawler.models.check import CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.reasons.reason import ReasonCode
from crawler.verdicts.fold import INCONCLUSIVE, STATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.models.check import Check
    from crawler.models.policy import Policy
    from crawler.models.vouch import Vouch
    from crawler.verdicts.fold import Step

_DAY = timedelta(days=1)


def evidence_of(check: Check) -> str:
    """Return what a check says about its link."""
    if check.how is CheckMethod.ARCHIVE:
        return say("evidence.archive")
    if check.reason.code is ReasonCode.HOST_NOT_FOUND:
        return say("evidence.no_host")
    if check.how is CheckMethod.FILE and check.outcome is Outcome.GONE:
        return say("evidence.no_file")
    return say(f"evidence.{check.outcome}")


def explain_step(step: Step) -> str:
    """Return one line on the effect of a check on the verdict that checks support."""
    check, policy = step.check, step.policy
    if check.how is CheckMethod.ARCHIVE:
        return _explain_archive(step)
    if check.outcome in INCONCLUSIVE:
        return say("effect.not_counted")
    verdict = say(f"verdict.{step.evidence}")
    if check.outcome in STATES:
        return say("effect.reset", verdict=verdict)
    if check.conclusive:
        return say("effect.gone_at_once")
    if not step.is_counted:
        return say("effect.too_soon", days=policy.dead_interval / _DAY)
    has_failed = check.outcome is Outcome.FAILED
    if step.evidence is Verdict.DEAD and (has_failed or step.gone < policy.dead_after):
        return say("effect.stays_dead")
    if has_failed:
        return say("effect.failure", verdict=verdict, n=step.failures, patience=_patience(policy))
    return say("effect.not_found", verdict=verdict, n=step.gone, limit=policy.dead_after)


def _patience(policy: Policy) -> str:
    return say("effect.patience", days=policy.unreachable_after / _DAY)


def _explain_archive(step: Step) -> str:
    verdict = say(f"verdict.{step.evidence}")
    if step.check.outcome is Outcome.OK:
        return say("effect.archive_reached", verdict=verdict)
    if step.is_dead_by_silence:
        return say("effect.archive_failed")
    return say("effect.archive_nothing", verdict=verdict)


def explain_verdict(steps: Sequence[Step], vouch: Vouch | None = None) -> str:
    """Return what decided the verdict after the last step; empty without steps. `vouch` is that in force."""
    if vouch is not None:
        return say("decided.by_person", where=place_of_vouch(vouch), until=vouch.until, because=vouch.because)
    if not steps:
        return ""
    last = steps[-1]
    if last.evidence in {Verdict.DEAD, Verdict.SUSPECT}:
        return _explain_failures(steps)
    seen = [step.check for step in steps if step.check.how is not CheckMethod.ARCHIVE]
    decided = next((check for check in reversed(seen) if check.outcome in STATES), None)
    if last.evidence is Verdict.UNKNOWN or decided is None:
        return say("decided.by_nothing", evidence=evidence_of(last.check))
    return _seen("decided.seen", decided)


def place_of_vouch(vouch: Vouch) -> str:
    """Return where a person vouches for a link."""
    return say("explain.in_note", note=vouch.note) if vouch.note else say("explain.by_command")


def _seen(key: str, check: Check) -> str:
    day = _day(check.checked_at)
    return say(key, evidence=evidence_of(check), reason=check.reason.text(language()), day=day)


def _explain_failures(steps: Sequence[Step]) -> str:
    """Return what decided that a link is dead or suspect."""
    last, policy = steps[-1], steps[-1].policy
    answers = [step.check for step in steps if step.check.outcome in STATES]
    if answers and answers[-1].outcome is Outcome.REPLACED and not last.failures:
        return _seen("decided.seen", answers[-1])
    if last.evidence is Verdict.DEAD and not last.is_dead_by_silence:
        decided = _first_of_verdict(steps)
        if decided.check.conclusive:
            return _seen("decided.gone", decided.check)
        return say("decided.not_found", n=last.gone, reason=_last_no(steps).reason.text(language()))
    if last.silence is not None and (last.is_dead_by_silence or not last.gone):
        return _explain_silence(last)
    if last.gone:
        return say("decided.not_found_yet", n=last.gone, limit=policy.dead_after)
    return say("decided.answers")


def _explain_silence(last: Step) -> str:
    assert last.silence is not None  # noqa: S101 - the caller has checked it
    silence, policy = last.silence, last.policy
    since = say("decided.silent", day=_day(silence.since), n=silence.counted_checks)
    if last.is_dead_by_silence:
        then = say("decided.archive_failed")
    elif silence.captured:
        then = say("decided.archive_reached")
    elif silence.is_long(policy):
        then = say("decided.archive_silent")
    else:
        then = say("decided.archive_first", patience=_patience(policy))
    return say("between_parts").join((since, then))


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
