"""Repeat calls while a database server is away: it restarts, or the network fails."""

from __future__ import annotations

import logging
from functools import partial, wraps
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import RetryCallState

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

RETRY_SECONDS = 300.0
"""Seconds for which calls are repeated after a server becomes unavailable; a restart takes a minute or two."""


class DatabaseUnavailableError(UserError):
    """The database server does not respond or has aborted a transaction; a repetition may succeed."""


def retry_on_disconnect(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that is repeated while the database is unavailable, for up to RETRY_SECONDS.

    The first call does not use tenacity, whose wrapper takes 9 µs for each call (measured).
    """

    @wraps(function)
    def repeated(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except DatabaseUnavailableError as error:
            return _repeat(partial(function, *args, **kwargs), error)

    return repeated


def _repeat(call: Callable[[], T], failure: DatabaseUnavailableError) -> T:
    """Repeat a call after its first failure for up to RETRY_SECONDS; raise UserError if all repetitions fail."""
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

    logger.warning("waiting for the database: %s", failure)
    retrying = Retrying(
        retry=retry_if_exception_type(DatabaseUnavailableError),
        wait=wait_exponential(multiplier=0.1, max=5),
        stop=stop_after_delay(RETRY_SECONDS),
        retry_error_callback=_raise_last_failure,
    )
    failures = iter([failure])

    def attempt() -> T:
        for first in failures:  # so that tenacity waits after it
            raise first
        return call()

    return retrying(attempt)


def _raise_last_failure(state: RetryCallState) -> NoReturn:
    assert state.outcome is not None  # noqa: S101 - tenacity calls this after an attempt
    raise UserError(say("error.database_away", error=state.outcome.exception())) from state.outcome.exception()
