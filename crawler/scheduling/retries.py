"""Failures that may pass: each link is tried once more, and what fails again is counted at the end of the round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.checks.response_check import inconclusive_result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.models.result import CheckResult
    from crawler.scheduling.worker import Worker
    from crawler.store.link_store import LinkStore


class RetryQueue:
    """The results of one worker that are not passed on yet; their hosts stay its own until they are."""

    def __init__(self, store: LinkStore, worker: Worker) -> None:
        self._store = store
        self._crew = worker
        self._failed: dict[str, CheckResult] = {}  # by URL: to be tried again
        self._failed_again: list[CheckResult] = []

    @property
    def failed(self) -> Iterable[CheckResult]:
        """Return the results of links that have not been tried again yet."""
        return self._failed.values()

    @property
    def failed_again(self) -> Iterable[CheckResult]:
        """Return the results of links that failed twice."""
        return tuple(self._failed_again)

    def add(self, result: CheckResult, *, is_retry: bool) -> None:
        """Keep a failure back: the first to be tried again, the second to be counted when it is known whose it is."""
        self._crew.pin(result.link.lease_key)
        if is_retry:
            self._failed_again.append(result)
        else:
            self._failed[result.link.url] = result
            self._store.mark_for_retry(result.link)

    def discard(self, url: str) -> None:
        """Forget the first failure of a link that was tried again."""
        self._failed.pop(url, None)

    def settle(self) -> list[CheckResult]:
        """Return and forget all results; those of links that there was no second try for say nothing about the link."""
        results = [*self._failed_again, *map(inconclusive_result, self._failed.values())]
        self._failed_again.clear()
        self._failed.clear()
        return results
