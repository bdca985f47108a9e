"""Who answers what: names to sites, faults before sites, and a record of every request. No I/O."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.internet.certificates import ISSUERS, Certificates
from tests.internet.messages import Failure, Request, Response, not_found, redirect, text

if TYPE_CHECKING:
    from tests.internet.sites import Site
    from tests.internet.world import World

Fault = Response | Failure | Callable[[Request], Response | Failure | None]


@dataclass(slots=True)
class _Injected:
    pattern: str
    fault: Fault
    left: float


class Network:
    """The sites and what has been asked of them. Safe to use from the proxy's thread and the test's."""

    def __init__(self, sites: dict[str, Site], world: World) -> None:
        self._sites = sites
        self._world = world
        self._faults: list[_Injected] = []
        self._requests: list[Request] = []
        self._sent: list[tuple[str, int]] = []
        self._delivered: list[tuple[float, str]] = []
        self._lock = Lock()
        distinct = {id(site): site for site in sites.values()}.values()  # one has 20,000 hosts
        flaws = {host: flaw for site in distinct for host, flaw in site.flaws.items()}
        self.certificates = Certificates(flaws)

    @property
    def requests(self) -> list[Request]:
        """Every request so far, oldest first."""
        with self._lock:
            return list(self._requests)

    def record(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self._requests.append(request)

    def forget(self) -> None:
        """Forget every request so far."""
        with self._lock:
            self._requests.clear()
            self._sent.clear()
            self._delivered.clear()

    @property
    def delivered(self) -> list[tuple[float, str]]:
        """When which URL was answered to the last byte, oldest first."""
        with self._lock:
            return list(self._delivered)

    def deliver(self, url: str) -> None:
        """Remember that an answer was sent to its last byte."""
        with self._lock:
            self._delivered.append((time.monotonic(), url))

    @property
    def sent(self) -> list[tuple[str, int]]:
        """The URL and the bytes of the body of every answer so far; of endless bodies none are counted."""
        with self._lock:
            return list(self._sent)

    def inject(self, pattern: str, fault: Fault, times: float) -> None:
        """Let URLs that match the pattern meet the fault that many times."""
        with self._lock:
            self._faults.insert(0, _Injected(pattern, fault, times))

    def heal(self) -> None:
        """Take back every fault."""
        with self._lock:
            self._faults.clear()

    def refusal(self, host: str) -> Response | None:
        """Return the proxy's own answer when the host's name does not resolve.

        Proxies differ (Squid sends 503 with `X-Squid-Error: ERR_DNS_FAIL 0`, others a bare 502 or 500): this one sends
        what the standard recommends, 502 with `Proxy-Status: …; error=dns_error` (RFC 9209, 2.3.2).
        """
        if host.rstrip(".") in self._sites or host in self._sites or host == ISSUERS:
            return None
        reason = f'small-internet; error=dns_error; rcode="NXDOMAIN"; details="{host} does not resolve"'
        return text(f"The host name {host} does not resolve.\n", 502).with_headers(proxy_status=reason)

    def breaks_tls(self, url: str) -> bool:
        """Say whether a fault spoils the TLS handshake with the host of that URL."""
        return self._fault(url, tls=True) is not None

    def answer(self, request: Request) -> Response:
        """Record a request and return what its site, or a fault, has to say."""
        self.record(request)
        response = self._answer(request)
        with self._lock:
            self._sent.append((request.url, len(response.body) if isinstance(response.body, bytes) else 0))
        return response

    def _answer(self, request: Request) -> Response:
        if refusal := self.refusal(request.host):
            return refusal
        fault = self._fault(request.url, tls=False) if self._faults else None
        if callable(fault):
            fault = fault(request)
        if isinstance(fault, Failure):
            return Response(body=bytes(1024), failure=fault)
        if fault is not None:
            return fault
        if request.host == ISSUERS:
            found = self.certificates.issuers.get(request.path)
            return not_found() if found is None else Response(200, found, {"Content-Type": "application/pkix-cert"})
        site = self._sites.get(request.host) or self._sites[request.host.rstrip(".")]
        if site.https_only and request.url.startswith("http:"):
            return redirect(urlsplit(request.url)._replace(scheme="https").geturl())
        if request.path == "/robots.txt":
            return text(site.robots) if site.robots else not_found()
        return site.answer(request, self._world)

    def _fault(self, url: str, *, tls: bool) -> Fault | None:
        with self._lock:
            for injected in self._faults:
                if injected.left > 0 and (injected.fault is Failure.TLS) == tls and fnmatchcase(url, injected.pattern):
                    injected.left -= 1
                    return injected.fault
        return None
