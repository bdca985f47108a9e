"""Recognize placeholder images, which WeChat's image hosts send instead of images."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.images.wechat_urls import MAX_PLACEHOLDER_BYTES, image_id, looks_like_placeholder

if TYPE_CHECKING:
    from crawler.store.link_store import LinkStore


class PlaceholderDetector:
    """Learns during a run which files are placeholders: those that a host sends for different images."""

    def __init__(self, store: LinkStore) -> None:
        self._store = store
        self._first_ids: dict[str, str] = {}  # file name in the image store: id of the image for which it came first
        self._learned: set[str] = set()

    def is_placeholder(self, url: str, name: str, body: bytes) -> bool:
        """Return whether the body of a response for a WeChat image, named `name` in the image store, is a placeholder.

        A newly learned placeholder is saved in the store.
        """
        image = image_id(url)
        if image is None or len(body) > MAX_PLACEHOLDER_BYTES:
            return False
        if looks_like_placeholder(body) or name in self._learned or self._store.is_placeholder(name):
            return True
        if self._first_ids.setdefault(name, image) == image:
            others = {image_id(other) for other in self._store.links_with_image(name)} - {image, None}
            if not others:
                return False
        self._learned.add(name)
        self._store.learn_placeholder(name, datetime.now(UTC))
        return True
