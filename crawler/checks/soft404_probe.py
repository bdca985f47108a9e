"""Further requests for a good page: does its host show it for any URL, and is it available by https."""

from __future__ import annotations

import asyncio
import posixpath
import secrets
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from rapidfuzz import fuzz

from crawler.checks import http_check
from crawler.checks.soft404 import visible_text
from crawler.fetch.conditional_requests import NOT_MODIFIED
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.fetch.verbatim_requests import build_request
from crawler.kinds.registry import kind_of
from crawler.kinds.web import page_title
from crawler.models.check import Outcome
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Awaitable, Callable

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import DueLink

TITLE_SIMILARITY = 80
"""Similarity (0 to 100) of page title and link text from which the page is the one that was meant."""

SITE_NAME_BYTES = 15
"""Bytes up to which a link text may be only the name of a site, which confirms no page."""

EMPTY_FRAME_BYTES = 200
"""Bytes of text up to which a page with scripts may be filled by them ("Loading …"), and is not compared."""


@dataclass(frozen=True, slots=True)
class PageFingerprint:
    """What pages are compared by: the URL behind the redirects, title and visible text."""

    url: str
    title: str
    text: str


NOT_FOUND = PageFingerprint("", "", "")
"""The fingerprint of an error response to a random URL: the host has no catch-all page."""


