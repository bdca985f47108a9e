"""The ways to a picture: the original, what the note says, with WeChat's Referer, the article, the archive.

What comes is believed only after a look at its bytes: it must be a whole picture, and not one that is shown in the
place of others. What was kept before is asked for by its version, and not fetched when it is the same.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from crawler.checks.response_check import check_response_with_kind
from crawler.daemon_threads import run_in_thread
from crawler.errors import ImageStoreError
from crawler.fetch.conditional_requests import add_conditions
from crawler.fetch.host_throttle import HostUnavailableError
from crawler.images.sniff import SVG, CorruptImageError, UnsupportedImageError, inspect_image
from crawler.images.store import image_name, put_image
from crawler.images.wechat_urls import MAX_PLACEHOLDER_BYTES, REFERER, image_id, looks_like_placeholder, url_variants
from crawler.kinds.image import image_request, is_dynamic_image
from crawler.kinds.registry import all_kinds, keeping_bodies, kind_of
from crawler.links.canonical_url import InvalidURLError, canonicalize_url
from crawler.lookups.errors import ServiceDownError
from crawler.models.check import Outcome
from crawler.models.metadata import Picture
from crawler.models.reason import Reason, ReasonCode
from crawler.store.external_sources import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from scrapy import Request
    from scrapy.http import Response

    from crawler.config.crawl_options import CrawlOptions, ImageOptions
    from crawler.images.store import ImageStore
    from crawler.lookups.wayback import Wayback
    from crawler.models.check import Check
    from crawler.models.link import Link
    from crawler.models.result import CheckResult, DueLink
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)

MB = 1_000_000
INLINE_BYTES = MB
"""Bytes up to which a picture is looked at where it comes: that takes a millisecond."""

PATIENCE = 600.0
"""Seconds that the archive is waited for while other workers ask it for their pictures, one at a time."""

_GIVEN_UP = {Outcome.GONE, Outcome.RESTRICTED, Outcome.BLOCKED}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes: the largest body that is kept, by kind, and how much is fetched in one run (0: no end)."""

    largest: Mapping[str, int]
    run: int

    @classmethod
    def from_options(cls, options: ImageOptions) -> Self:
        """Return the limits of each kind that keeps bytes."""
        largest = {kind: options.size_limits[all_kinds()[kind].size_limit] for kind in keeping_bodies()}
        return cls(largest, options.run_limit)

    def for_link(self, link: Link) -> int:
        """Return the bytes of the largest that is kept of a link."""
        return self.largest[link.kind]


