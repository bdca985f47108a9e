"""One HTTP session for all API clients: cached, paced, patient when told to wait, behind the user's proxy and CA."""

from __future__ import annotations

import os
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
from requests import codes
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from crawler.fetch.host_throttle import MAX_WAIT, parse_retry_after
from crawler.lookups.errors import ServiceDownError
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from requests import PreparedRequest, Response

CONNECT_TIMEOUT = 10.0
"""Seconds to connect; how long the next bytes are waited for is a setting."""

CACHE_FOR = timedelta(hours=12)
"""A run that is started again the same night asks nothing twice."""

ATTEMPTS = 4
ATTEMPTS_UNANSWERED = 2
"""Requests sent in all to a service that answers with an error, and to one that cannot be reached."""


class _TryAgainError(ServiceDownError):
    """Worth another try, `attempts` in all, after so many seconds if the service said how many."""

    def __init__(self, message: str, attempts: int, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.attempts = attempts
        self.retry_after = retry_after


def open_session(
    cache: Path,
    *,
    user_agent: str,
    delay: float,
    timeout: float = 60,
    worth_keeping: Callable[[Response], bool] | None = None,
    delays: Mapping[str, float] | None = None,
) -> CachedSession:
    """Return a session for one service: good GET answers cached in a file, everything else by `_PoliteAdapter`.

    An answer that is older than CACHE_FOR is asked for again with its ETag or date, if it has one (RFC 9111, 4.3), and
    taken from the cache when the service says that it has not changed.

    Any request may raise ServiceDownError. `pace` is the time between two requests in seconds, `timeout` what is waited
    for the next bytes of an answer, `worth_keeping` says which answers may be cached. `paces` has hosts that are asked
    with a pace of their own.
    """

    def keeps(response: Response) -> bool:
        # requests-cache leaves secrets out of what it writes, but not out of the redirects that led to an answer.
        return not response.history and (worth_keeping is None or worth_keeping(response))

    keep: dict[str, Any] = {"expire_after": CACHE_FOR, "allowable_codes": (200,), "filter_fn": keeps}
    try:
        session = CachedSession(str(cache), backend="sqlite", **keep)
    except sqlite3.DatabaseError:  # damaged: it is only a cache
        cache.unlink()
        session = CachedSession(str(cache), backend="sqlite", **keep)
    session.max_redirects = 5
    # requests knows REQUESTS_CA_BUNDLE alone, programs built on OpenSSL SSL_CERT_FILE: the user may have set either.
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
    session.mount("https://", _PoliteAdapter(delay, user_agent, timeout))
    for host, its_pace in (delays or {}).items():
        session.mount(f"https://{host}/", _PoliteAdapter(its_pace, user_agent, timeout))
    return session


def answer_counts(session: requests.Session) -> int:
    """Return how many answers came over the network so far: those of the cache do not show that it is there."""
    return sum(adapter.answer_counts for adapter in session.adapters.values() if isinstance(adapter, _PoliteAdapter))


class _PoliteAdapter(HTTPAdapter):
    """Waits for its turn and tries again what may pass. It sits below the cache, whose answers cost no wait."""

    def __init__(self, delay: float, user_agent: str, timeout: float) -> None:
        super().__init__()
        self._delay = delay
        self._user_agent = user_agent
        self._timeout = (min(CONNECT_TIMEOUT, timeout), timeout)
        self._next_turn = 0.0
        self.answer_counts = 0
        self._retrying = Retrying(
            retry=retry_if_exception_type(_TryAgainError),
            stop=_has_enough_attempts,
            wait=_wait,
            reraise=True,
        )

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        return self._retrying(
            self._once, request, *args, **{**kwargs, "timeout": kwargs.get("timeout") or self._timeout}
        )

    def _once(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        request.headers["User-Agent"] = self._user_agent  # whatever the client in between calls itself
        time.sleep(max(0.0, self._next_turn - time.monotonic()))
        try:
            response = super().send(request, *args, **kwargs)
            response.content  # noqa: B018 - read here, so that an answer cut short is asked for again
        except requests.RequestException as error:
            raise _TryAgainError(_root_cause(error), ATTEMPTS_UNANSWERED) from error
        finally:
            self._next_turn = time.monotonic() + self._delay
        self.answer_counts += 1
        after = parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        told_to_wait = response.status_code == codes.forbidden and after is not None  # GitHub's secondary rate limit
        if (
            told_to_wait
            or response.status_code == codes.too_many_requests
            or response.status_code >= codes.server_error
        ):
            message = f"HTTP {response.status_code}"
            if after is not None and after > MAX_WAIT:
                raise ServiceDownError(f"{message}, asks to come back in {after:.0f} s")
            raise _TryAgainError(message, ATTEMPTS, after)
        return response


_backoff = wait_exponential_jitter(initial=1, max=30)


def _has_enough_attempts(state: RetryCallState) -> bool:
    return state.attempt_number >= _error(state).attempts


def _wait(state: RetryCallState) -> float:
    after = _error(state).retry_after
    return _backoff(state) if after is None else after


def _error(state: RetryCallState) -> _TryAgainError:
    assert state.outcome is not None  # noqa: S101 - tenacity asks after an attempt
    error = state.outcome.exception()
    assert isinstance(error, _TryAgainError)  # noqa: S101 - nothing else is tried again
    return error


def _root_cause(error: BaseException) -> str:
    """Say what lies at the bottom of requests' nested exceptions, in one short line."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return describe_error(error)
