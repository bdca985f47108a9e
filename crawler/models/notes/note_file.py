"""A note as a file: its bytes, its text as UTF-8, and how text is written into it."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]


class NoTextError(Exception):
    """A file cannot be read as a note; the message says why."""


class Writing(Protocol):
    """How the text of a note is written in its file."""

    def encode(self, text: str) -> bytes | None:
        """Return the bytes of a new text in the file; None if it cannot be written there."""

    def spans(self, data: bytes, spans: Iterable[Span]) -> Iterator[Span | None]:
        """Yield where spans of `data`, in order, are in the file; None for one that is not there in one piece."""


@dataclass(frozen=True, slots=True)
class Utf8:
    """A file that is UTF-8: the text is the file."""

    def encode(self, text: str) -> bytes | None:
        """Return the text as UTF-8."""
        return text.encode()

    def spans(self, _data: bytes, spans: Iterable[Span]) -> Iterator[Span | None]:
        """Yield the spans."""
        yield from spans


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file in one encoding without shift states, in which the text gives exactly the bytes of the file.

    With `ascii_only` the encoding is likely, but not certain enough to write any other characters in it.
    """

    codec: str
    ascii_only: bool = False

    def encode(self, text: str) -> bytes | None:
        """Return the text in the encoding; None if that lacks a character."""
        if self.ascii_only and not text.isascii():
            return None
        try:
            encoded = text.encode(self.codec)
        except UnicodeEncodeError:
            return None
        return encoded if encoded.decode(self.codec) == text else None

    def spans(self, data: bytes, spans: Iterable[Span]) -> Iterator[Span | None]:
        """Yield the spans, each counted from the one before, to stay linear."""
        read = written = 0
        for start, end in spans:
            begin = written + self._length(data[read:start])
            read, written = end, begin + self._length(data[start:end])
            yield begin, written

    def _length(self, data: bytes) -> int:
        return len(data.decode().encode(self.codec))


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is in the file byte for byte: `start..end` of the text begins at `at` in the file.

    Between two pieces of one group the file has the same text in another form, between groups it has something else.
    """

    start: int
    end: int
    at: int
    group: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A file of which the text is only a part: strings in JSON (`is_json`), or all but bytes that are no text."""

    pieces: tuple[Piece, ...]
    is_json: bool = False

    def encode(self, text: str) -> bytes | None:
        """Return the text as UTF-8, in JSON as the inside of a string."""
        return (json.dumps(text, ensure_ascii=False)[1:-1] if self.is_json else text).encode()

    def spans(self, _data: bytes, spans: Iterable[Span]) -> Iterator[Span | None]:
        """Yield the spans; None for one that is not within a group."""
        starts = [piece.start for piece in self.pieces]
        for start, end in spans:
            last = {piece.group: piece for piece in self._around(starts, end)}
            places = (
                (first.at + start - first.start, last[first.group].at + end - last[first.group].start)
                for first in self._around(starts, start)
                if first.group in last
            )
            yield next(places, None)

    def _around(self, starts: list[int], offset: int) -> list[Piece]:
        """Return the pieces that an offset is in, at the start or the end of, in order."""
        found = []
        at = bisect_right(starts, offset) - 1
        while at >= 0 and self.pieces[at].end >= offset:
            found.append(self.pieces[at])
            at -= 1
        return found[::-1]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A file in an unknown encoding: nothing can be written into it."""

    def encode(self, _text: str) -> bytes | None:
        """Return None."""
        return None

    def spans(self, _data: bytes, spans: Iterable[Span]) -> Iterator[Span | None]:
        """Yield None for each span."""
        for _ in spans:
            yield None


UTF8 = Utf8()


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note as a file: its path below NOTES_DIR, its bytes, and its text as UTF-8, of which all offsets count.

    `problem` is what the user should know of it; empty for nothing. `layouts` are those that the user names for its
    lists; None for evidence. In a note that is in no site, a template is no link. URLs that `excluded` matches are
    ignored.
    """

    path: str
    raw: bytes = field(repr=False)
    data: bytes = field(repr=False)
    writing: Writing = UTF8
    problem: str = ""
    layouts: frozenset[str] | None = None
    is_in_site: bool = True
    excluded: re.Pattern[str] | None = None

    @property
    def named(self) -> bytes:
        """What is said of the file from outside, in a form that is compared."""
        said = self.layouts and sorted(self.layouts), self.is_in_site
        return repr((*said, self.excluded.pattern) if self.excluded else said).encode()

    def spliced(self, changes: Sequence[tuple[int, int, str]]) -> bytes:
        """Return the bytes of the file with spans of its text replaced, and all others as they are.

        `changes` are in order and do not overlap. Raises ValueError for one that cannot be written.
        """
        parts, done = [], 0
        spans = self.writing.spans(self.data, [(start, end) for start, end, _ in changes])
        for (start, _, new), span in zip(changes, spans, strict=True):
            encoded = self.writing.encode(new)
            if span is None or encoded is None:
                raise ValueError(f"{self.path}: cannot write {new!r} at byte {start}")
            parts += [self.raw[done : span[0]], encoded]
            done = span[1]
        return b"".join([*parts, self.raw[done:]])
