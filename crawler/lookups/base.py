"""What all API clients share: a service that is down says nothing about the links, and is not asked again tonight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from crawler.items import Check, How, Outcome, Result
from crawler.lookups.session import ServiceDownError, answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import requests

    from crawler.items import Due


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
        """Return one result for each link; a link that the service could not be asked about is skipped."""
        now, answers_before = datetime.now(UTC), answers(self._session)
        self.reached = False
        if self.down is None:
            try:
                return list(self.observe(due, now))
            except ServiceDownError as error:
                self.down = str(error)
            except Exception as error:  # noqa: BLE001 - whatever a service sends, everything else goes on
                self.down = f"{type(error).__name__}: {error}"[:200]
            finally:
                self.reached = self.down is None and answers(self._session) > answers_before
        check = Check(Outcome.SKIPPED, f"{self.service} did not answer: {self.down}", now, How.API)
        return [Result(each.link, check, history=each.history) for each in due]

    @abstractmethod
    def observe(self, due: Sequence[Due], now: datetime) -> Iterable[Result]:
        """Ask the service; raise ServiceDownError when it does not answer."""
