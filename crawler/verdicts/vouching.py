"""End the vouch of a person early because checks find something else than before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.models.check import Check
    from crawler.models.policy import Policy
    from crawler.models.vouch import Vouch

SAME_VOUCH_TITLE = 80
"""Similarity (0 to 100) from which two titles are the same page's: counters, dates and site names change."""

_STATEMENTS = {
    Outcome.OK: Outcome.OK,
    Outcome.MOVED: Outcome.OK,
    Outcome.REPLACED: Outcome.REPLACED,
    Outcome.GONE: Outcome.GONE,
    Outcome.RESTRICTED: Outcome.RESTRICTED,
}
"""Outcomes that say something about the link; one of them is enough to end a vouch that it contradicts."""

_AGREES = {Verdict.ALIVE: Outcome.OK, Verdict.DEAD: Outcome.GONE}


def changed_vouches(
    vouches: Sequence[Vouch], history: Sequence[Check], check: Check, title: str, policy: Policy
) -> tuple[Vouch, ...]:
    """Return those of a link's vouches that a check changes.

    The first check after a vouch fills in what was seen if nothing was. A vouch in force ends if the check says
    something else than the one before it and does not agree with the vouch either, if the title is another one, or if
    a link that is vouched alive could not be reached in `dead_after` counted checks in a row, unless that was so
    before. What is blocked, unreadable or skipped says nothing. `title` is empty where there is none.
    """
    changed = []
    for vouch in vouches:
        if not vouch.is_in_force(check.checked_at):
            continue
        ended = _end_of(vouch, (*history, check), title, policy)
        if ended is not None:
            changed.append(replace(vouch, ended_at=check.checked_at, ended=ended))
        elif (now := _with_what_is_seen(vouch, check, title)) != vouch:
            changed.append(now)
    return tuple(changed)


def _with_what_is_seen(vouch: Vouch, check: Check, title: str) -> Vouch:
    seen = check.outcome if vouch.seen is None and check.outcome is not Outcome.SKIPPED else vouch.seen
    return replace(vouch, seen=seen, title=vouch.title or title)


def _end_of(vouch: Vouch, checks: Sequence[Check], title: str, policy: Policy) -> Reason | None:
    """Return why a vouch ends with the last of the checks; None if it does not."""
    if title and vouch.title and not _is_same_title(vouch.title, title):
        return Reason(ReasonCode.VOUCH_TITLE_CHANGED, vouch.title.replace("|", "/"), title)
    if vouch.seen is None:
        return None
    before, now = _statement(vouch.seen), _statement(checks[-1].outcome)
    if now is Outcome.FAILED:
        is_news = before is not Outcome.FAILED and vouch.verdict is Verdict.ALIVE
        is_end = is_news and _failed_checks(vouch, checks, policy) >= policy.dead_after
    else:
        is_end = now is not None and now not in {before, _AGREES[vouch.verdict]}
    return Reason(ReasonCode.VOUCH_OUTCOME_CHANGED, vouch.seen, checks[-1].outcome) if is_end else None


def _statement(outcome: Outcome) -> Outcome | None:
    """Return what an outcome says about a link; None if it says nothing."""
    return Outcome.FAILED if outcome is Outcome.FAILED else _STATEMENTS.get(outcome)


def _failed_checks(vouch: Vouch, checks: Sequence[Check], policy: Policy) -> int:
    """Return the number of counted failures in a row up to the last check; inconclusive ones between are ignored."""
    count, counted_at = 0, None
    for check in reversed(checks):
        if check.checked_at < vouch.given_at or _statement(check.outcome) not in {None, Outcome.FAILED}:
            break
        far_enough = counted_at is None or counted_at - check.checked_at >= policy.dead_interval
        if check.outcome is Outcome.FAILED and far_enough:
            count, counted_at = count + 1, check.checked_at
    return count


def _is_same_title(one: str, other: str) -> bool:
    one, other = (collapse_whitespace(title).casefold() for title in (one, other))
    if one == other:
        return True
    from rapidfuzz import fuzz

    return fuzz.token_sort_ratio(one, other) >= SAME_VOUCH_TITLE
