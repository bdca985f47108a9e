"""What image stores on the network have in common: their names are listed once, and any error becomes one line."""

from __future__ import annotations

import re
from abc import abstractmethod
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from crawler.daemon_threads import call_within
from crawler.errors import ImageStoreError, UserError
from crawler.images.names import TRASH, is_image_name, media_type_of, parse_trashed, trashed_name
from crawler.images.store import ImageStore
from crawler.images.stores import without_login
from crawler.messages import say
from crawler.text import without_class_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from crawler.config.crawl_options import ImageOptions

T = TypeVar("T")

ANSWER_SECONDS, LIST_SECONDS = 300.0, 1_800.0
"""Seconds for one request and for a list of all names. A client waits for each byte, however many there are."""

MORE_BYTES = 64_000_000
"""Bytes that an answer may have more than the largest image: for lists, and for what was saved with a higher limit."""

PIECE = 64 * 1024
"""Bytes of an answer that are read at a time."""

_MAX_MESSAGE = 300
_SHARD = re.compile("[0-9a-f]{2}")


class AnswerTooLargeError(Exception):
    """A store sends more bytes than its answers may have."""


class AnswerSize:
    """Counts the bytes that are read of an answer: one without an end must not fill the memory."""

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def add(self, piece: bytes) -> bytes:
        """Return the next bytes of the answer; raise AnswerTooLargeError if they are more than may come."""
        self._left -= len(piece)
        if self._left < 0:
            raise AnswerTooLargeError(say("error.store_large", megabytes=self._limit // 1_000_000))
        return piece

    def join(self, pieces: Iterable[bytes]) -> bytes:
        """Return all bytes of the answer from its pieces; raise AnswerTooLargeError as `add` does."""
        return b"".join(map(self.add, pieces))


class RemoteImageStore(ImageStore):
    """An image store whose names are listed once: a request for each image would take as long as sending it."""

    def __init__(self, options: ImageOptions) -> None:
        super().__init__(without_login(options.location), options.base_url)
        self._max_bytes = max(options.size_limits.values()) + MORE_BYTES
        self._lock = Lock()
        self._sizes: dict[str, int | None] | None = None

    @abstractmethod
    def _put(self, name: str, body: bytes, media_type: str) -> None:
        """Send bytes; a name that exists gets them in place of its own."""

    @abstractmethod
    def _get(self, name: str) -> bytes:
        """Fetch bytes, and add them to an `_answer_size` while they come."""

    @abstractmethod
    def _list(self, folder: str) -> Iterator[tuple[str, int | None]]:
        """Yield the names in a folder, "" or TRASH, with their sizes in bytes if the store tells them.

        Names that are no images are skipped by the caller.
        """

    @abstractmethod
    def _remove(self, name: str) -> None:
        """Remove a name."""

    def _answer_size(self) -> AnswerSize:
        """Return a count to which the bytes of one answer are added while they are read."""
        return AnswerSize(self._max_bytes)

    def _move(self, source: str, target: str) -> None:
        """Move bytes to another name: they are sent there, and then removed."""
        self._put(target, self._get(source), media_type_of(target))
        self._remove(source)

    def _hint(self, error: Exception) -> str:  # noqa: ARG002 - for stores that know their errors
        """Return which setting to change after an error; empty if nothing is known of it."""
        return ""

    def connect(self) -> None:
        """List the names; set `unavailable_reason` if that fails."""
        try:
            self._load_sizes()
        except ImageStoreError as error:
            self.unavailable_reason = str(error)

    def disconnect(self) -> None:
        """Forget the list."""
        self._sizes, self.unavailable_reason = None, None

    def put(self, name: str, body: bytes, media_type: str) -> None:
        """Send the bytes unless the store has the name."""
        if self.has(name):
            return
        self._ask(lambda: self._put(name, body, media_type))
        self._load_sizes()[name] = len(body)

    def has(self, name: str) -> bool:
        """Return whether the name is in the list."""
        return name in self._load_sizes()

    def size(self, name: str) -> int | None:
        """Return the size of a name in the list."""
        return self._load_sizes().get(name)

    def forget(self, name: str) -> None:
        """Remove the name from the list."""
        self._load_sizes().pop(name, None)

    def open(self, name: str) -> bytes:
        """Fetch bytes."""
        return self._ask(lambda: self._get(name))

    def list(self) -> Iterator[str]:
        """Return the names in order."""
        return iter(sorted(self._load_sizes()))

    def discard(self, name: str, day: date) -> None:
        """Move a name to the trash."""
        if not self.has(name):
            return
        self._ask(lambda: self._move(name, trashed_name(name, day)))
        self.forget(name)

    def discarded(self) -> Iterator[tuple[date, str]]:
        """Yield the names in the trash, the oldest first."""
        names = self._ask(lambda: sorted(name for name, _ in self._list(TRASH)), LIST_SECONDS)
        yield from filter(None, map(parse_trashed, names))

    def restore(self, name: str, day: date) -> None:
        """Move a name back from the trash."""
        self._ask(lambda: self._move(trashed_name(name, day), name))
        self._load_sizes()[name] = None

    def delete_discarded(self, name: str, day: date) -> None:
        """Remove a name from the trash."""
        self._ask(lambda: self._remove(trashed_name(name, day)))

    def _load_sizes(self) -> dict[str, int | None]:
        with self._lock:
            if self._sizes is None:
                listed = self._ask(lambda: list(self._list("")), LIST_SECONDS)
                self._sizes = {name: size for name, size in listed if is_image_name(name)}
            return self._sizes

    def _ask(self, call: Callable[[], T], seconds: float | None = None) -> T:
        """Return what a call of the client returns; raise ImageStoreError for any exception of it.

        Clients have no base class of exceptions in common.
        """
        limit = ANSWER_SECONDS if seconds is None else seconds
        try:
            return call_within(limit, call)
        except Exception as error:
            message = without_class_names(str(error))[:_MAX_MESSAGE] or _unexpected(error, limit)
            hint = self._hint(error)
            raise ImageStoreError(f"{self.place}: {message}{hint and '; '}{hint}") from error


def _unexpected(error: Exception, limit: float) -> str:
    return say("error.store_slow", seconds=f"{limit:.0f}") if isinstance(error, TimeoutError) else "unexpected error"


def walk(entries: Callable[[str], Iterable[tuple[str, int | None]]], folder: str) -> Iterator[tuple[str, int | None]]:
    """Yield the files `ab/…` in a folder, and in TRASH those of each day, by a function that lists one folder."""
    tops = [f"{TRASH}/{day}/" for day, _ in entries(TRASH)] if folder == TRASH else [""]
    for top in tops:
        for shard, _ in list(entries(top)):
            if _SHARD.fullmatch(shard):
                yield from ((f"{top}{shard}/{name}", size) for name, size in entries(f"{top}{shard}"))


def require(module: str, place: str, extra: str) -> Any:
    """Return a module that only this store needs; raise UserError that says what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UserError(say("error.store_extra", place=without_login(place), extra=extra, error=error)) from error