class ImageFetcher:
    """Finds the pictures of one run; `fetch` sends a request, `time_left` says how many seconds there are for it.

    `turn` holds a host for an API's request, or raises
    HostUnavailableError when others have it for more than so many seconds.
    """

    def __init__(
        self,
        fetch: Callable[[Request], Awaitable[Response]],
        *,
        store: LinkStore,
        image_store: ImageStore,
        options: CrawlOptions,
        time_left: Callable[[], float],
        hold_host: Callable[[str, float], AbstractAsyncContextManager[None]],
    ) -> None:
        self._fetch = fetch
        self._store = store
        self._image_store = image_store
        self._options = options
        self._limits = Limits.from_options(options.images)
        self._accepted = options.requests.accepted_statuses
        self._time_left = time_left
        self._hold_host = hold_host
        self._spent = 0
        self._learned_placeholders: dict[str, str] = {}  # names of small pictures, and the id that each came for first
        self._placeholders: set[str] = set()
        self._sent: dict[tuple[str, str], str | None] = {}  # host and name: the one address that it came for
        self._archive = asyncio.Lock()
        self._archive_down = False

    @cached_property
    def _wayback(self) -> Wayback:
        from crawler.lookups.wayback import Wayback

        return Wayback.from_options(self._options)

    @property
    def closed_reason(self) -> Reason | None:
        """Why no more pictures are fetched in this run."""
        if self._image_store.unavailable_reason:
            return Reason(ReasonCode.IMAGE_STORE_UNAVAILABLE, self._image_store.unavailable_reason)
        if self._limits.run and self._spent >= self._limits.run:
            return Reason(ReasonCode.RUN_LIMIT_REACHED)
        return None

    def prepare(self, request: Request, due: DueLink) -> Request:
        """Return a picture's first request: with what is known of the version that is kept, if it still is.

        What is kept from elsewhere says nothing of how the link itself is, and where it is not known what is kept, its
        bytes have to come again.
        """
        request = request.replace(meta=request.meta | {"download_maxsize": self._limits.for_link(due.link)})
        origin = due.origin
        if origin is None or origin.title is None or origin.address not in {due.link.url, *url_variants(due.link.url)}:
            return request
        if not isinstance(due.known, Picture) or not self._image_store.has(origin.title):
            return request
        request = request.replace(url=origin.address)
        return add_conditions(request, origin.etag, origin.last_modified, datetime.now(UTC))

    async def resolve(self, due: DueLink, result: CheckResult, asked: str, sent_by: str, *, last: bool) -> CheckResult:
        """Return what comes of a first answer: the address `asked` led to the one that it was `sent_by`.

        Its bytes are examined; if they are no good, the other ways are tried: with `last` those that lead elsewhere,
        too, for which all articles have to be read. Nothing worse takes the place of what is kept. Other bytes take it
        with `last` only, when it is known what the host sends for its other links.
        """
        result = await self._inspect(due, result)
        if self._would_replace(due, result) and (
            reason := self._reason_to_keep(due.link, result, asked, sent_by, last=last)
        ):
            check = replace(result.check, outcome=Outcome.BLOCKED, reason=reason, final_url=None)
            return replace(_without_body(result, check), metadata=None)
        if result.check.is_ok and not self._is_not_stored(result):
            return result
        async for other in self._retry_variants(due, result, asked, url_variants(due.link.url)):
            if other.check.is_ok and other.body:
                return replace(other, body=b"", metadata=None, origin=None) if self._stored_name(due) else other
            result = other
        if last and due.origin is None and result.check.outcome in _GIVEN_UP | {Outcome.FAILED}:
            return await self._from_article_or_archive(due, result)
        return result

    def as_too_large(self, check: Check, link: Link) -> Check:
        """Read a failure: that a picture is too large for us says nothing about its link."""
        if check.reason.code is not ReasonCode.RESPONSE_TOO_LARGE or not kind_of(link).keeps_body:
            return check
        reason = Reason(ReasonCode.FILE_TOO_LARGE, f"{self._limits.for_link(link) / MB:g}")
        return replace(check, outcome=Outcome.SKIPPED, reason=reason)

    # --- one answer ---------------------------------------------------------------------------------------------------

    async def _inspect(self, due: DueLink, result: CheckResult) -> CheckResult:
        """Turn bytes into a picture, or into the reason why they are not kept."""
        if not result.body:
            return result
        if self._image_store.is_own_url(due.link.url):  # kept before, by whoever wrote the note
            return _without_body(result, result.check)
        self._spent += len(result.body)
        try:
            body = result.body
            picture = (
                _describe_picture(body)
                if len(body) <= INLINE_BYTES
                else await asyncio.to_thread(_describe_picture, body)
            )
        except CorruptImageError as error:
            return _without_body(
                result, replace(result.check, outcome=Outcome.FAILED, reason=error.reason, final_url=None)
            )
        except UnsupportedImageError as error:
            reason = result.check.reason.plus(Reason(ReasonCode.NOT_SAVED), error.reason)
            return _without_body(result, replace(result.check, reason=reason))
        if self._is_placeholder(due.link.url, picture.title, result.body):
            reason = Reason(ReasonCode.PLACEHOLDER)
            return _without_body(result, replace(result.check, outcome=Outcome.BLOCKED, reason=reason, final_url=None))
        sent_for = (due.link.host, picture.title), _image_key(due.link.url)
        if self._sent.setdefault(*sent_for) != sent_for[1]:
            self._sent[sent_for[0]] = None
        drawn_anew = picture.media_type == SVG and result.origin is not None and result.origin.uncached
        return replace(result, metadata=replace(picture, dynamic=drawn_anew))

    def _stored_name(self, due: DueLink) -> str | None:
        """Return the name of the copy that is kept of a link; None where there is none, or its file is missing."""
        title = due.origin.title if due.origin else None
        return title if title is not None and self._image_store.has(title) else None

    def _would_replace(self, due: DueLink, result: CheckResult) -> bool:
        """Return whether an answer has other bytes than the copy that is kept; of what is drawn anew none is shown."""
        if is_dynamic_image(due.link, due.known):
            return False
        new = result.metadata.title if result.body and isinstance(result.metadata, Picture) else None
        return new is not None and self._stored_name(due) not in {None, new}

    def _reason_to_keep(
        self, link: Link, result: CheckResult, asked: str, sent_by: str, *, last: bool
    ) -> Reason | None:
        """Return why the copy that is kept is not replaced by an answer; None where it is."""
        assert isinstance(result.metadata, Picture)  # noqa: S101 - what _would_replace found
        if _host_and_path(asked) != _host_and_path(sent_by):
            return Reason(ReasonCode.REDIRECTED_TO_OTHER_IMAGE)
        name = result.metadata.title
        kept_for = (url for url in self._store.links_with_image(name) if urlsplit(url).hostname == link.host)
        if self._sent[link.host, name] is None or any(_image_key(url) != _image_key(link.url) for url in kept_for):
            return Reason(ReasonCode.SHARED_IMAGE)
        return None if last else Reason(ReasonCode.OTHER_IMAGE)

    @staticmethod
    def _is_not_stored(result: CheckResult) -> bool:
        return not result.body and result.check.reason.has(ReasonCode.NOT_SAVED)

    def _is_placeholder(self, url: str, name: str, body: bytes) -> bool:
        """Tell whether the bytes for one of WeChat's pictures are those that are shown for others, too."""
        picture = image_id(url)
        if picture is None or len(body) > MAX_PLACEHOLDER_BYTES:
            return False
        if looks_like_placeholder(body) or name in self._placeholders or self._store.is_placeholder(name):
            return True
        if self._learned_placeholders.setdefault(name, picture) == picture:
            others = {image_id(other) for other in self._store.links_with_image(name)} - {picture, None}
            if not others:
                return False
        self._placeholders.add(name)
        self._store.learn_placeholder(name, datetime.now(UTC))
        return True

    # --- other answers ------------------------------------------------------------------------------------------------

    async def _retry_variants(
        self, due: DueLink, result: CheckResult, asked: str, addresses: tuple[str, ...]
    ) -> AsyncIterator[CheckResult]:
        """Yield what comes of asking again: with WeChat's Referer where that may help, and at the other addresses."""
        if image_id(due.link.url) is None:
            return
        for address in (asked, *(each for each in addresses if each != asked)):
            answer: CheckResult | None = result
            if address != asked and (answer := await self._fetch_variant(due, address)) is not None:
                yield answer
            if answer is not None and answer.check.outcome is Outcome.BLOCKED:
                fetched = await self._fetch_variant(due, address, REFERER)
                if fetched is not None and fetched.body:
                    yield fetched

    async def _fetch_variant(self, due: DueLink, address: str, referer: str | None = None) -> CheckResult | None:
        """Ask for a picture at some address; None when there is no answer."""
        request = image_request(address)
        request.meta["download_maxsize"] = self._limits.for_link(due.link)
        if referer is not None:
            request.headers["Referer"] = referer
        if not self._time_left():
            return None
        try:
            response = await self._fetch(request)
        except Exception as error:  # noqa: BLE001 - whatever keeps it from us, this is no way to the picture
            logger.debug("%s: %r", address, error)
            return None
        return await self._inspect(due, check_response_with_kind(due, response, self._accepted, datetime.now(UTC)))

    # --- elsewhere ----------------------------------------------------------------------------------------------------

    async def _from_article_or_archive(self, due: DueLink, result: CheckResult) -> CheckResult:
        """Look for a picture that is gone in the articles beside it, then in the archive; keep what is found."""
        found = await self._find_in_articles(due) or await self._find_in_archive(due)
        if found is None:
            return result
        copy, where = found
        assert isinstance(copy.metadata, Picture)  # noqa: S101 - what _examined made of the body
        try:
            await put_image(self._image_store, copy.metadata.title, copy.body, copy.metadata.media_type)
        except ImageStoreError as error:
            self._image_store.unavailable_reason = str(error)
            return result
        address = copy.origin.address if copy.origin else None
        check = replace(result.check, reason=result.check.reason.plus(Reason(where)))
        return replace(result, check=check, metadata=replace(copy.metadata, source=address), origin=copy.origin)

    async def _find_in_articles(self, due: DueLink) -> tuple[CheckResult, ReasonCode] | None:
        picture = image_id(due.link.url)
        if picture is None:
            return None
        tried = set(url_variants(due.link.url))
        for address in await asyncio.to_thread(self._store.images_of_articles, due.link):
            if image_id(address) != picture:
                continue
            for form in url_variants(address):
                if form in tried:
                    continue
                tried.add(form)
                for referer in (None, REFERER):
                    answer = await self._fetch_variant(due, form, referer)
                    if answer is not None and answer.body:
                        return answer, ReasonCode.SAVED_FROM_ARTICLE
                    if answer is None or answer.check.outcome is not Outcome.BLOCKED:
                        break
        return None

    async def _find_in_archive(self, due: DueLink) -> tuple[CheckResult, ReasonCode] | None:
        async with self._archive:  # one question at a time
            snapshot, may_ask = self._store.known_snapshot(due.link, datetime.now(UTC))
            if may_ask and not self._archive_down and self._time_left():
                day = self._store.oldest_note_date(due.link)
                try:
                    async with self._hold_host(ARCHIVE, min(PATIENCE, self._time_left())):
                        snapshot = await run_in_thread(lambda url: self._wayback.nearest(url, day), due.link.url)
                except (ServiceDownError, HostUnavailableError):
                    self._archive_down = True
                else:
                    self._store.save_snapshot(due.link, snapshot, datetime.now(UTC))
        if snapshot is None:
            return None
        head, stamp, rest = snapshot.partition("/web/")
        moment, _, page = rest.partition("/")
        answer = await self._fetch_variant(
            due, f"{head}{stamp}{moment}id_/{page}"
        )  # `id_`: the bytes as they were archived
        return (answer, ReasonCode.SAVED_FROM_ARCHIVE) if answer is not None and answer.body else None


