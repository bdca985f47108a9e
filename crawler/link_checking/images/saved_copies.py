"""Keep the saved copies of images, whatever their URLs send later, and that beside them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.errors import ImageStoreError
from crawler.images.hosts.wechat_urls import image_id
from crawler.images.store import put_image
from crawler.kinds.image import is_dynamic_image
from crawler.links.canonical_url import InvalidURLError, canonicalize_url
from crawler.models.check import Outcome
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from crawler.images.store import ImageStore
    from crawler.models.link import Link
    from crawler.models.result import CheckResult, DueLink
    from crawler.store.link_store import LinkStore


GIVEN_UP = {Outcome.GONE, Outcome.RESTRICTED, Outcome.BLOCKED}
"""Outcomes after which no further request of the same URL is expected to have an image."""


class SavedCopies:
    """The saved copies of images, and which files each host has sent for which images in this run."""

    def __init__(self, store: LinkStore, image_store: ImageStore) -> None:
        self._store = store
        self._image_store = image_store
        self._images: dict[tuple[str, str], str | None] = {}  # host and file name: the only image for which it came

    def record_response(self, link: Link, name: str) -> None:
        """Record that the host of a link has sent the file `name` for it."""
        image = image_key(link.url)
        if self._images.setdefault((link.host, name), image) != image:
            self._images[link.host, name] = None

    def saved_name(self, due: DueLink) -> str | None:
        """Return the file name of a link's saved copy; None if there is none or the file is missing."""
        title = due.origin.title if due.origin else None
        return title if title is not None and self._image_store.has(title) else None

    def would_replace(self, due: DueLink, result: CheckResult) -> bool:
        """Return whether a result has other bytes than the saved copy; copies of dynamic images are not used."""
        if is_dynamic_image(due.link, due.known):
            return False
        new = result.metadata.title if result.body and isinstance(result.metadata, Picture) else None
        return new is not None and self.saved_name(due) not in {None, new}

    def reason_to_keep(self, due: DueLink, result: CheckResult, requested_url: str, response_url: str) -> Reason:
        """Return what is known of an image that came in place of the saved copy, which stays.

        Nobody but the reader can tell an image that was drawn anew from one that says "removed".
        """
        assert isinstance(result.metadata, Picture)  # noqa: S101 - as would_replace has checked
        link, known = due.link, due.known
        if _host_and_path(requested_url) != _host_and_path(response_url):
            return Reason(ReasonCode.REDIRECTED_TO_OTHER_IMAGE)
        name = result.metadata.title
        if self._images[link.host, name] is None or is_saved_for_another(self._store, link, name):
            return Reason(ReasonCode.SHARED_IMAGE)
        if isinstance(known, Picture) and _pixels(result.metadata) < _pixels(known):
            return Reason(ReasonCode.SMALLER_IMAGE)
        return Reason(ReasonCode.OTHER_IMAGE)

    async def keep_beside(self, result: CheckResult, reason: Reason, *, is_retry: bool) -> CheckResult:
        """Return a result without image, for a link whose saved copy stays; save the image that came in its place.

        One of which nothing else is known is saved in a retry only: by then, all links of the host were checked once,
        so that files which it sends for different images are known.
        """
        check = replace(result.check, outcome=Outcome.BLOCKED, reason=reason, final_url=None)
        without = replace(result, check=check, metadata=None, body=b"", origin=None)
        image, image_store = result.metadata, self._image_store
        if (reason.code is ReasonCode.OTHER_IMAGE and not is_retry) or not isinstance(image, Picture):
            return without
        try:
            await put_image(image_store, image.title, result.body, image.media_type)
        except ImageStoreError as error:
            image_store.unavailable_reason = str(error)
            return without
        return replace(without, newer_image=image.title)


def has_no_image(due: DueLink, result: CheckResult) -> bool:
    """Return whether a link has no image, neither in the result nor saved, and no request of its URL can find one."""
    return due.origin is None and result.metadata is None and result.check.outcome in GIVEN_UP


def needs_confirmation(result: CheckResult) -> bool:
    """Return whether an image that came in place of the saved copy must be received again in a retry."""
    return result.check.reason.code is ReasonCode.OTHER_IMAGE


def _pixels(image: Picture) -> float:
    """Return the number of pixels of an image; infinite if its size is not known."""
    return image.width * image.height if image.width and image.height else math.inf


def is_saved_for_another(store: LinkStore, link: Link, name: str) -> bool:
    """Return whether the file `name` is the saved copy of another image of the same host."""
    urls = (url for url in store.links_with_image(name) if urlsplit(url).hostname == link.host)
    return any(image_key(url) != image_key(link.url) for url in urls)


def image_key(url: str) -> str:
    """Return what identifies the image of a URL: its WeChat id, or the URL without scheme."""
    return image_id(url) or url.partition("://")[2]


def _host_and_path(url: str) -> tuple[str, str]:
    """Return host and path of the canonical form of a URL."""
    try:
        parts = urlsplit(canonicalize_url(url))
    except InvalidURLError:
        return "", url
    return parts.netloc, parts.path