class Soft404Prober:
    """Sends the probes of one run with `fetch`, and keeps their fingerprints by host and folder.

    One random URL is requested from each host. Only if that succeeds, one is requested in each folder with links: a
    link with the same page as the random URL beside it is gone.
    """

    def __init__(self, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self._fetch = fetch
        self._by_host: dict[str, Task[PageFingerprint | None]] = {}
        self._by_folder: dict[str, Task[PageFingerprint | None]] = {}
        self._without_https: set[str] = set()
        self._host_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def probe(self, due: DueLink, response: Response, check: Check) -> Check:
        """Return a good check with the results of the probes: `gone` for a catch-all page, an https suggestion."""
        url = due.link.url
        if self._is_doubtful(due, response):
            is_catch_all = await self._is_catch_all(url, response)
            if is_catch_all:
                return replace(check, outcome=Outcome.GONE, reason=Reason(ReasonCode.CATCH_ALL_PAGE))
            if is_catch_all is None and any(
                last_check.reason.code is ReasonCode.CATCH_ALL_PAGE for last_check in due.history[-1:]
            ):
                return replace(check, outcome=Outcome.BLOCKED, reason=Reason(ReasonCode.POSSIBLE_CATCH_ALL_PAGE))
        if urlsplit(response.url).scheme == "http" and (https_url := await self.https_upgrade(url, response)):
            return replace(check, suggestion=https_url, suggestion_source="https")
        return check

    def is_needed(self, due: DueLink, response: Response, check: Check) -> bool:
        """Return whether `probe` would send a request; only for kinds with `checks_soft_404`.

        A page that is not modified (304) was probed when it was read.
        """
        if not kind_of(due.link).checks_soft_404 or not check.is_ok or response.status == NOT_MODIFIED:
            return False
        if check.reason.has(ReasonCode.REDIRECT_OF_ALL_URLS):  # that the page is the same for all is known
            return False
        may_upgrade = response.url.startswith("http:") and urlsplit(due.link.url).netloc not in self._without_https
        return may_upgrade or self._is_doubtful(due, response)

    async def https_upgrade(self, url: str, response: Response | None = None) -> str | None:
        """Return the https form of an http URL if its page has the same title; without `response`, if it succeeds.

        None otherwise. A host that failed to answer by https is not requested again.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.port is not None:
            return None
        https_url = urlunsplit(parts._replace(scheme="https"))
        async with self._host_locks[parts.netloc]:
            if parts.netloc in self._without_https:
                return None
            try:
                secure = await self._fetch(build_request(https_url, meta={"max_bytes": HEAD_OF_PAGE}))
            except Exception:  # noqa: BLE001 - without https, for any reason, there is no suggestion
                self._without_https.add(parts.netloc)
                return None
        is_ok = http_check.check_response(secure, datetime.now(UTC)).is_ok
        if not is_ok or urlsplit(secure.url).scheme != "https":
            return None
        return https_url if response is None or page_title(secure) == page_title(response) else None

    def _is_doubtful(self, due: DueLink, response: Response) -> bool:
        """Return whether a page may be a catch-all page: not the front page, and no link text confirms its title."""
        parts = urlsplit(due.link.url)
        first = self._by_host.get(parts.netloc)
        if parts.path in {"", "/"} or (first is not None and first.done() and first.result() is NOT_FOUND):
            return False
        title = page_title(response).casefold()
        return not any(_names_title(text.casefold(), title) for text in due.texts)

    async def _is_catch_all(self, url: str, response: Response) -> bool | None:
        """Return whether random URLs beside a page show the same page; None if they cannot be fetched."""
        text = visible_text(response)
        if not text:
            return False
        is_filled_by_script = len(text.encode()) < EMPTY_FRAME_BYTES and "<script" in response.text.lower()
        if is_filled_by_script:
            return False
        for sibling in random_siblings(url):
            fingerprint = await self._fingerprint(sibling)
            if fingerprint is None:
                return None
            if fingerprint.url == url or (fingerprint.title, fingerprint.text) != (page_title(response), text):
                return False  # another page, or a redirect to the link itself
        return True

    async def _fingerprint(self, url: str) -> PageFingerprint | None:
        """Return the fingerprint of a random URL, or of an earlier one of its host or folder; None if it failed."""
        host, folder = urlsplit(url).netloc, posixpath.dirname(url.rstrip("/"))
        if host not in self._by_host:
            self._by_host[host] = self._by_folder[folder] = asyncio.ensure_future(self._fetch_fingerprint(url))
        first = await asyncio.shield(self._by_host[host])
        if first in {NOT_FOUND, None}:
            return first
        if folder not in self._by_folder:
            self._by_folder[folder] = asyncio.ensure_future(self._fetch_fingerprint(url))
        return await asyncio.shield(self._by_folder[folder])

    async def _fetch_fingerprint(self, url: str) -> PageFingerprint | None:
        try:
            response = await self._fetch(build_request(url, meta={"max_bytes": HEAD_OF_PAGE}))
        except Exception:  # noqa: BLE001 - a failed probe decides nothing
            return None
        check = http_check.check_response(response, datetime.now(UTC))
        if check.is_ok:
            return PageFingerprint(response.url, page_title(response), visible_text(response))
        return None if check.outcome in {Outcome.BLOCKED, Outcome.FAILED} else NOT_FOUND


def _names_title(text: str, title: str) -> bool:
    """Return whether a link text is in a page's title, and is longer than the name of a site."""
    long_enough = len(text.encode()) > SITE_NAME_BYTES and len(title) * 100 >= len(text) * TITLE_SIMILARITY
    return long_enough and fuzz.partial_ratio(text, title) >= TITLE_SIMILARITY


def random_siblings(url: str) -> list[str]:
    """Return random URLs in the folder of a URL and with its extension, where there can be no page.

    Behind a number the name may not matter (`/questions/123/any-words`): then one with a random number is added.
    """
    parts = urlsplit(url)
    folder, name = posixpath.split(parts.path.rstrip("/"))
    ending = "/" if parts.path.endswith("/") else posixpath.splitext(name)[1]
    paths = [f"{folder.rstrip('/')}/{secrets.token_hex(8)}{ending}"]
    above, number = posixpath.split(folder)
    if any(character.isdecimal() for character in number):
        paths.append(f"{above.rstrip('/')}/{secrets.token_hex(8)}/{name}{ending if ending == '/' else ''}")
    return [urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in paths]
