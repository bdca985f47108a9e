"""Check pages of github.com that the API does not find: GitHub's own pages have URLs like repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests
from requests import codes

from crawler.lookups.errors import ServiceDownError
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from datetime import datetime

HOST = "github.com"

MAX_FAILURES = 3
"""Server errors in a row after which no more pages are requested."""


class GithubPages:
    """Requests pages one at a time, without the token; after a failed request none until the end of the run."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._failures_in_a_row = 0
        self._unavailable_reason: str | None = None

    def check(self, url: str, gone: Reason, now: datetime) -> Check:
        """Return the check of a page: `gone`, with that reason, if it is not found; `skipped` if there is no answer."""
        if self._unavailable_reason is not None:
            return _unavailable_check(self._unavailable_reason, now)
        try:
            response = self._session.get(url, allow_redirects=False)
        except (ServiceDownError, requests.RequestException) as error:
            self._failures_in_a_row += 1
            message = str(error)[:200]
            if self._failures_in_a_row >= MAX_FAILURES or not message.startswith("HTTP 5"):
                self._unavailable_reason = message
            return _unavailable_check(message, now)
        self._failures_in_a_row = 0
        return _check_page(response, gone, now)


def _unavailable_check(error: str, now: datetime) -> Check:
    return Check(Outcome.SKIPPED, Reason(ReasonCode.SERVICE_UNAVAILABLE, HOST, error), now, CheckMethod.API)


def _check_page(response: requests.Response, gone: Reason, now: datetime) -> Check:
    """Return the check of a response; redirects are not stored, since they may be signed URLs that expire soon."""
    status, outcome, reason = response.status_code, Outcome.OK, Reason(ReasonCode.GITHUB_PAGE)
    if status in {codes.not_found, codes.gone}:
        return Check(Outcome.GONE, gone, now, CheckMethod.API, conclusive=True)
    if response.is_redirect:
        reason = Reason(ReasonCode.GITHUB_PAGE_REDIRECTS)
        target = urlsplit(urljoin(response.url, response.headers["Location"]))
        if target.hostname == HOST and target.path == "/login":
            outcome, reason = Outcome.RESTRICTED, Reason(ReasonCode.LOGIN_REQUIRED)
    elif not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        outcome, reason = Outcome.BLOCKED, Reason(ReasonCode.GITHUB_PAGE_STATUS, str(status))
    return Check(outcome, reason, now, CheckMethod.PAGE, http_status=status)
