"""The HTTP session of the API clients: cached, rate limited, with retries, using the user's proxy and CA."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import requests
from requests import codes
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from crawler.daemon_threads import call_within
from crawler.fetch.politeness.host_throttle import MAX_WAIT, parse_retry_after
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.http_cache import open_cached_session
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from requests import PreparedRequest, Response
    from requests_cache import CachedSession

CONNECT_TIMEOUT = 10.0
"""Seconds to connect; the whole answer has to come within the setting API_TIMEOUT."""

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer, decompressed; a hundred repositories with the longest READMEs have half of that."""

ATTEMPTS = 4
ATTEMPTS_UNANSWERED = 2
"""Attempts in all if a service answers with an error, and if it cannot be reached."""


class _RetryableError(ServiceDownError):
    """A request may be sent again, `attempts` times in all, after `retry_after` seconds if the service set a time."""

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
    is_cacheable: Callable[[Response], bool] | None = None,
    delays: Mapping[str, float] | None = None,
) -> CachedSession:
    """Return a session for one service: GET answers with status 200 are cached in a file, requests rate limited.

    A cached answer older than CACHE_FOR is revalidated by its ETag or date if it has one (RFC 9111, 4.3).

    `delay` is the time between two requests in seconds, `delays` that of other hosts; `timeout` the seconds for a
    whole answer; `is_cacheable` excludes answers from the cache. A damaged cache is replaced; answers are not cached
    in a file where none can be written. Any request may raise ServiceDownError.
    """

    def may_cache(response: Response) -> bool:
        # requests-cache removes secrets from the answers that it writes, but not from the redirects before them.
        return not response.history and (is_cacheable is None or is_cacheable(response))

    session = open_cached_session(cache, may_cache)
    session.max_redirects = 5
    # requests reads REQUESTS_CA_BUNDLE, programs that use OpenSSL read SSL_CERT_FILE: the user may have set either.
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
    session.mount("https://", _PoliteAdapter(delay, user_agent, timeout))
    for host, host_delay in (delays or {}).items():
        session.mount(f"https://{host}/", _PoliteAdapter(host_delay, user_agent, timeout))
    return session


def answer_count(session: requests.Session) -> int:
    """Return the number of answers of a session that came over the network and not from the cache."""
    return sum(adapter.answer_count for adapter in session.adapters.values() if isinstance(adapter, _PoliteAdapter))


class _PoliteAdapter(HTTPAdapter):
    """Keeps the delay between requests and retries transient failures; answers from the cache do not pass it."""

    def __init__(self, delay: float, user_agent: str, timeout: float) -> None:
        super().__init__()
        self._delay = delay
        self._user_agent = user_agent
        self._timeout = (min(CONNECT_TIMEOUT, timeout), timeout)
        self._next_turn = 0.0
        self.answer_count = 0
        self._retrying = Retrying(
            retry=retry_if_exception_type(_RetryableError),
            stop=_is_last_attempt,
            wait=_wait,
            reraise=True,
        )

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        return self._retrying(
            self._send_once, request, *args, **{**kwargs, "timeout": kwargs.get("timeout") or self._timeout}
        )

    def _send_once(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send a request once; raise _RetryableError if it may be sent again, ServiceDownError if not."""
        request.headers["User-Agent"] = self._user_agent  # instead of that of the client library
        time.sleep(max(0.0, self._next_turn - time.monotonic()))
        try:
            response = call_within(self._timeout[1], partial(self._receive, request, *args, **kwargs))
        except requests.RequestException as error:
            raise _RetryableError(_root_cause(error), ATTEMPTS_UNANSWERED) from error
        except TimeoutError as error:
            message = f"no whole answer within {self._timeout[1]:g} s"
            raise _RetryableError(message, ATTEMPTS_UNANSWERED) from error
        finally:
            self._next_turn = time.monotonic() + self._delay
        self.answer_count += 1
        after = parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        told_to_wait = response.status_code == codes.forbidden and after is not None  # GitHub's secondary rate limit
        if (
            told_to_wait
            or response.status_code == codes.too_many_requests
            or response.status_code >= codes.server_error
        ):
            message = f"HTTP {response.status_code}"
            if after is not None and after > MAX_WAIT:
                raise ServiceDownError(f"{message}, retry after {after:.0f} s")
            raise _RetryableError(message, ATTEMPTS, after)
        return response

    def _receive(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Return an answer with its body; raise ServiceDownError if that is larger than MAX_ANSWER."""
        response = super().send(request, *args, **{**kwargs, "stream": True})
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > MAX_ANSWER:
                response.close()
                raise ServiceDownError(f"more than {MAX_ANSWER // 1024 // 1024} MB")
        vars(response).update(_content=bytes(body), _content_consumed=True)  # `content` would read without a limit
        return response


_CHUNK = 64 * 1024
_backoff = wait_exponential_jitter(initial=1, max=30)


def _is_last_attempt(state: RetryCallState) -> bool:
    return state.attempt_number >= _error(state).attempts


def _wait(state: RetryCallState) -> float:
    after = _error(state).retry_after
    return _backoff(state) if after is None else after


def _error(state: RetryCallState) -> _RetryableError:
    assert state.outcome is not None  # noqa: S101 - tenacity calls this after an attempt
    error = state.outcome.exception()
    assert isinstance(error, _RetryableError)  # noqa: S101 - nothing else is retried
    return error


def _root_cause(error: BaseException) -> str:
    """Return the description of the innermost of requests' nested exceptions."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return describe_error(error)
