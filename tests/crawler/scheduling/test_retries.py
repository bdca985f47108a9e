"""Links that failed, in this process and in others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.scheduling.retries import RetryQueue
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore

if TYPE_CHECKING:
    from pathlib import Path


def failure(name: str) -> CheckResult:
    url = f"https://{name}.example/"
    reason = Reason(ReasonCode.UNEXPECTED_STATUS, "503")
    check = Check(Outcome.FAILED, reason, datetime(2026, 11, 30, tzinfo=UTC), CheckMethod.PAGE, http_status=503)
    return CheckResult(Link(url, "web", url, f"{name}.example"), check)


def test_a_link_that_failed_again_elsewhere_has_one_result(tmp_path: Path) -> None:
    store = LinkStore.open(sqlite_url(tmp_path / "store.sqlite"))
    retries = RetryQueue(store)
    retries.extend([failure("once"), failure("twice")], [])
    retries.extend([], [failure("twice")])
    settled = [(each.link.host, each.check.outcome) for each in retries.settle()]
    store.close()
    assert settled == [("twice.example", Outcome.FAILED), ("once.example", Outcome.BLOCKED)]
    assert retries.settle() == []
