"""Client of the Wayback Machine: finds the snapshot of a page that is nearest to a time, or newer than a time.

The availability API is fast and sometimes misses snapshots (https://archive.org/help/wayback_api.php); the CDX index is
slower and complete (https://github.com/internetarchive/wayback/blob/master/wayback-cdx-server/README.md).
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import requests
from requests.utils import requote_uri
from w3lib.encoding import html_to_unicode

from crawler.links.canonical_url import InvalidURLError, canonicalize_url, refusal_reason
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.session import open_session
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from crawler.config.crawl_options import CrawlOptions


HOST = "archive.org"
AVAILABLE = f"https://{HOST}/wayback/available"
INDEX = f"https://web.{HOST}/cdx/search/cdx"

MAX_PAGE = 1024 * 1024
"""Bytes of a page in a snapshot that are read."""

_FIELDS = ["timestamp", "original"]
_SNAPSHOT = re.compile(
    r"https?://web\.archive\.org(?::[0-9]+)?/web/([0-9]{14})(?:[a-z]{2}_)?/(https?://[^/?#\s].*)", re.IGNORECASE
)


class Wayback:
    """Finds snapshots, one page at a time, with one request, or two if the first finds none."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    @classmethod
    def from_options(cls, options: CrawlOptions) -> Self:
        """Build the client with its cache in OUTPUT_DIR."""
        return cls(
            open_session(
                options.apis.cache_file,
                user_agent=options.requests.user_agent,
                delay=options.requests.delay(HOST),
                timeout=options.apis.timeout,
                is_cacheable=_can_be_read,
            )
        )

    def nearest(self, url: str, when: datetime | date | None) -> str | None:
        """Return the https URL of the snapshot nearest to `when`, without it of the newest; None if there is none.

        Only snapshots with status 200 count. A date means noon, a time without zone UTC. Raises ServiceDownError if the
        Wayback Machine does not answer.
        """
        page = _public(url)
        if page is None:
            return None
        moment = _timestamp(when) if when else None
        snapshot = self._ask(AVAILABLE, {"url": page} | ({"timestamp": moment} if moment else {}))
        # For hours or days, or for the https form of a URL only, it may report no snapshot although there are some:
        # https://github.com/internetarchive/wayback/issues/296, https://github.com/akamhy/waybackpy/issues/154
        return snapshot or self._ask(INDEX, _query(page, moment))

    def newest_since(self, url: str, since: datetime) -> datetime | None:
        """Return when the newest snapshot of a page with status 200 was made; None if that was not after `since`.

        Raises ServiceDownError if the Wayback Machine does not answer.
        """
        page = _public(url)
        if page is None:
            return None
        available = self._ask(AVAILABLE, {"url": page})  # without a timestamp: the newest
        made_at = _made_at(available)
        if made_at is None or made_at <= since:
            made_at = _made_at(self._ask(INDEX, _query(page, None) | {"from": _timestamp(since)}))
        return made_at if made_at is not None and made_at > since else None

    def page(self, snapshot: str) -> str:
        """Return the source of the page in a snapshot as it was captured; "" if it is not served as a text.

        Raises ServiceDownError if the Wayback Machine does not answer.
        """
        match = _SNAPSHOT.fullmatch(snapshot)
        if match is None:
            return ""
        response = self._get(f"https://web.archive.org/web/{match[1]}id_/{match[2]}", {})
        content_type = response.headers.get("Content-Type", "")
        is_page = response.ok and "html" in content_type.lower()
        return html_to_unicode(content_type, response.content[:MAX_PAGE])[1] if is_page else ""

    def _ask(self, service: str, query: dict[str, str]) -> str | None:
        return _snapshot(service, self._get(service, query))

    def _get(self, url: str, query: dict[str, str]) -> requests.Response:
        try:
            return self._session.get(url, params=query)
        except requests.RequestException as error:  # not retried by the session: a truncated body, redirects
            raise ServiceDownError(describe_error(error)) from error


def _public(url: str) -> str | None:
    """Return a page's URL without credentials; None if it is not on the public web, and so cannot be archived."""
    try:
        page = urlsplit(canonicalize_url(url))
    except InvalidURLError:
        return None
    public_url = page._replace(netloc=page.netloc.rpartition("@")[2]).geturl()
    return public_url if refusal_reason(public_url) is None else None


def _timestamp(when: datetime | date) -> str:
    moment = when if isinstance(when, datetime) else datetime.combine(when, time(12))
    return f"{moment.astimezone(UTC) if moment.tzinfo else moment:%Y%m%d%H%M%S}"


def _query(page: str, moment: str | None) -> dict[str, str]:
    """Return the query for one snapshot of exactly this page in the index; `*` in its URL is no wildcard."""
    query = {"url": page, "matchType": "exact", "output": "json", "fl": ",".join(_FIELDS), "filter": "statuscode:200"}
    if moment is None:
        return query | {"limit": "-1"}
    # Without `fastLatest` only the part of the index around the moment would be read.
    return query | {"limit": "1", "closest": moment, "sort": "closest", "fastLatest": "false"}


def _snapshot(service: str, response: requests.Response) -> str | None:
    """Return the URL of the snapshot in an answer, None if there is none; raise ServiceDownError for another answer."""
    if response.status_code == requests.codes.forbidden and "AccessControlException" in response.text:
        return None  # the site is excluded from the archive
    if not response.ok:
        raise ServiceDownError(f"HTTP {response.status_code}")
    try:
        return _READERS[service](response.json())
    except (ValueError, RecursionError) as error:
        raise ServiceDownError(f"HTTP {response.status_code}, {error}"[:200]) from error


def _closest_available(answer: Any) -> str | None:
    match answer:
        case {"archived_snapshots": {"closest": {"available": True, "status": "200", "url": str(url)}}}:
            return _https_url(url)
        case {"archived_snapshots": {"closest": {"available": bool(), "status": str(), "url": str()}}}:
            return None  # of an error page or a redirect
        case {"archived_snapshots": dict(snapshots)} if not snapshots:
            return None
    raise ValueError("not an answer of the availability API")


def _latest_listed(answer: Any) -> str | None:
    match answer:
        case [header, [str(stamp), str(original)]] if header == _FIELDS:
            return _https_url(f"https://web.archive.org/web/{stamp}/{original}")
        case []:
            return None
    raise ValueError("not an answer of the index")


_READERS: dict[str, Callable[[Any], str | None]] = {AVAILABLE: _closest_available, INDEX: _latest_listed}


def _https_url(snapshot: str) -> str:
    """Return the https form of a snapshot's URL; raise ValueError if it is not one."""
    match = _SNAPSHOT.fullmatch(snapshot)
    if match is None:
        raise ValueError(f"not a snapshot: {snapshot}")
    return f"https://web.archive.org/web/{match[1]}/{requote_uri(match[2])}"


def _made_at(snapshot: str | None) -> datetime | None:
    """Return when a snapshot was made, from its URL; None for none, or if its digits are no time."""
    match = None if snapshot is None else _SNAPSHOT.fullmatch(snapshot)
    with suppress(ValueError):
        return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    return None


def _can_be_read(response: requests.Response) -> bool:
    try:
        _snapshot(response.url.partition("?")[0], response)
    except (KeyError, ServiceDownError):
        return False
    return True
