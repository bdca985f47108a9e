"""Pages of github.com, for what the API does not know: GitHub's own pages are addressed like repositories."""

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

PATIENCE = 3
"""Pages in a row answered with a server error after which no more are asked for."""


class GithubPages:
    """Asks for one page at a time, without the token; after a refusal, or no answer, for none any more."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._failures_in_a_row = 0
        self._down: str | None = None

    def check(self, url: str, gone: Reason, now: datetime) -> Check:
        """Return what the page says of a link; it is gone, for the reason given, only if the page is not there."""
        if self._down is None:
            try:
                response = self._session.get(url, allow_redirects=False)
            except (ServiceDownError, requests.RequestException) as error:
                self._failures_in_a_row += 1
                said = str(error)[:200]
                if self._failures_in_a_row >= PATIENCE or not said.startswith("HTTP 5"):
                    self._down = said
                return _not_answered(said, now)
            self._failures_in_a_row = 0
            return _read_page(response, gone, now)
        return _not_answered(self._down, now)


def _not_answered(error: str, now: datetime) -> Check:
    return Check(Outcome.SKIPPED, Reason(ReasonCode.SERVICE_UNAVAILABLE, HOST, error), now, CheckMethod.API)


def _read_page(response: requests.Response, gone: Reason, now: datetime) -> Check:
    """Read an answer; where a redirect leads is not asked for: it may be a signed address that expires soon."""
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
