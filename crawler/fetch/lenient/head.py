"""Read the head of an HTTP/1 response as tolerantly as browsers do. Pure.

The rules are those of Chromium's network stack (net/http: HttpStreamParser, HttpUtil, HttpResponseHeaders).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.fetch.errors import UnreadableResponseError
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_HEAD = 256 * 1024
"""Maximum size of a head in bytes, as in Chromium."""

_MAX_INTERIM = 16  # responses with status 1xx before the final one
_STATUS_LINE = re.compile(rb".{0,4}?(?:HTTP(?:/(\d)\.(\d))?|ICY)[ \t]+([1-9]\d\d)(?!\d)", re.IGNORECASE | re.DOTALL)
_LENGTH = re.compile(rb"\d{1,18}")
_SWITCHING_PROTOCOLS = 101


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of a response. `http_version` is `1.0` or `1.1`; the status is never 1xx except 101."""

    http_version: str
    status: int
    headers: tuple[tuple[bytes, bytes], ...]

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of all headers with a name in lower case, split at commas."""
        found = (value for key, value in self.headers if key.lower() == name)
        return [part.strip() for value in found for part in value.split(b",")]

    @property
    def is_chunked(self) -> bool:
        """Return whether the body is chunked; then Content-Length has no meaning (RFC 9112, 6.3)."""
        return b"chunked" in (value.lower() for value in self.values(b"transfer-encoding"))

    @property
    def content_length(self) -> int | None:
        """Return the length of the body in bytes; None if there is no valid one.

        Raises UnreadableResponseError for several lengths that differ, which browsers refuse.
        """
        lengths = {int(value) for value in self.values(b"content-length") if _LENGTH.fullmatch(value)}
        if len(lengths) > 1:
            raise malformed("different lengths")
        return lengths.pop() if lengths else None

    def framing(self) -> bytes:
        """Return a head with the status and nothing but the headers on which the length of the body depends."""
        if self.is_chunked:
            framing = b"Transfer-Encoding: chunked\r\n"
        elif (length := self.content_length) is not None:
            framing = b"Content-Length: %d\r\n" % length
        else:
            framing = b""
        return b"HTTP/1.1 %d \r\n%bConnection: close\r\n\r\n" % (self.status, framing)


def malformed(detail: str) -> UnreadableResponseError:
    """Return the error of a response that no browser reads."""
    return UnreadableResponseError(Reason(ReasonCode.RESPONSE_MALFORMED, detail))


def read_head(readline: Callable[[int], bytes]) -> Head:
    """Return the head of the final response; those with status 1xx before it are skipped (RFC 9110, 15.2).

    `readline` returns the next line with at most so many bytes, b"" at the end of the stream. Raises
    UnreadableResponseError if there is no head, if it does not end, or if it is larger than MAX_HEAD.
    """
    for _ in range(_MAX_INTERIM):
        status_line, *lines = _lines(readline)
        found = _STATUS_LINE.match(status_line)
        if found is None:
            raise malformed("no status line")
        status = int(found[3])
        if status >= 200 or status == _SWITCHING_PROTOCOLS:  # noqa: PLR2004 - RFC 9110, 15.2
            return Head("1.0" if found[2] == b"0" else "1.1", status, tuple(_headers(lines)))
    raise malformed("too many interim responses")


def _lines(readline: Callable[[int], bytes]) -> list[bytes]:
    """Return the lines of a head without line ends; blank lines before the first one are skipped."""
    lines: list[bytes] = []
    left = MAX_HEAD
    while line := readline(left + 1):
        left -= len(line)
        if left < 0:
            raise UnreadableResponseError(Reason(ReasonCode.RESPONSE_HEADERS_TOO_LARGE))
        text = line.rstrip(b"\r\n")
        if text:
            lines.append(text)
        elif lines:
            return lines
    raise ConnectionResetError if not lines else malformed("headers cut short")


def _headers(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values; lines without a colon are skipped, indented ones continue a value (RFC 9112, 5.2)."""
    name, value = b"", b""
    for line in lines:
        if line[:1] in {b" ", b"\t"}:
            value += b" " + line.strip()
            continue
        if name:
            yield name, value
        before, colon, behind = line.partition(b":")
        name, value = (before.strip(), behind.strip()) if colon else (b"", b"")
    if name:
        yield name, value
