"""Recognize placeholder images, which hosts send instead of images."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawler.images.hosts.placeholder_urls import is_placeholder_file, is_placeholder_url
from crawler.images.hosts.referers import FOREIGN_REFERER, own_referers, referer_of
from crawler.images.hosts.wechat_urls import image_id, looks_like_placeholder
from crawler.images.looks import Look, are_alike, look_of
from crawler.images.names import image_name
from crawler.images.sniff import media_type
from crawler.link_checking.images.saved_copies import image_key, is_saved_for_another
from crawler.links.canonical_url import parameters

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from crawler.models.link import Link
    from crawler.store.link_store import LinkStore

MAX_PLACEHOLDER_BYTES = 64 * 1024
"""Bytes up to which an image may be a placeholder that is told by what the host sends for other URLs."""

MAX_GUARD_BYTES = 32 * 1024
"""Bytes up to which the first image of a host is compared with the one that the host's own readers see."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file that a host has sent in this run: for which image, at which URL, and what it shows."""

    image: str
    url: str
    name: str
    look: Look | None

    def shows(self, name: str, look: Look | None) -> bool:
        return self.name == name or are_alike(self.look, look)


class PlaceholderDetector:
    """Learns during a run which files are placeholders.

    Known ones are in a table. Others are

    - files to which images with different file names are redirected, if that of the target is another one;
    - what a host also sends for a URL that nobody can have put there, or for another image to the readers of another
      site. Both are asked once per run and host, and only if there is reason to: an image came for several URLs, looks
      like a known placeholder, or would replace a saved one;
    - what a host that has different images sends for a file that does not exist. This is asked once per run and host,
      of small images without a saved copy;
    - what a host sends to all but its own readers. This is asked once per run and host, of its first small image
      without a saved copy: if the host's own Referer gets another image, and a request without it the first one again.

    `fetch` requests the image at a URL, with a Referer or with the usual one; it returns its bytes, none if there is no
    image. `referers` are those of IMAGES_REFERERS.
    """

    def __init__(
        self, store: LinkStore, fetch: Callable[[str, str | None], Awaitable[bytes]], referers: Mapping[str, str]
    ) -> None:
        self._store = store
        self._fetch = fetch
        self._referers = referers
        self._seen: defaultdict[str, list[_Seen]] = defaultdict(list)  # by host
        self._answers: dict[tuple[str, str | None], asyncio.Task[bytes]] = {}  # by host and Referer
        self._first_files: dict[str, tuple[str, str]] = {}  # target of redirects: file that came first, and its image
        self._large: dict[tuple[str, str], str] = {}  # by host and file: the first image for which it came
        self._nothings: dict[str, asyncio.Task[_Seen | None]] = {}  # by host
        self._drawings: dict[str, asyncio.Task[_Seen | None]] = {}  # by host: what all but its own readers get
        self._learned: dict[str, Look | None] = {}
        self._learned_targets: set[str] = set()

    @cached_property
    def _known(self) -> dict[str, Look | None]:
        """The placeholders of earlier runs."""
        return self._store.known_placeholders()

    @cached_property
    def _has_saved(self) -> bool:
        """Whether earlier runs saved images."""
        return self._store.has_saved_images()

    async def is_placeholder(
        self,
        link: Link,
        name: str,
        body: bytes,
        target: str | None = None,
        *,
        replaces: bool = False,
        is_new: bool = False,
    ) -> bool:
        """Return whether the body of a response for an image, named `name` in the image store, is a placeholder.

        `target` is the URL behind redirects, None without one; `replaces` says that another copy is saved, `is_new`
        that none is. A newly learned placeholder is saved in the store.
        """
        if name in self._learned or name in self._known:
            return True
        if is_placeholder_file(body):
            self._learn(name, None)
            return True
        if target is not None and self._is_redirected(link.url, target, name):
            return True
        if len(body) > MAX_PLACEHOLDER_BYTES:
            return is_new and await self._is_large_one(link, name, body)
        found = _Seen(image_key(link.url), link.url, name, await asyncio.to_thread(look_of, body))
        is_suspect = replaces or self._is_suspect(link, found, body)
        if found not in self._seen[link.host]:
            self._seen[link.host].append(found)
        is_one = (is_suspect and await self._is_sent_for_others(link, found, body)) or (
            is_new and await self._is_sent_for_nothing(link, found)
        )
        if not is_one and not (is_new and await self._is_drawing_of_guard(link, found, body)):
            return False
        same = [each for each in self._seen[link.host] if each.shows(name, found.look)]
        for each_name, look in {each.name: each.look for each in same}.items():
            self._learn(each_name, look)
        return True

    def _is_suspect(self, link: Link, found: _Seen, body: bytes) -> bool:
        """Return whether there is reason to ask the host for more."""
        if image_id(link.url) is not None and looks_like_placeholder(body):
            return True
        if any(each.image != found.image and each.shows(found.name, found.look) for each in self._seen[link.host]):
            return True
        if any(are_alike(look, found.look) for look in (*self._learned.values(), *self._known.values())):
            return True
        return self._has_saved and is_saved_for_another(self._store, link, found.name)

    async def _is_sent_for_others(self, link: Link, found: _Seen, body: bytes) -> bool:
        """Return whether the host sends the same for an impossible URL, or for another image to another site."""
        impossible = impossible_url(link.url)
        if _is_same(await self._answer(link.host, impossible, None), body, found.look):
            return True
        other = next((each for each in self._seen[link.host] if not each.shows(found.name, found.look)), None)
        answer = await self._answer(link.host, impossible if other is None else other.url, FOREIGN_REFERER)
        return _is_same(answer, body, found.look)

    async def _is_large_one(self, link: Link, name: str, body: bytes) -> bool:
        """Return whether a large image is a placeholder that came for another image of the host, too."""
        image = image_key(link.url)
        if self._large.setdefault((link.host, name), image) == image:
            return False
        if not await self._is_sent_for_others(link, _Seen(image, link.url, name, None), body):
            return False
        self._learn(name, None)
        return True

    async def _is_sent_for_nothing(self, link: Link, found: _Seen) -> bool:
        """Return whether a host that has different images sends this one for a file that nobody can have put there."""
        host, file = link.host, _file_name(link.url)
        is_file = "." in file.strip(".") and image_id(link.url) is None
        if not is_file or all(each.shows(found.name, found.look) for each in self._seen[host]):
            return False
        if host not in self._nothings:
            self._nothings[host] = asyncio.ensure_future(self._ask_for_nothing(host, impossible_url(link.url)))
        nothing = await asyncio.shield(self._nothings[host])
        return nothing is not None and nothing.shows(found.name, found.look)

    async def _ask_for_nothing(self, host: str, url: str) -> _Seen | None:
        """Return the image that a host sends for a file that does not exist, None for none; learn it if it was seen."""
        answer = await self._answer(host, url, None)
        if (type_ := media_type(answer)) is None:
            return None
        nothing = _Seen("", url, image_name(answer, type_), look_of(answer))
        for each in self._seen[host]:
            if nothing.shows(each.name, each.look):
                self._learn(each.name, each.look)
        return nothing

    async def _is_drawing_of_guard(self, link: Link, found: _Seen, body: bytes) -> bool:
        """Return whether an image is what its host sends to all but its own readers.

        Where the right Referer is known, it was sent.
        """
        host, is_known = link.host, referer_of(link.host, self._referers) is not None
        if len(body) > MAX_GUARD_BYTES or is_known or image_id(link.url) is not None:
            return False
        if host not in self._drawings:
            self._drawings[host] = asyncio.ensure_future(self._compare_with_own(host, found, body))
        drawing = await asyncio.shield(self._drawings[host])
        return drawing is not None and drawing.shows(found.name, found.look)

    async def _compare_with_own(self, host: str, found: _Seen, body: bytes) -> _Seen | None:
        """Return an image that a host sends to all but its own readers; None if they get the same or none."""
        for referer in own_referers(host):
            own = await self._fetch(found.url, referer)
            if own and not _is_same(own, body, found.look):
                break
        else:
            return None
        if await self._fetch(found.url, None) != body:
            return None
        if not _is_same(await self._fetch(found.url, FOREIGN_REFERER), own, look_of(own)):
            return found
        # What matters is whether there is a Referer at all. The drawing is what also comes for an impossible URL.
        return found if _is_same(await self._answer(host, impossible_url(found.url), None), body, found.look) else None

    async def _answer(self, host: str, url: str, referer: str | None) -> bytes:
        if (host, referer) not in self._answers:
            self._answers[host, referer] = asyncio.ensure_future(self._fetch(url, referer))
        return await asyncio.shield(self._answers[host, referer])

    def _is_redirected(self, url: str, target: str, name: str) -> bool:
        """Return whether the target of an image's redirect is a placeholder."""
        file = _file_name(url)
        if target in self._learned_targets or (file != _file_name(target) and is_placeholder_url(target)):
            return True
        first_file, first_name = self._first_files.setdefault(target, (file, name))
        if file == _file_name(target) or first_file in {file, _file_name(target)}:
            return False
        self._learned_targets.add(target)
        for each in {first_name, name}:
            self._learn(each, None)
        return True

    def _learn(self, name: str, look: Look | None) -> None:
        self._learned[name] = look
        self._store.learn_placeholder(name, datetime.now(UTC), look)


def _is_same(answer: bytes, body: bytes, look: Look | None) -> bool:
    return bool(answer) and (answer == body or are_alike(look_of(answer), look))


def impossible_url(url: str) -> str:
    """Return a URL of the form of an image's at which nobody can have put one: with a random id, name or query."""
    parts = urlsplit(url)
    if (wechat_id := image_id(url)) is not None:
        return urlunsplit(parts._replace(path=parts.path.replace(wechat_id, secrets.token_hex(len(wechat_id) // 2))))
    folder, _, file = parts.path.rpartition("/")
    name, dot, ending = file.rpartition(".")
    if parts.query and not (dot and name):
        query = urlencode({name: secrets.token_hex(12) for name in parameters(parts.query)})
        return urlunsplit(parts._replace(query=query, fragment=""))
    path = f"{folder}/{secrets.token_hex(12)}{f'.{ending}' if dot else ''}"
    return urlunsplit(parts._replace(path=path, query="", fragment=""))


def _file_name(url: str) -> str:
    """Return the last segment of a URL's path in lower case."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2].lower()
