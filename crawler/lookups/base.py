"""What all API clients share: a service that is down says nothing about the links, and is not asked again tonight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from crawler.lookups.session import ServiceDownError, answers
from crawler.models.check import Check, How, Outcome
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import requests

    from crawler.models.result import Due


class ApiLookup(ABC):
    """A batched client of one service."""

    service: ClassVar[str]
    """Its name, for the reasons that users read."""
    batch: int
    """Links it takes at a time."""

    down: str | None = None
    reached = False

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def __call__(self, due: Sequence[Due]) -> list[Result]:
        """Return one result for each link; what the service did not say anything about is skipped.

        What it said before it went silent counts.
        """
        now, answers_before = datetime.now(UTC), answers(self._session)
        seen: dict[str, Result] = {}
        if self.down is None:
            try:
                seen.update((result.link.url, result) for result in self.observe(due, now))
            except ServiceDownError as error:
                self.down = str(error)
            except Exception as error:  # noqa: BLE001 - whatever a service sends, everything else goes on
                self.down = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        self.reached = answers(self._session) > answers_before
        reason = Reason(ReasonCode.SERVICE_UNAVAILABLE, self.service, str(self.down))
        check = Check(Outcome.SKIPPED, reason, now, How.API)
        return [seen.get(each.link.url) or Result(each.link, check, history=each.history) for each in due]

    @abstractmethod
    def observe(self, due: Sequence[Due], now: datetime) -> Iterable[Result]:
        """Ask the service and yield what it says as soon as it is known.

        Raise ServiceDownError when it does not answer, or set `down` when it should not be asked any more.
        """
