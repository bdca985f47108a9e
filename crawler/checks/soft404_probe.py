"""A second request where one does not settle it: is this page shown for everything, does the host speak https."""

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
"""Similarity (0 to 100) of a page's title and what the notes call it from which it is the page that was meant."""

SITE_NAME_BYTES = 15
"""Bytes up to which what the notes call a link may be no more than the name of its site."""

EMPTY_FRAME_BYTES = 200
"""Bytes of text up to which a page with scripts may be an empty frame: "Loading …" stands at every address."""


@dataclass(frozen=True, slots=True)
class PageFingerprint:
    """What a reader sees: where redirects led, the page's title and text."""

    url: str
    title: str
    text: str


NOT_FOUND = PageFingerprint("", "", "")
"""An error where no page is, as it should be."""


class Soft404Prober:
    """The second requests of one run; `fetch` sends one.

    A host is asked once for a page that nobody can have put there. Only if it shows something all the same, it is asked
    in each folder that links lead to: what it shows there for any address is not the page that was meant.
    """

    def __init__(self, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self._fetch = fetch
        self._by_host: dict[str, Task[PageFingerprint | None]] = {}
        self._by_folder: dict[str, Task[PageFingerprint | None]] = {}
        self._without_https: set[str] = set()
        self._host_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def probe(self, due: DueLink, response: Response, check: Check) -> Check:
        """Return a good check with what a second look adds."""
        url = due.link.url
        if self._is_doubtful(due, response):
            is_catch_all = await self._is_catch_all(url, response)
            if is_catch_all:
                return replace(check, outcome=Outcome.GONE, reason=Reason(ReasonCode.CATCH_ALL_PAGE))
            if is_catch_all is None and any(
                check_before.reason.code is ReasonCode.CATCH_ALL_PAGE for check_before in due.history[-1:]
            ):
                return replace(check, outcome=Outcome.BLOCKED, reason=Reason(ReasonCode.POSSIBLE_CATCH_ALL_PAGE))
        if urlsplit(response.url).scheme == "http" and (https_url := await self.https_upgrade(url, response)):
            return replace(check, suggestion=https_url, suggestion_source="https")
        return check

    def is_needed(self, due: DueLink, response: Response, check: Check) -> bool:
        """Tell whether a look would send a request: at web pages only, the other kinds know what they expect.

        What has not changed was looked at when it was read.
        """
        if not kind_of(due.link).checks_soft_404 or not check.is_ok or response.status == NOT_MODIFIED:
            return False
        plain = response.url.startswith("http:") and urlsplit(due.link.url).netloc not in self._without_https
        return plain or self._is_doubtful(due, response)

    async def https_upgrade(self, url: str, response: Response | None = None) -> str | None:
        """Return the https form of an http URL if it shows the same (or, without a response, anything).

        A host that does not speak https is not asked again.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.port is not None:
            return None
        https_url = urlunsplit(parts._replace(scheme="https"))
        async with self._host_locks[parts.netloc]:
            if parts.netloc in self._without_https:
                return None
            try:
                found = await self._fetch(build_request(https_url, meta={"max_bytes": HEAD_OF_PAGE}))
            except Exception:  # noqa: BLE001 - whatever keeps https from us, it is no way forward
                self._without_https.add(parts.netloc)
                return None
        good = http_check.check_response(found, datetime.now(UTC)).is_ok
        if not good or urlsplit(found.url).scheme != "https":
            return None
        return https_url if response is None or page_title(found) == page_title(response) else None

    def _is_doubtful(self, due: DueLink, response: Response) -> bool:
        """Tell whether a page could be one that its host shows for every address."""
        parts = urlsplit(due.link.url)
        first = self._by_host.get(parts.netloc)
        if parts.path in {"", "/"} or (first is not None and first.done() and first.result() is NOT_FOUND):
            return False
        title = page_title(response).casefold()
        return not any(_names_title(text.casefold(), title) for text in due.texts)

    async def _is_catch_all(self, url: str, response: Response) -> bool | None:
        """Compare a page with what stands where nobody can have put a page; None when that cannot be had."""
        text = visible_text(response)
        if not text or (
            len(text.encode()) < EMPTY_FRAME_BYTES and "<script" in response.text.lower()
        ):  # for a script to fill
            return False
        for sibling in _random_siblings(url):
            fingerprint = await self._fingerprint(sibling)
            if fingerprint is None:
                return None
            if fingerprint.url == url or (fingerprint.title, fingerprint.text) != (page_title(response), text):
                return False  # another page; or one whose true address is the link's
        return True

    async def _fingerprint(self, url: str) -> PageFingerprint | None:
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
        except Exception:  # noqa: BLE001 - a second look that fails says nothing
            return None
        check = http_check.check_response(response, datetime.now(UTC))
        if check.is_ok:
            return PageFingerprint(response.url, page_title(response), visible_text(response))
        return None if check.outcome in {Outcome.BLOCKED, Outcome.FAILED} else NOT_FOUND


def _names_title(text: str, title: str) -> bool:
    """Tell whether a text stands in a page's title, and is more than the name of a site."""
    long_enough = len(text.encode()) > SITE_NAME_BYTES and len(title) * 100 >= len(text) * TITLE_SIMILARITY
    return long_enough and fuzz.partial_ratio(text, title) >= TITLE_SIMILARITY


def _random_siblings(url: str) -> list[str]:
    """Return addresses beside one, of the same form, that nobody can have put a page at.

    Behind a number the name may be for show (`/questions/123/any-words`): then the number is changed as well.
    """
    parts = urlsplit(url)
    folder, name = posixpath.split(parts.path.rstrip("/"))
    ending = "/" if parts.path.endswith("/") else posixpath.splitext(name)[1]
    paths = [f"{folder.rstrip('/')}/{secrets.token_hex(8)}{ending}"]
    above, number = posixpath.split(folder)
    if any(character.isdecimal() for character in number):
        paths.append(f"{above.rstrip('/')}/{secrets.token_hex(8)}/{name}{ending if ending == '/' else ''}")
    return [urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in paths]
