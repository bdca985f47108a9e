"""Recognize placeholder images, which hosts send instead of images."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.images.placeholder_urls import is_placeholder_url
from crawler.images.wechat_urls import MAX_PLACEHOLDER_BYTES, image_id, looks_like_placeholder

if TYPE_CHECKING:
    from crawler.store.link_store import LinkStore


class PlaceholderDetector:
    """Learns during a run which files are placeholders.

    Those are files that one of WeChat's hosts sends for different images, and those to which images with different
    file names are redirected, if that of the target is another one.
    """

    def __init__(self, store: LinkStore) -> None:
        self._store = store
        self._first_ids: dict[str, str] = {}  # file name in the image store: id of the image for which it came first
        self._first_files: dict[str, tuple[str, str]] = {}  # target of redirects: file that came first, and its image
        self._learned: set[str] = set()
        self._learned_targets: set[str] = set()

    def is_placeholder(self, url: str, name: str, body: bytes, target: str | None = None) -> bool:
        """Return whether the body of a response for an image, named `name` in the image store, is a placeholder.

        `target` is the URL behind redirects, None without one. A newly learned placeholder is saved in the store.
        """
        if target is not None and self._is_redirected(url, target, name):
            return True
        image = image_id(url)
        if image is None or len(body) > MAX_PLACEHOLDER_BYTES:
            return False
        if looks_like_placeholder(body) or name in self._learned or self._store.is_placeholder(name):
            return True
        if self._first_ids.setdefault(name, image) == image:
            others = {image_id(other) for other in self._store.links_with_image(name)} - {image, None}
            if not others:
                return False
        self._learn(name)
        return True

    def _is_redirected(self, url: str, target: str, name: str) -> bool:
        """Return whether the target of an image's redirect is a placeholder."""
        if is_placeholder_url(target) or target in self._learned_targets:
            return True
        if name in self._learned or self._store.is_placeholder(name):
            return True
        file = _file_name(url)
        first_file, first_name = self._first_files.setdefault(target, (file, name))
        if file == _file_name(target) or first_file in {file, _file_name(target)}:
            return False
        self._learned_targets.add(target)
        for each in {first_name, name}:
            self._learn(each)
        return True

    def _learn(self, name: str) -> None:
        self._learned.add(name)
        self._store.learn_placeholder(name, datetime.now(UTC))


def _file_name(url: str) -> str:
    """Return the last segment of a URL's path in lower case."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2].lower()