def is_missed(due: DueLink, result: CheckResult) -> bool:
    """Tell whether there is no picture of a link, neither now nor kept before."""
    return due.origin is None and result.metadata is None and result.check.outcome in _GIVEN_UP


def is_undecided(result: CheckResult) -> bool:
    """Return whether an answer has to be seen again before it may take the place of what is kept."""
    return result.check.reason.code is ReasonCode.OTHER_IMAGE


def _image_key(url: str) -> str:
    """Return which picture an address is for, whatever its scheme, and in whatever form of WeChat's."""
    return image_id(url) or url.partition("://")[2]


def _host_and_path(url: str) -> tuple[str, str]:
    """Return the host and the path of an address."""
    try:
        parts = urlsplit(canonicalize_url(url))
    except InvalidURLError:
        return "", url
    return parts.netloc, parts.path


def _without_body(result: CheckResult, check: Check) -> CheckResult:
    return replace(result, check=check, body=b"", origin=None)


def _describe_picture(body: bytes) -> Picture:
    """Return what is kept of a picture's bytes."""
    shape = inspect_image(body)
    name = image_name(body, shape.media_type)
    sha256 = name.rpartition("/")[2].partition(".")[0]
    return Picture(name, sha256, shape.media_type, len(body), shape.width, shape.height, shape.frames)
