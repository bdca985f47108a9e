"""Decide whether a note gets the URL that a link redirects to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.checks.redirects import LASTING_FAULTS, is_move_of_service
from crawler.kinds.registry import kind_of, link_of
from crawler.links.targets.redirect_targets import target_fault
from crawler.models.check import Outcome
from crawler.models.reasons.reason import ReasonCode

if TYPE_CHECKING:
    from crawler.models.link import Link, LinkState

_LOST = frozenset({Outcome.GONE, Outcome.REPLACED})
"""Outcomes of a check that found the target of an earlier redirect without its page."""


@dataclass(frozen=True, slots=True)
class EditDecision:
    """Whether a note gets the URL that a link has moved to, and if not, why."""

    is_worth_edit: bool
    why: ReasonCode | None = None


def decide_edit(state: LinkState) -> EditDecision | None:
    """Return whether a note may get the URL that a link has moved to; None for a link that has not moved.

    The check has found that the page has moved; here is left what needs several runs: two must have seen the same
    target, unless the service itself says so, such as that of a renamed repository. The URL is judged again, since the
    rules may have changed since the check. A page that has since gone, or given way to another, was not there for long.
    """
    if state.moved_to is None:
        return None
    if state.check is not None and state.check.outcome in _LOST:
        return EditDecision(False, ReasonCode.REDIRECT_TARGET_LOST)
    fault = target_fault(state.link.url, state.moved_to)
    if fault is not None and (fault in LASTING_FAULTS or not _is_within_kind(state.link, state.moved_to)):
        return EditDecision(False, ReasonCode(fault.value))
    if not (state.is_move_confirmed or is_move_of_service(state.link.url, state.moved_to)):
        return EditDecision(False, ReasonCode.REDIRECT_UNCONFIRMED)
    return EditDecision(True)


def _is_within_kind(link: Link, moved_to: str) -> bool:
    """Return whether both URLs are of one kind that has rules of its own for its URLs, such as WeChat's articles."""
    new = link_of(moved_to, "")
    return new is not None and new.kind == link.kind and not kind_of(link).checks_soft_404


def is_worth_edit(state: LinkState) -> bool:
    """Return whether a note may get the URL that a link has moved to."""
    decision = decide_edit(state)
    return decision is not None and decision.is_worth_edit
