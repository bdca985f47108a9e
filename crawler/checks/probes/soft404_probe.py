"""Further requests for a good page: does its host show it for any URL, and is it available by https."""

from __future__ import annotations

import asyncio
import posixpath
import re
import secrets
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from rapidfuzz import fuzz
from scrapy.http import HtmlResponse

from crawler.checks import http_check
from crawler.checks.cpu_limit import CpuTimeExceededError, none_if_slow
from crawler.checks.pages.page_text import visible_text
from crawler.checks.pages.shown_page import is_frame, known_title, names_title, says_nothing_is_there
from crawler.checks.pages.signatures.signature_tables import gate_words
from crawler.checks.soft404 import is_login
from crawler.fetch.conditional_requests import NOT_MODIFIED
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.fetch.verbatim_requests import build_request
from crawler.html import unescape
from crawler.kinds.registry import kind_of
from crawler.kinds.web import page_title
from crawler.models.check import Outcome
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Awaitable, Callable

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import DueLink

DIFFERENT_TITLE = 60
"""Similarity (0 to 100) of two titles below which they are those of different pages."""

_ATTEMPTS, _SUCCESS = 2, 2
_CATCH_ALL = frozenset({ReasonCode.CATCH_ALL_PAGE, ReasonCode.POSSIBLE_CATCH_ALL_PAGE})
_MAX_HEAD = 64 * 1024  # characters of a page in which its canonical URL is searched
_SHORTEST_NAME = 3  # characters of a path's part up to which it may be in a text by chance
_WORD_LENGTH, _MIN_WORDS = 4, 2
_WORD = re.compile(r"[^\W\d_]+")
_CANONICAL = re.compile(
    r"""<link\b(?=[^<>]*\brel=["']?canonical\b)[^<>]*\bhref=["']([^"'<>]+)"""
    r"""|<meta\b(?=[^<>]*\bproperty=["']?og:url\b)[^<>]*\bcontent=["']([^"'<>]+)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PageFingerprint:
    """What pages are compared by: the URL behind the redirects, title and visible text."""

    url: str
    title: str
    text: str

    def is_same_page(self, other: PageFingerprint) -> bool:
        """Return whether both show the same."""
        return (self.title, self.text) == (other.title, other.text)

    def without_path(self, url: str) -> PageFingerprint:
        """Return the fingerprint without the path of the URL that was requested."""
        return PageFingerprint(self.url, _without_path(self.title, url), _without_path(self.text, url))


def _without_path(text: str, url: str) -> str:
    """Return a text without the path of the URL at which it is shown and the last part of it."""
    path = urlsplit(url).path
    name = path.rstrip("/").rpartition("/")[2]
    for part in (url, path, unquote(path), name, unquote(name)):
        text = text.replace(part, "") if len(part) > _SHORTEST_NAME else text
    return text


NOT_FOUND = PageFingerprint("", "", "")
"""The fingerprint of an error response to a random URL: the host has no catch-all page."""


class SiblingPage(Enum):
    """What a host shows at a URL beside a page, where nobody can have put one."""

    OTHER = auto()
    SAME = auto()
    UNKNOWN = auto()


class Soft404Prober:
    """Sends the probes of one run with `fetch`, and keeps their fingerprints by folder and form of the URL.

    One random URL is requested below the front page of each host. If that succeeds, or a page is a frame for scripts,
    one is requested in the folder of each doubtful page. None depends on the order of the links, and each is sent once
    more if it fails. The same page there says nothing by itself (`_decide`).
    """

    def __init__(self, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self._fetch = fetch
        self._by_form: dict[str, Task[PageFingerprint | None]] = {}
        self._without_https: set[str] = set()
        self._host_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def probe(self, due: DueLink, response: Response, check: Check) -> Check:
        """Return a good check with the results of the probes: another outcome for a catch-all page, a suggestion."""
        if self._is_doubtful(due, response):
            sibling = await self._compare(due.link.url, response)
            if (found := _decide(due, response, sibling)) is not None:
                outcome, code = found
                return replace(check, outcome=outcome, reason=Reason(code), final_url=check.final_url)
        if urlsplit(response.url).scheme == "http" and (https_url := await self.https_upgrade(due.link.url, response)):
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
        try:
            return https_url if _is_secure_form(secure, response) else None
        except CpuTimeExceededError:
            return None

    def _is_doubtful(self, due: DueLink, response: Response) -> bool:
        """Return whether a page may be a catch-all page: nothing on it shows that it is the one that was meant.

        That is a link's text in the title, the requested path in the canonical URL, or words of the path in the title.
        """
        if urlsplit(due.link.url).path in {"", "/"} or not isinstance(response, HtmlResponse):
            return False
        first = self._by_form.get(_below_front_page(due.link.url, "*"))
        if first is not None and first.done() and first.result() is NOT_FOUND and not is_frame(response):
            return False
        title = page_title(response).casefold()
        if any(names_title(text.casefold(), title) for text in due.texts):
            return False
        return not (_is_canonical(response) or _names_path(due.link.url, title))

    async def _compare(self, url: str, response: Response) -> SiblingPage:
        """Return whether random URLs beside a page show the same page."""
        root = await self._fingerprint_of(*_random_page(url))
        if root is NOT_FOUND and not is_frame(response):
            return SiblingPage.OTHER
        for form, sibling in _random_siblings(url):
            fingerprint = await self._fingerprint_of(form, sibling)
            if fingerprint is None:
                return SiblingPage.UNKNOWN
            if fingerprint is NOT_FOUND or fingerprint.url == url or not _is_same(fingerprint, sibling, response, url):
                return SiblingPage.OTHER  # another page, or a redirect to the link itself
        return SiblingPage.SAME

    async def _fingerprint_of(self, form: str, url: str) -> PageFingerprint | None:
        """Return the fingerprint of a random URL, or of an earlier one of the same form; None if none was fetched."""
        if form not in self._by_form:
            self._by_form[form] = asyncio.ensure_future(none_if_slow(self._fetch_fingerprint(url)))
        return await asyncio.shield(self._by_form[form])

    async def _fetch_fingerprint(self, url: str) -> PageFingerprint | None:
        for _ in range(_ATTEMPTS):
            try:
                response = await self._fetch(build_request(url, meta={"max_bytes": HEAD_OF_PAGE}))
            except Exception:  # noqa: BLE001, S112 - a failed probe decides nothing
                continue
            return _fingerprint(response, url) if response.status // 100 == _SUCCESS else NOT_FOUND
        return None


def _decide(due: DueLink, response: Response, sibling: SiblingPage) -> tuple[Outcome, ReasonCode] | None:
    """Return outcome and reason of a doubtful page by what its host shows beside it; None if it is a page of its own.

    A page for every URL is gone if it says that nothing is there, or if another page was there before and this is
    neither a frame that a script fills nor a gate. A login for every URL is restricted. Otherwise it says nothing. So
    does a page that could not be compared but changed, or was a catch-all page at the last check.
    """
    before = known_title(due)
    has_changed = bool(before) and fuzz.ratio(before.casefold(), page_title(response).casefold()) < DIFFERENT_TITLE
    unknown = (Outcome.BLOCKED, ReasonCode.POSSIBLE_CATCH_ALL_PAGE)
    if sibling is SiblingPage.OTHER:
        return None
    if sibling is SiblingPage.UNKNOWN:
        last = {check.reason.code for check in due.history[-1:]}
        return unknown if has_changed or not last.isdisjoint(_CATCH_ALL) else None
    if says_nothing_is_there(response):
        return Outcome.GONE, ReasonCode.SOFT_404
    if is_login(response):
        return Outcome.RESTRICTED, ReasonCode.LOGIN_REQUIRED
    is_gate = is_frame(response) or gate_words().search(f"{page_title(response)} {visible_text(response)}") is not None
    return (Outcome.GONE, ReasonCode.CATCH_ALL_PAGE) if has_changed and not is_gate else unknown


def _is_secure_form(secure: Response, response: Response | None) -> bool:
    """Return whether a response by https succeeds and has the title of the one by http, if there is one."""
    if not http_check.judge_http(secure, datetime.now(UTC)).is_ok or urlsplit(secure.url).scheme != "https":
        return False
    return response is None or page_title(secure) == page_title(response)


def _is_same(fingerprint: PageFingerprint, sibling: str, response: Response, url: str) -> bool:
    """Return whether a page is that of a random URL; one that says that nothing is there may name its path."""
    shown = _fingerprint(response)
    if not says_nothing_is_there(response):
        return fingerprint.is_same_page(shown)
    return fingerprint.without_path(sibling).is_same_page(shown.without_path(url))


def _fingerprint(response: Response, requested: str = "") -> PageFingerprint:
    url = response.url if response.url != requested else ""
    return PageFingerprint(url, page_title(response), visible_text(response))


def _is_canonical(response: HtmlResponse) -> bool:
    """Return whether the page names its own URL as the canonical one."""
    path = unquote(urlsplit(response.url).path).rstrip("/")
    named = (unescape(match[1] or match[2]) for match in _CANONICAL.finditer(response.text, 0, _MAX_HEAD))
    return any(unquote(_path_of(url)).rstrip("/") == path for url in named)


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _names_path(url: str, title: str) -> bool:
    """Return whether most of the words in the last part of a path, two or more, are in the title of its page."""
    parts = urlsplit(url)
    name = posixpath.splitext(posixpath.basename(unquote(parts.path).rstrip("/")))[0].casefold()
    words = {word for word in _WORD.findall(name) if len(word) >= _WORD_LENGTH and word not in (parts.hostname or "")}
    return len(words) >= _MIN_WORDS and sum(word in title for word in words) * 2 > len(words)


def _random_page(url: str) -> tuple[str, str]:
    """Return the form of random URLs below the front page of a host, and one of them."""
    return _below_front_page(url, "*"), _below_front_page(url, secrets.token_hex(8))


def _below_front_page(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", "", ""))


def random_siblings(url: str) -> list[str]:
    """Return random URLs in the folder of a URL and with its extension, where there can be no page."""
    return [sibling for _, sibling in _random_siblings(url)]


def _random_siblings(url: str) -> list[tuple[str, str]]:
    """Return random URLs in the folder of a URL and with its extension, where there can be no page, and their forms.

    The form of a URL is the same for all links that may share its probe.

    Behind a number the name may not matter (`/questions/123/any-words`): then one with a random number is added.
    """
    parts, token = urlsplit(url), secrets.token_hex(8)
    folder, name = posixpath.split(parts.path.rstrip("/"))
    ending = "/" if parts.path.endswith("/") else posixpath.splitext(name)[1]
    paths = [f"{folder.rstrip('/')}/{token}{ending}"]
    above, number = posixpath.split(folder)
    if any(character.isdecimal() for character in number):
        paths.append(f"{above.rstrip('/')}/{token}/{name}{ending if ending == '/' else ''}")
    urls = [urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in paths]
    return [(url.replace(token, "*"), url) for url in urls]
