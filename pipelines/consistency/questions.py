"""Links that a person should review: unknown for long, or no longer vouched for. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.models.link import LinkState

UNKNOWN_FOR = timedelta(days=90)
"""Time after which a person is asked about a link that no check could tell anything of."""

Location = tuple[str, int]
"""Path and line of a mention."""


def is_unknown_for_long(state: LinkState) -> bool:
    """Return whether checks could not tell for UNKNOWN_FOR whether a link is alive; skipped ones do not count."""
    check = state.check
    if check is None or check.outcome is Outcome.SKIPPED or state.verdict is not Verdict.UNKNOWN:
        return False
    return check.checked_at - state.first_seen >= UNKNOWN_FOR


def ended_vouch(state: LinkState) -> Reason | None:
    """Return why the vouch for a link does not count any more, if the verdict is another one now; None otherwise."""
    vouch, check = state.vouch, state.check
    if vouch is None or check is None or state.verdict is vouch.verdict:
        return None
    if vouch.ended is not None:
        return vouch.ended
    is_over = vouch.expires_at <= check.checked_at
    return Reason(ReasonCode.FINDING_VOUCH_EXPIRED, str(vouch.until)) if is_over else None


def first_locations(mentioned: Iterable[tuple[LinkState, str, int]]) -> dict[str, Location]:
    """Return where each link that a person should review is first mentioned, by URL; mentions come in their order."""
    locations: dict[str, Location] = {}
    for state, note, line in mentioned:
        if is_unknown_for_long(state) or ended_vouch(state):
            locations.setdefault(state.link.url, (note, line))
    return locations
