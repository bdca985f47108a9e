"""Resolve the names of requests that go to a proxy: it must not be sent to private addresses either."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections import defaultdict
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.daemon_threads import call_within
from crawler.fetch.errors import AddressNotAllowedError
from crawler.links.addresses import is_placeholder, is_public
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable

PATIENCE = 2.0
"""Seconds to wait for the addresses of a name: networks with a proxy often have no resolver for public names."""

_WINDOWS_HOSTS_FILE = Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32/drivers/etc/hosts")
HOSTS_FILE = _WINDOWS_HOSTS_FILE if os.name == "nt" else Path("/etc/hosts")
"""The file in which this machine has names of its own (hosts(5))."""

_ENOUGH = 3  # names without an answer, until the resolver is taken for one that never answers
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def is_on_this_machine(proxy_host: str) -> bool:
    """Return whether a proxy listens on a loopback address: the end of a tunnel, as of Clash or SSH.

    The names of its requests are resolved where the tunnel leads to: what a resolver here says of them means nothing.
    """
    try:
        return ipaddress.ip_address(proxy_host).is_loopback
    except ValueError:
        return proxy_host == "localhost"


class ProxiedNames:
    """Refuses names that resolve to a private address here; those that do not resolve here are the proxy's business.

    A resolver that has never answered is not asked any more.
    """

    def __init__(self) -> None:
        self._has_answered = False
        self._unanswered = 0

    def check(self, host: str, proxy_host: str) -> None:
        """Check a name in HOSTS_FILE, and by the resolver unless the proxy is on this machine."""
        self.check_hosts_file(host)
        if not is_on_this_machine(proxy_host):
            self.check_resolver(host)

    def check_hosts_file(self, host: str) -> None:
        """Raise AddressNotAllowedError if HOSTS_FILE has an address of a host that is not public."""
        _refuse_private(host, self._in_hosts_file.get(host.rstrip(".").lower(), ()))

    def check_resolver(self, host: str) -> None:
        """Raise AddressNotAllowedError if any address of a host is not public; blocks for at most PATIENCE."""
        _refuse_private(host, self._resolve(host))

    @cached_property
    def _in_hosts_file(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        try:
            lines = HOSTS_FILE.read_text("utf-8", "replace").splitlines()
        except OSError:
            return {}
        for line in lines:
            address, *names = line.partition("#")[0].split() or [""]
            try:
                ipaddress.ip_address(address.partition("%")[0])
            except ValueError:
                continue
            for name in names:
                found[name.lower()].append(address)
        return dict(found)

    def _resolve(self, host: str) -> list[str]:
        """Return the addresses of a host, none if it does not resolve."""
        if not self._has_answered and self._unanswered >= _ENOUGH:
            return []
        try:
            found = call_within(PATIENCE, partial(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM))
        except UnicodeError:  # a label that is empty or too long
            return []
        except socket.gaierror as error:
            self._has_answered |= error.errno in _NO_SUCH_NAME
            return []
        except TimeoutError:
            self._unanswered += 1
            return []
        self._has_answered = True
        return [str(address[0]) for *_, address in found]


def _refuse_private(host: str, addresses: Iterable[str]) -> None:
    for address in addresses:
        parsed = ipaddress.ip_address(address.partition("%")[0])
        if not is_public(parsed) and not is_placeholder(parsed):
            raise AddressNotAllowedError(Reason(ReasonCode.PRIVATE_ADDRESS, host.rstrip("."), address))
