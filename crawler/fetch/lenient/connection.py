"""Open connections of the second client: addresses that may be asked, proxies, TLS, all within a deadline.

All functions block and are called in a thread.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from scrapy.exceptions import CannotResolveHostError

from crawler.fetch.errors import AddressNotAllowedError, UnreachableError, is_dns_error
from crawler.fetch.large_bodies import BodyClock
from crawler.fetch.lenient.head import read_head
from crawler.links.addresses import is_public
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for one address of a host before the next is tried."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Deadline:
    """The time at which an exchange has to end; `abort` ends it at once, from any thread.

    With `silence`, that of a large body depends on how much of it comes (see BodyClock).
    """

    def __init__(self, seconds: float, silence: float | None = None) -> None:
        self._at = time.monotonic() + seconds
        self._clock = None if silence is None else BodyClock(silence, seconds)
        self._socket: socket.socket | None = None

    def left(self) -> float:
        """Return the seconds left for the next wait; raise TimeoutError if there are none."""
        if (left := self._at - time.monotonic()) <= 0:
            raise TimeoutError
        if self._clock is None:
            return left
        if (left := min(left, self._clock.left)) <= 0:
            raise TimeoutError
        return left

    def receive(self, size: int) -> None:
        """Count bytes of the body that came: those of heads and trailers give no time."""
        if self._clock is not None:
            self._clock.receive(size)

    def watch(self, connected: socket.socket) -> None:
        """Set the socket that `abort` shuts down."""
        self._socket = connected
        self.left()

    def abort(self) -> None:
        """End the exchange: a thread that waits for its socket is woken up."""
        self._at = 0.0
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _BoundedStream(RawIOBase):
    """The bytes that a socket receives before a deadline."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._connected = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._connected.settimeout(self._deadline.left())
        return self._connected.recv_into(buffer)


@dataclass(slots=True)
class Connection:
    """An open connection, and the stream of what it receives."""

    connected: socket.socket
    deadline: Deadline
    stream: BufferedReader = field(init=False)

    def __post_init__(self) -> None:
        self.deadline.watch(self.connected)
        self.stream = BufferedReader(_BoundedStream(self.connected, self.deadline))

    def makefile(self, *_: object) -> BufferedReader:
        """Return the stream, as `http.client.HTTPResponse` asks for it."""
        return self.stream

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.connected.settimeout(self.deadline.left())
        self.connected.sendall(data)

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        """The address of the other end."""
        return ipaddress.ip_address(self.connected.getpeername()[0].partition("%")[0])


@dataclass(frozen=True, slots=True)
class Proxy:
    """A forward proxy, with the value of its Proxy-Authorization header."""

    host: str
    port: int
    authorization: bytes | None = None

    @classmethod
    def from_url(cls, url: str, authorization: bytes | None = None) -> Proxy:
        """Return the proxy at a URL, which may have credentials."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if authorization is None and parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = b"Basic " + b64encode(pair.encode("latin-1", "replace"))
        return cls(parts.hostname or "", parts.port or 80, authorization)

    @classmethod
    def from_environment(cls, host: str) -> Proxy | None:
        """Return the user's proxy for http URLs of a host (HTTP_PROXY, NO_PROXY); None if there is none."""
        url = getproxies().get("http")
        return None if url is None or proxy_bypass(host) else cls.from_url(url)


@dataclass(frozen=True, slots=True)
class Route:
    """How a URL is reached. `window` is the size of the receive buffer in bytes, 0 for the system's."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None = None
    allow_private: bool = False
    window: int = 0

    @classmethod
    def to(cls, url: str, proxy: Proxy | None, *, allow_private: bool, window: int = 0) -> Route:
        """Return the route to an absolute URL."""
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname or "", port, proxy, allow_private, window)

    @property
    def name(self) -> str:
        """The host as certificates name it: without the dot of an absolute name."""
        return self.host.rstrip(".")

    @property
    def is_forwarded(self) -> bool:
        """Whether the request goes to a proxy in absolute form (RFC 9112, 3.2.2)."""
        return self.proxy is not None and self.scheme == "http"


def open_socket(route: Route, deadline: Deadline) -> socket.socket:
    """Return a socket that is connected to the host, or to the proxy that the request goes to.

    Raises AddressNotAllowedError for a private address, CannotResolveHostError for a name that does not resolve,
    UnreachableError if a proxy does not connect, OSError otherwise.
    """
    connected = _connect(route, deadline)
    try:
        if route.proxy is not None and not route.is_forwarded:
            _open_tunnel(Connection(connected, deadline), route, route.proxy)
    except BaseException:
        connected.close()
        raise
    return connected


def _connect(route: Route, deadline: Deadline) -> socket.socket:
    """Return a socket that is connected to the proxy or the host, at the first address that answers."""
    if route.proxy is not None:
        try:
            return _connect_any(_addresses(route.proxy.host, route.proxy.port), route, deadline)
        except (OSError, CannotResolveHostError) as error:
            raise UnreachableError(Reason(ReasonCode.PROXY_UNAVAILABLE)) from error
    found = _addresses(route.host, route.port)
    if not route.allow_private:
        for *_, address in found:
            if not is_public(ipaddress.ip_address(str(address[0]).partition("%")[0])):
                raise AddressNotAllowedError(Reason(ReasonCode.PRIVATE_ADDRESS, route.name, str(address[0])))
    return _connect_any(found, route, deadline)


_Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]


def _addresses(host: str, port: int) -> list[_Address]:
    """Return the addresses of a host, without duplicates."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise CannotResolveHostError(f"{host}: {error}") from error
    except socket.gaierror as error:
        raise CannotResolveHostError(f"{host}: {error}") from error
    return list({(family, address): None for family, _, _, _, address in found})  # type: ignore[misc]


def _connect_any(addresses: list[_Address], route: Route, deadline: Deadline) -> socket.socket:
    error: OSError = ConnectionRefusedError()
    for family, address in addresses:
        connecting = socket.socket(family, socket.SOCK_STREAM)
        try:
            if route.window:
                connecting.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, route.window)
            connecting.settimeout(min(CONNECT_TIMEOUT, deadline.left()))
            connecting.connect(address)
        except OSError as failure:
            connecting.close()
            error = failure
        else:
            return connecting
    raise error


def _open_tunnel(connection: Connection, route: Route, proxy: Proxy) -> None:
    """Let a proxy connect to the host (RFC 9110, 9.3.6).

    Raises UnreachableError or CannotResolveHostError if it does not.
    """
    host = f"[{route.host}]" if ":" in route.host else route.host
    target = f"{host}:{route.port}".encode("ascii")
    credentials = b"Proxy-Authorization: %b\r\n" % proxy.authorization if proxy.authorization else b""
    connection.send(b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (target, target, credentials))
    head = read_head(connection.stream.readline)
    if head.status // 100 == 2:  # noqa: PLR2004 - RFC 9110, 9.3.6
        return
    if is_dns_error(*head.values(b"proxy-status"), *head.values(b"x-squid-error")):
        raise CannotResolveHostError(route.name)
    if head.status == 407:  # noqa: PLR2004 - RFC 9110, 15.5.8
        raise UnreachableError(Reason(ReasonCode.PROXY_LOGIN_REQUIRED))
    raise UnreachableError(Reason(ReasonCode.PROXY_CANNOT_REACH_HOST, str(head.status)))
