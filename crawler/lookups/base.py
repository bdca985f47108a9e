"""What all API clients share: a service that is down says nothing about the links, and is not asked again tonight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from crawler.lookups.errors import ServiceDownError
from crawler.lookups.session import answer_counts
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import requests

    from crawler.models.result import DueLink


class ApiLookup(ABC):
    """A batched client of one service."""

    service: ClassVar[str]
    """Its name, for the reasons that users read."""
    batch: int
    """Links it takes at a time."""

    unavailable_reason: str | None = None
    is_reached = False

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def __call__(self, due: Sequence[DueLink]) -> list[CheckResult]:
        """Return one result for each link; what the service did not say anything about is skipped.

        What it said before it went silent counts.
        """
        now, answers_before = datetime.now(UTC), answer_counts(self._session)
        seen: dict[str, CheckResult] = {}
        if self.unavailable_reason is None:
            try:
                seen.update((result.link.url, result) for result in self.check_links(due, now))
            except ServiceDownError as error:
                self.unavailable_reason = str(error)
            except Exception as error:  # noqa: BLE001 - whatever a service sends, everything else goes on
                self.unavailable_reason = describe_error(error)
        self.is_reached = answer_counts(self._session) > answers_before
        reason = Reason(ReasonCode.SERVICE_UNAVAILABLE, self.service, str(self.unavailable_reason))
        check = Check(Outcome.SKIPPED, reason, now, CheckMethod.API)
        return [seen.get(each.link.url) or CheckResult(each.link, check, history=each.history) for each in due]

    @abstractmethod
    def check_links(self, due: Sequence[DueLink], now: datetime) -> Iterable[CheckResult]:
        """Ask the service and yield what it says as soon as it is known.

        Raise ServiceDownError when it does not answer, or set `down` when it should not be asked any more.
        """
