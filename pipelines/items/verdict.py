"""Add verdicts to results, from the history of checks and from what persons vouch for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from crawler.config.crawl_options import options_of
from crawler.models.check import CheckMethod, Outcome
from crawler.models.link import Verdict, VerdictRecord
from crawler.models.metadata import title_of
from crawler.models.reasons.reason import ReasonCode
from crawler.signals import run_opened
from crawler.verdicts.fold import INCONCLUSIVE, fold_checks
from crawler.verdicts.vouching import changed_vouches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrapy.crawler import Crawler

    from crawler.models.check import Check
    from crawler.models.policy import Policy
    from crawler.models.result import CheckResult
    from crawler.models.vouch import Vouch
    from crawler.store.link_store import LinkStore

_UNDETERMINED = frozenset({Verdict.SUSPECT, Verdict.UNKNOWN})

A_DAY = timedelta(days=1)

SPREAD = 0.25
"""The share of an interval by which a due date may move, so that links checked on one day are spread over several."""


def compute_verdict(
    history: Sequence[Check], check: Check, policy: Policy, kind: str = "", vouches: Sequence[Vouch] = ()
) -> VerdictRecord:
    """Return the verdict after a check and when the next is due; `history` has the earlier checks, oldest first."""
    *_, last = fold_checks((*history, check), policy, vouches)
    wait = policy.recheck_interval(kind, last.verdict_for_recheck)
    is_service_down = check.how is CheckMethod.API or check.reason.code is ReasonCode.IMAGE_STORE_UNAVAILABLE
    if check.outcome is Outcome.SKIPPED and is_service_down:
        wait = timedelta(0)  # the link is due in the next run
    return VerdictRecord(last.verdict, last.failures, check.checked_at + wait)


def spread_due_date(record: VerdictRecord, check: Check, url: str) -> VerdictRecord:
    """Return the record with its due date moved by up to `SPREAD` of the interval, which stays at least a day.

    The shift depends on URL and day alone, so that it is reproducible; its mean is 0. Intervals of up to a day do not
    change, nor do those after failures and inconclusive checks, whose counting depends on them.
    """
    wait = record.due_at - check.checked_at
    if wait <= A_DAY or record.verdict in _UNDETERMINED or check.outcome in INCONCLUSIVE:
        return record
    # Not a checksum, which is linear: links of one day would stay together.
    digest = blake2b(f"{check.checked_at.astimezone(UTC):%Y-%m-%d} {url}".encode(), digest_size=4).digest()
    share = int.from_bytes(digest) / 2**32  # uniform in [0, 1)
    max_shift = min(wait * SPREAD, wait - A_DAY)
    return replace(record, due_at=record.due_at + max_shift * (2 * share - 1))


class VerdictPipeline:
    """Adds the verdict record to each result, and the vouches that its check has changed."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._store: LinkStore | None = None
        self._vouches: Mapping[str, tuple[Vouch, ...]] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline with the policy of the run; it gets the store with the signal `run_opened`."""
        pipeline = cls(options_of(crawler).policy)
        crawler.signals.connect(pipeline.run_opened, run_opened)
        return pipeline

    def run_opened(self, store: LinkStore) -> None:
        """Set the store of the run."""
        self._store = store

    def process_item(self, item: CheckResult) -> CheckResult:
        """Return the result with its verdict record; a link is due again when a vouch expires."""
        vouches = self._vouches_of(item.link.url)
        changed: tuple[Vouch, ...] = ()
        if vouches:
            title = title_of(item.metadata)
            changed = changed_vouches(vouches, item.history, item.check, title, self._policy)
            vouches = _updated(vouches, changed)
        record = compute_verdict(item.history, item.check, self._policy, item.link.kind, vouches)
        record = spread_due_date(record, item.check, item.link.url)
        for vouch in vouches:
            if vouch.is_in_force(item.check.checked_at):
                record = replace(record, due_at=min(record.due_at, vouch.expires_at))
        return replace(item, verdict_record=record, vouches=changed)

    def _vouches_of(self, url: str) -> tuple[Vouch, ...]:
        """Return the vouches for a link; all are read with the first result, when the notes have been read."""
        if self._vouches is None:
            self._vouches = {} if self._store is None else self._store.all_vouches()
        return self._vouches.get(url, ())


def _updated(vouches: Sequence[Vouch], changed: Sequence[Vouch]) -> tuple[Vouch, ...]:
    new = {(vouch.note, vouch.given_at): vouch for vouch in changed}
    return tuple(new.get((vouch.note, vouch.given_at), vouch) for vouch in vouches)
