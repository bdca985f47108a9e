"""Check pages of GitHub's sites for what the API does not find or cannot tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests
from requests import codes

from crawler.links.github_urls import is_missing_wiki_page
from crawler.lookups.errors import ServiceDownError
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from datetime import datetime

HOST = "github.com"

FILE_HOSTS = frozenset({"codeload.github.com", "raw.githubusercontent.com"})
"""Hosts to which GitHub redirects whether the file exists or not; others get signed URLs of files that exist."""

MAX_FAILURES = 3
"""Server errors in a row after which no more pages are requested."""

MAX_REDIRECTS = 5

_FRESH = {"Cache-Control": "no-store"}  # a page in the cache would not show that it is there now


class GithubPages:
    """Requests pages one at a time, without the token; after a failed request none until the end of the run."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._failures_in_a_row = 0
        self._unavailable_reason: str | None = None

    def check(self, url: str, gone: Reason, now: datetime, *, conclusive: bool = True) -> Check:
        """Return the check of a page: `gone`, with that reason, if it is not found; `skipped` if there is no answer.

        `conclusive` says whether a page that is not found is evidence enough: the API has not found it either.
        """
        if self._unavailable_reason is not None:
            return _unavailable_check(self._unavailable_reason, now)
        try:
            response = self._follow(url)
        except (ServiceDownError, requests.RequestException) as error:
            self._failures_in_a_row += 1
            message = str(error)[:200]
            if self._failures_in_a_row >= MAX_FAILURES or not message.startswith("HTTP 5"):
                self._unavailable_reason = message
            return _unavailable_check(message, now)
        self._failures_in_a_row = 0
        check = _check_page(url, response, gone, now)
        return replace(check, conclusive=conclusive) if check.outcome is Outcome.GONE else check

    def _follow(self, url: str) -> requests.Response:
        """Return the response to a URL, behind redirects within GitHub; bodies of files are not requested."""
        response = self._session.get(url, headers=_FRESH, allow_redirects=False)
        for _ in range(MAX_REDIRECTS):
            if not response.is_redirect:
                break
            target = urljoin(response.url, response.headers["Location"])
            host = urlsplit(target).hostname
            if host in FILE_HOSTS:
                response = self._session.head(target, headers=_FRESH, allow_redirects=False)
            elif host == HOST and not _is_login(target):
                response = self._session.get(target, headers=_FRESH, allow_redirects=False)
            else:
                break
        return response


def _unavailable_check(error: str, now: datetime) -> Check:
    return Check(Outcome.SKIPPED, Reason(ReasonCode.SERVICE_UNAVAILABLE, HOST, error), now, CheckMethod.API)


def _check_page(url: str, response: requests.Response, gone: Reason, now: datetime) -> Check:
    """Return the check of a response; redirects are not stored, since they may be signed URLs that expire soon."""
    status, outcome, reason = response.status_code, Outcome.OK, Reason(ReasonCode.GITHUB_PAGE)
    if status in {codes.not_found, codes.gone} or is_missing_wiki_page(url, response.url):
        return Check(Outcome.GONE, gone, now, CheckMethod.API)
    if response.is_redirect or response.url != url:
        reason = Reason(ReasonCode.GITHUB_PAGE_REDIRECTS)
    if response.is_redirect:
        if _is_login(urljoin(response.url, response.headers["Location"])):
            outcome, reason = Outcome.RESTRICTED, Reason(ReasonCode.LOGIN_REQUIRED)
    elif status == codes.unavailable_for_legal_reasons:
        outcome, reason = Outcome.RESTRICTED, Reason(ReasonCode.LEGAL_REASONS)
    elif not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        outcome, reason = Outcome.BLOCKED, Reason(ReasonCode.GITHUB_PAGE_STATUS, str(status))
    return Check(outcome, reason, now, CheckMethod.PAGE, http_status=status)


def _is_login(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname == HOST and parts.path in {"/login", "/sessions/sso"}
