"""Ask one URL with the second client; blocking, called in a thread."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field, replace
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.exceptions import CannotResolveHostError

from crawler.fetch.credentials import without_credentials
from crawler.fetch.errors import AddressNotAllowedError, UnreachableError
from crawler.fetch.guard.proxied_names import ProxiedNames
from crawler.fetch.lenient.connection import Connection, Deadline, Proxy, Route, open_socket
from crawler.fetch.lenient.head import Head, read_head
from crawler.fetch.lenient.tls import MAX_CERTIFICATE_BYTES, CertificateVerifier, MissingIssuerError
from crawler.links.canonical_url import refusal_reason
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Callable, Sequence

PIECE = 16 * 1024
"""Bytes of a body that are read at once."""

SHOWN = 512
"""Bytes of a body from which it is read although it has not ended before the deadline: a browser shows it meanwhile."""

ISSUER_TIMEOUT = 5.0
"""Seconds in which the certificate of an issuer has to be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request of the second client.

    `url` is what is asked, byte for byte, `headers` do not include Host. `on_head` and `on_data` return
    whether more of the body is wanted. `limit` is the largest body in bytes, `kept` what is kept of a larger one.
    """

    url: str
    headers: Sequence[tuple[bytes, bytes]]
    proxy: Proxy | None
    deadline: Deadline
    limit: int
    kept: int = 0
    window: int = 0
    method: str = "GET"
    on_head: Callable[[Head], bool] = field(default=lambda _: True)
    on_data: Callable[[bytes], bool] = field(default=lambda _: True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    `is_complete` is false for a body that ended earlier than announced, `is_whole` for one that is larger than `limit`.
    """

    head: Head
    body: bytes
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    is_complete: bool = True
    is_whole: bool = True


class _LenientResponse(HTTPResponse):
    """The standard library's response with a head from `read_head`: it only has to know how long the body is."""

    tolerant_head: Head

    def begin(self) -> None:
        """Read the head."""
        stream = self.fp
        self.tolerant_head = read_head(stream.readline)
        self.fp = BytesIO(self.tolerant_head.framing())  # type: ignore[assignment]
        try:
            super().begin()
        finally:
            self.fp = stream


class LenientClient:
    """Sends requests; `share` is the TLS context of the first client, which gets the certificates that are fetched."""

    def __init__(
        self, *, allow_private: bool, ca_bundle: str | None = None, share: ssl.SSLContext | None = None
    ) -> None:
        self._allow_private = allow_private
        self._ca_bundle = ca_bundle
        self._share = share
        self._verifier: CertificateVerifier | None = None
        self._proxied_names = None if allow_private else ProxiedNames()

    def ask(self, exchange: Exchange) -> Answer:
        """Return the answer to a request.

        Raises UnreadableResponseError, UnreachableError, IncompleteChainError, AddressNotAllowedError, Scrapy's
        CannotResolveHostError, and OSError (TimeoutError, ConnectionRefusedError, ssl.SSLError).
        """
        connection = self._open(exchange)
        try:
            connection.send(_request_bytes(exchange))
            return _read_answer(connection, exchange)
        finally:
            connection.connected.close()

    def _open(self, exchange: Exchange) -> Connection:
        """Return an open connection; a name that is not known with the dot behind it is tried without."""
        route = Route.to(exchange.url, exchange.proxy, allow_private=self._allow_private, window=exchange.window)
        try:
            return self._connect(route, exchange.deadline)
        except CannotResolveHostError:
            if not route.host.endswith("."):
                raise
            return self._connect(replace(route, host=route.name), exchange.deadline)

    def _connect(self, route: Route, deadline: Deadline) -> Connection:
        """Return a connection; the certificate of a host's issuer is fetched if it is missing."""
        if route.proxy is not None and self._proxied_names is not None:
            self._proxied_names.check(route.host, route.proxy.host)
        connected = open_socket(route, deadline)
        if route.scheme == "http":
            return Connection(connected, deadline)
        verifier = self._verifier = self._verifier or CertificateVerifier(self._issuer, self._ca_bundle, self._share)
        try:
            return Connection(verifier.wrap(connected, route.name, deadline), deadline)
        except MissingIssuerError as error:
            if not verifier.complete(open_socket(route, deadline), route.name, deadline):
                raise error.error from None
            return Connection(verifier.wrap(open_socket(route, deadline), route.name, deadline), deadline)

    def _issuer(self, url: str) -> bytes:
        """Return the file at the URL of an issuer's certificate."""
        if (reason := refusal_reason(url, allow_private=self._allow_private)) is not None:
            raise AddressNotAllowedError(reason)
        deadline = Deadline(ISSUER_TIMEOUT)
        asked = Exchange(
            url=url,
            headers=(),
            proxy=Proxy.from_environment(urlsplit(url).hostname or ""),
            deadline=deadline,
            limit=MAX_CERTIFICATE_BYTES,
        )
        answer = self.ask(asked)
        if answer.head.status != 200:  # noqa: PLR2004 - RFC 9110, 15.3.1
            raise UnreachableError(Reason(ReasonCode.UNEXPECTED_STATUS, str(answer.head.status)))
        return answer.body


def _request_bytes(exchange: Exchange) -> bytes:
    """Return the bytes of a request: its URL goes out as it is written."""
    url, authorization = without_credentials(exchange.url)
    scheme, _, rest = url.partition("://")
    host = urlsplit(url).netloc
    target = rest[len(host) :]
    if not target.startswith("/"):
        target = f"/{target}"
    headers = [(b"Host", host.encode()), *exchange.headers, (b"Connection", b"close")]
    if authorization is not None and not any(name.lower() == b"authorization" for name, _ in exchange.headers):
        headers.append((b"Authorization", authorization))
    if exchange.proxy is not None and scheme == "http":
        target = f"http://{host}{target}"
        if exchange.proxy.authorization:
            headers.append((b"Proxy-Authorization", exchange.proxy.authorization))
    lines = [f"{exchange.method} {target} HTTP/1.1".encode(), *(b"%b: %b" % header for header in headers)]
    return b"\r\n".join([*lines, b"", b""])


def _read_answer(connection: Connection, exchange: Exchange) -> Answer:
    """Return the answer that is received: as much of its body as is wanted, and as there is."""
    try:
        response = _LenientResponse(connection, method=exchange.method)  # type: ignore[arg-type] # it needs makefile only
        response.begin()
    except ssl.SSLError as error:
        raise UnreachableError(Reason(ReasonCode.TLS_ERROR, str(error))) from error
    body = bytearray()  # one block: many small ones in many threads would be kept by the allocator
    is_complete = is_whole = True
    wants_more = exchange.on_head(response.tolerant_head)
    while wants_more:
        try:
            data = response.read1(PIECE)
        except TimeoutError:
            if len(body) < SHOWN:
                raise
            is_complete = False
            break
        except (HTTPException, OSError):  # an invalid chunk, the end within one, a reset
            is_complete = False
            break
        if not data:
            is_complete = not response.length
            break
        body += data
        exchange.deadline.receive(len(data))
        is_whole = len(body) <= exchange.limit
        wants_more = is_whole and exchange.on_data(data)
    del body[exchange.limit if is_whole else exchange.kept :]
    return Answer(response.tolerant_head, bytes(body), connection.address, is_complete, is_whole)
