"""Fetch images: from the original, the URL in the note, with WeChat's Referer, from the article, from the archive.

A response counts only if its bytes are a complete image and no placeholder. If a copy is already saved, the request has
the conditions of its version, so that an unchanged image is not sent again.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.checks.response_check import judge_response
from crawler.daemon_threads import run_in_thread
from crawler.errors import ImageStoreError
from crawler.fetch.conditional_requests import add_conditions
from crawler.images.hosts.referers import other_referers, referer_of
from crawler.images.hosts.wechat_urls import REFERER, image_id, url_variants
from crawler.images.sniff import SVG, CorruptImageError, UnsupportedImageError, media_type
from crawler.images.store import put_image
from crawler.kinds.image import image_request, is_dynamic_image, requestable_urls
from crawler.kinds.registry import kind_of
from crawler.link_checking.images.image_bodies import (
    MAX_ANSWER_BYTES,
    MB,
    Limits,
    inspect_for_saving,
    original_bytes_url,
    with_remarks,
    without_body,
)
from crawler.link_checking.images.placeholders import PlaceholderDetector
from crawler.link_checking.images.saved_copies import GIVEN_UP, SavedCopies
from crawler.lookups.errors import ServiceDownError
from crawler.models.check import Outcome
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.store.external_sources import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from scrapy import Request
    from scrapy.http import Response

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.store import ImageStore
    from crawler.lookups.wayback import Wayback
    from crawler.models.check import Check
    from crawler.models.link import Link
    from crawler.models.result import CheckResult, DueLink
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)


class ImageFetcher:
    """Fetches the images of one run.

    `fetch` sends a request, `time_left` returns the seconds until RUN_TIMEOUT. `require_host` raises OtherShardError
    for a host to which another process of the run may send requests.
    """

    def __init__(
        self,
        fetch: Callable[[Request], Awaitable[Response]],
        *,
        store: LinkStore,
        image_store: ImageStore,
        options: CrawlOptions,
        time_left: Callable[[], float],
        require_host: Callable[[str], None],
    ) -> None:
        self._fetch = fetch
        self._store = store
        self._image_store = image_store
        self._options = options
        self._limits = Limits.from_options(options.images)
        self._accepted = options.requests.accepted_statuses
        self._time_left = time_left
        self._require_host = require_host
        self.fetched_bytes = 0
        """Size of all bodies that the run has fetched, in bytes."""
        self._placeholders = PlaceholderDetector(store, self._fetch_any, options.images.referers)
        self._copies = SavedCopies(store, image_store)
        self._archive = asyncio.Lock()
        self._archive_down = False

    @cached_property
    def _wayback(self) -> Wayback:
        from crawler.lookups.wayback import Wayback

        return Wayback.from_options(self._options)

    @property
    def closed_reason(self) -> Reason | None:
        """Why no more images are fetched in this run; None if they are."""
        if self._image_store.unavailable_reason:
            return Reason(ReasonCode.IMAGE_STORE_UNAVAILABLE, self._image_store.unavailable_reason)
        if self._limits.run and self.fetched_bytes >= self._limits.run:
            return Reason(ReasonCode.RUN_LIMIT_REACHED)
        return None

    def prepare(self, request: Request, due: DueLink) -> Request:
        """Return the first request for an image, with the conditions of its saved version if there is one.

        There are none if the copy came from another URL, which says nothing of the link itself, or if its file is
        missing: the bytes are needed again.
        """
        request.meta["download_maxsize"] = self._limits.for_link(due.link)
        self._add_referer(request, None)
        origin, urls = due.origin, {due.link.url, *requestable_urls(due.link.url)}
        if origin is None or origin.title is None or origin.address not in urls:
            return request
        if not isinstance(due.known, Picture) or not self._image_store.has(origin.title):
            return request
        return add_conditions(request.replace(url=origin.address), origin.etag, origin.last_modified, datetime.now(UTC))

    async def resolve(
        self, due: DueLink, result: CheckResult, requested_url: str, response_url: str, *, is_retry: bool
    ) -> CheckResult:
        """Return the final result for an image from the result of its first response.

        If the bytes are not an image, other requests are tried; in a retry also articles and archive, since by then all
        articles were read. A saved copy stays: other bytes are saved beside it (see SavedCopies).
        """
        result = await self._inspect(due, result)
        if self._copies.would_replace(due, result):
            reason = self._copies.reason_to_keep(due, result, requested_url, response_url)
            return await self._copies.keep_beside(result, reason, is_retry=is_retry)
        if result.check.is_ok and (result.body or not result.check.reason.has(ReasonCode.NOT_SAVED)):
            return result
        async for other in self._retry_variants(due, result, requested_url, url_variants(due.link.url)):
            if other.check.is_ok and other.body:
                return replace(other, body=b"", metadata=None, origin=None) if self._copies.saved_name(due) else other
            result = other
        if is_retry and due.origin is None and result.check.outcome in GIVEN_UP | {Outcome.FAILED}:
            return await self._from_article_or_archive(due, result)
        return result

    def as_too_large(self, check: Check, link: Link) -> Check:
        """Return a failed check; as skipped if the image exceeds its size limit, since its link may still work."""
        if check.reason.code is not ReasonCode.RESPONSE_TOO_LARGE or not kind_of(link).keeps_body:
            return check
        reason = Reason(ReasonCode.FILE_TOO_LARGE, f"{self._limits.for_link(link) / MB:g}")
        return replace(check, outcome=Outcome.SKIPPED, reason=reason)

    async def _inspect(self, due: DueLink, result: CheckResult) -> CheckResult:
        """Return the result with the metadata of its image, or with the reason why its bytes are not saved."""
        if not result.body:
            return result
        if self._image_store.is_own_url(due.link.url):  # the note shows a saved copy
            return without_body(result, result.check)
        if self._options.images.keep_away.match(due.link.host):
            reason = result.check.reason.plus(Reason(ReasonCode.NOT_SAVED), Reason(ReasonCode.KEPT_AWAY))
            return without_body(result, replace(result.check, reason=reason))
        self.fetched_bytes += len(result.body)
        try:
            info, image = await inspect_for_saving(result.body)
        except CorruptImageError as error:
            check = replace(result.check, outcome=Outcome.FAILED, reason=error.reason, final_url=None)
            return without_body(result, check)
        except UnsupportedImageError as error:
            reason = result.check.reason.plus(Reason(ReasonCode.NOT_SAVED), error.reason)
            return without_body(result, replace(result.check, reason=reason))
        is_dynamic = image.media_type == SVG and result.origin is not None and result.origin.uncached
        found = replace(result, metadata=replace(image, dynamic=is_dynamic))
        target = result.check.final_url
        if not (is_dynamic or is_dynamic_image(due.link, due.known)) and await self._placeholders.is_placeholder(
            due.link,
            image.title,
            result.body,
            target,
            replaces=target is None and self._copies.would_replace(due, found),
            is_new=self._copies.saved_name(due) is None,
        ):
            reason = Reason(ReasonCode.PLACEHOLDER)
            return without_body(result, replace(result.check, outcome=Outcome.BLOCKED, reason=reason, final_url=None))
        self._copies.record_response(due.link, image.title)
        return replace(found, check=with_remarks(result.check, info))

    # --- other requests to the host -----------------------------------------------------------------------------------

    async def _retry_variants(
        self, due: DueLink, result: CheckResult, requested_url: str, variants: tuple[str, ...]
    ) -> AsyncIterator[CheckResult]:
        """Yield the results of more requests: if blocked with another Referer, for WeChat at variants of the URL."""
        if image_id(due.link.url) is None:
            if result.check.outcome in {Outcome.BLOCKED, Outcome.RESTRICTED}:
                for referer in other_referers(due.link.host, self._options.images.referers):
                    fetched = await self._fetch_variant(due, requested_url, referer)
                    if fetched is not None and fetched.body:
                        yield fetched
            return
        for url in (requested_url, *(each for each in variants if each != requested_url)):
            found: CheckResult | None = result
            if url != requested_url and (found := await self._fetch_variant(due, url)) is not None:
                yield found
            if found is not None and found.check.outcome is Outcome.BLOCKED:
                fetched = await self._fetch_variant(due, url, REFERER)
                if fetched is not None and fetched.body:
                    yield fetched

    async def _fetch_variant(self, due: DueLink, url: str, referer: str | None = None) -> CheckResult | None:
        """Return the result of a request for an image at a URL; None without a response."""
        if not self._time_left():
            return None
        response = await self._request(url, referer, self._limits.for_link(due.link))
        if response is None:
            return None
        return await self._inspect(due, judge_response(due, response, self._accepted, datetime.now(UTC)))

    async def _request(self, url: str, referer: str | None, max_bytes: int) -> Response | None:
        """Return the response to a request for an image; None without one."""
        request = image_request(url)
        request.meta["download_maxsize"] = max_bytes
        self._add_referer(request, referer)
        try:
            return await self._fetch(request)
        except Exception as error:  # noqa: BLE001 - any failure means that this URL has no image
            logger.debug("%s: %r", url, error)
            return None

    def _add_referer(self, request: Request, referer: str | None) -> None:
        """Set the Referer of a request: the given one, without one that of its host in the table; "" is none."""
        if referer is None:
            referer = referer_of(urlsplit(request.url).hostname or "", self._options.images.referers)
        if referer:
            request.headers["Referer"] = referer

    async def _fetch_any(self, url: str, referer: str | None) -> bytes:
        """Return the image at a URL, which need not be that of a link; empty if there is none."""
        response = await self._request(url, referer, MAX_ANSWER_BYTES)
        return response.body if response is not None and media_type(response.body) else b""

    # --- articles and archive -----------------------------------------------------------------------------------------

    async def _from_article_or_archive(self, due: DueLink, result: CheckResult) -> CheckResult:
        """Return the result with a copy from an article of the same note, or from the archive, and save that copy."""
        found = await self._find_in_articles(due) or await self._find_in_archive(due)
        if found is None:
            return result
        copy, code = found
        assert isinstance(copy.metadata, Picture)  # noqa: S101 - set by _inspect
        try:
            await put_image(self._image_store, copy.metadata.title, copy.body, copy.metadata.media_type)
        except ImageStoreError as error:
            self._image_store.unavailable_reason = str(error)
            return result
        source = copy.origin.address if copy.origin else None
        check = replace(result.check, reason=result.check.reason.plus(Reason(code)))
        return replace(result, check=check, metadata=replace(copy.metadata, source=source), origin=copy.origin)

    async def _find_in_articles(self, due: DueLink) -> tuple[CheckResult, ReasonCode] | None:
        wanted = image_id(due.link.url)
        if wanted is None:
            return None
        tried = set(url_variants(due.link.url))
        for url in await asyncio.to_thread(self._store.images_of_articles, due.link):
            if image_id(url) != wanted:
                continue
            for variant in url_variants(url):
                if variant in tried:
                    continue
                tried.add(variant)
                for referer in (None, REFERER):
                    found = await self._fetch_variant(due, variant, referer)
                    if found is not None and found.body:
                        return found, ReasonCode.SAVED_FROM_ARTICLE
                    if found is None or found.check.outcome is not Outcome.BLOCKED:
                        break
        return None

    async def _find_in_archive(self, due: DueLink) -> tuple[CheckResult, ReasonCode] | None:
        async with self._archive:  # one request at a time
            snapshot, may_ask = self._store.known_snapshot(due.link, datetime.now(UTC))
            if may_ask and not self._archive_down and self._time_left():
                self._require_host(ARCHIVE)
                day = self._store.oldest_note_date(due.link)
                try:
                    snapshot = await run_in_thread(lambda url: self._wayback.nearest(url, day), due.link.url)
                except ServiceDownError:
                    self._archive_down = True
                else:
                    self._store.save_snapshot(due.link, snapshot, datetime.now(UTC))
        if snapshot is None:
            return None
        found = await self._fetch_variant(due, original_bytes_url(snapshot))
        return (found, ReasonCode.SAVED_FROM_ARCHIVE) if found is not None and found.body else None
