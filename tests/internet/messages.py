"""What travels through the small internet: requests, responses, and the ways in which an exchange breaks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Failure(Enum):
    """How an exchange breaks below HTTP."""

    RESET = auto()  # the connection is reset (RST) instead of an answer
    HANG = auto()  # no answer ever comes
    CUT = auto()  # the body ends half-way, short of its Content-Length
    TLS = auto()  # the TLS handshake is refused; for http URLs the same as RESET


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the proxy saw it.

    `time` is `time.monotonic()` on arrival, `url` absolute with the host in lower case, `headers` keyed in lower
    case without the proxy's own. A CONNECT is recorded only where no request can follow, as `CONNECT https://host/`:
    the name does not resolve, the certificate is bad, or a fault refuses the handshake.
    """

    time: float
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def host(self) -> str:
        """The host in lower case, without port."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """The path as sent, still percent-encoded."""
        return urlsplit(self.url).path or "/"

    @property
    def number(self) -> str:
        """The last part of the path if it is a number, otherwise "".

        The random names of probes, of 16 characters and more, may consist of digits.
        """
        name = self.path.rpartition("/")[2]
        return name if name.isdecimal() and len(name) < 16 else ""

    @property
    def query(self) -> dict[str, str]:
        """The decoded parameters of the query; the last of a repeated name wins."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: `delay` in seconds before its first byte, `failure` to break the exchange instead.

    A `body` that is a function is called for an iterator whose pieces are sent chunked, for as long as anybody reads.
    `raw` is all that is sent, instead of an answer that is put together, before the connection is closed.
    """

    status: int = 200
    body: bytes | Callable[[], Iterator[bytes]] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    failure: Failure | None = None
    raw: bytes | None = None

    def with_headers(self, **headers: str) -> Response:
        """Return the same answer with more headers: `retry_after="3"` sends `Retry-After: 3`."""
        added = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **added})


def revalidated(request: Request, response: Response, etag: str, last_modified: str | None = None) -> Response:
    """Return an answer with its version, or 304 where the client has that one (RFC 9110, 13.2.2)."""
    known = {"ETag": etag} if last_modified is None else {"ETag": etag, "Last-Modified": last_modified}
    asked = request.headers.get
    unchanged = asked("if-none-match", asked("if-modified-since", "nothing")) in {etag, last_modified}
    return Response(304, headers=known) if unchanged else replace(response, headers={**response.headers, **known})


def html(markup: str, status: int = 200) -> Response:
    """Return an HTML answer."""
    return Response(status, markup.encode(), {"Content-Type": "text/html; charset=utf-8"})


def page(title: str, text: str = "", status: int = 200) -> Response:
    """Return a small HTML page with that title and one paragraph; both are plain text."""
    return html(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body><h1>{escape(title)}</h1>\n<p>{escape(text)}</p></body></html>\n",
        status,
    )


def text(content: str, status: int = 200) -> Response:
    """Return a plain-text answer."""
    return Response(status, content.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def as_json(value: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8"})


def redirect(location: str, status: int = 301) -> Response:
    """Return a redirect."""
    phrase = HTTPStatus(status).phrase
    return page(phrase, f"The document is at {location}", status).with_headers(location=location)


def not_found() -> Response:
    """Return an ordinary 404 page."""
    return page("404 Not Found", "There is nothing at this address.", 404)
