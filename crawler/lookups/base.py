"""Base classes of batched API clients.

When the service of an `ApiLookup` is down, its links are skipped for the rest of the run. A `SharedLookup` asks several
services, and leaves links to their pages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from crawler.lookups.errors import ServiceDownError
from crawler.lookups.session import answer_count
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import requests

    from crawler.models.result import DueLink


class ApiLookup(ABC):
    """A batched client of one service; see `crawler.kinds.base.Lookup`."""

    service: ClassVar[str]
    """Name of the service in messages."""
    batch: int
    """Links per call."""

    unavailable_reason: str | None = None
    is_reached = False

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def __call__(self, due: Sequence[DueLink]) -> list[CheckResult]:
        """Return one result for each link; `skipped` for those that the service did not answer.

        Results that came before a failure are kept.
        """
        now, answers_before = datetime.now(UTC), answer_count(self._session)
        results: dict[str, CheckResult] = {}
        if self.unavailable_reason is None:
            try:
                results.update((result.link.url, result) for result in self.check_links(due, now))
            except ServiceDownError as error:
                self.unavailable_reason = str(error)
            except Exception as error:  # noqa: BLE001 - an invalid response must not stop the run
                self.unavailable_reason = describe_error(error)
        self.is_reached = answer_count(self._session) > answers_before
        reason = Reason(ReasonCode.SERVICE_UNAVAILABLE, self.service, str(self.unavailable_reason))
        check = Check(Outcome.SKIPPED, reason, now, CheckMethod.API)
        return [results.get(each.link.url) or CheckResult(each.link, check, history=each.history) for each in due]

    @abstractmethod
    def check_links(self, due: Sequence[DueLink], now: datetime) -> Iterable[CheckResult]:
        """Yield the results of the links as the service answers; each link at most once.

        Raise ServiceDownError if it does not answer; set `unavailable_reason` if no more requests must be sent.
        """


class SharedLookup(ABC):
    """A batched client of several services; see `crawler.kinds.base.Lookup`.

    A link that none of them answers for has no result, so that a service that is down changes no verdict.
    """

    service: ClassVar[str]
    """Name of all services in messages."""
    batch: int = 50
    unavailable_reason: str | None = None
    is_reached = False

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._down: dict[str, str] = {}

    def __call__(self, due: Sequence[DueLink]) -> list[CheckResult | None]:
        """Return one result for each link; None for one that no service answers for."""
        answers_before = answer_count(self._session)
        results = self.look_up(due, datetime.now(UTC))
        self.is_reached = answer_count(self._session) > answers_before
        return results

    @abstractmethod
    def look_up(self, due: Sequence[DueLink], now: datetime) -> list[CheckResult | None]:
        """Return the results of links, in the same order; services that do not answer are set down."""

    def is_down(self, service: str) -> bool:
        """Return whether a service is not asked any more in this run."""
        return service in self._down

    def set_down(self, service: str, message: str) -> None:
        """Ask a service no more in this run, for a reason in one line."""
        self._down[service] = message
        self.unavailable_reason = "; ".join(f"{name}: {why}" for name, why in self._down.items())
