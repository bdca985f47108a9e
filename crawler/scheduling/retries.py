"""Transient failures: each link is checked again once, at the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.checks.response_check import inconclusive_result

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from crawler.models.result import CheckResult
    from crawler.store.link_store import LinkStore


class RetryQueue:
    """The failed results of one process that are not saved yet."""

    def __init__(self, store: LinkStore) -> None:
        self._store = store
        self._failed: dict[str, CheckResult] = {}  # by URL; to be checked again
        self._failed_again: dict[str, CheckResult] = {}  # by URL; not checked in this run any more

    @property
    def failed(self) -> Iterable[CheckResult]:
        """Return the results of links that have not been checked again yet."""
        return tuple(self._failed.values())

    @property
    def failed_again(self) -> Iterable[CheckResult]:
        """Return the results of links that failed twice."""
        return tuple(self._failed_again.values())

    @property
    def urls_failed_again(self) -> Collection[str]:
        """Return the URLs of links that failed twice, which are not checked in this run any more."""
        return self._failed_again.keys()

    def add(self, result: CheckResult, *, is_retry: bool) -> None:
        """Add a failure: the first is checked again; the second is counted later, if the network itself works."""
        if is_retry:
            self._failed_again[result.link.url] = result
        else:
            self._failed[result.link.url] = result
            self._store.mark_for_retry(result.link)

    def extend(self, failed: Iterable[CheckResult], failed_again: Iterable[CheckResult]) -> None:
        """Add failures of another process, which has marked the first ones to be checked again."""
        self._failed |= {each.link.url: each for each in failed}
        for each in failed_again:
            self.discard(each.link.url)
            self._failed_again[each.link.url] = each

    def discard(self, url: str) -> None:
        """Forget the first failure of a link that was checked again."""
        self._failed.pop(url, None)

    def settle(self) -> list[CheckResult]:
        """Return and forget all results; those without a second check are inconclusive.

        That of a link which another process has checked again is refused by the link database.
        """
        results = [*self._failed_again.values(), *map(inconclusive_result, self._failed.values())]
        self._failed_again.clear()
        self._failed.clear()
        return results
