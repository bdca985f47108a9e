"""Resolve the names of requests that go to a proxy: it must not be sent to private addresses either."""

from __future__ import annotations

import ipaddress
import socket
from functools import partial

from crawler.daemon_threads import call_within
from crawler.fetch.errors import AddressNotAllowedError
from crawler.links.addresses import is_placeholder, is_public
from crawler.models.reason import Reason, ReasonCode

PATIENCE = 2.0
"""Seconds to wait for the addresses of a name: networks with a proxy often have no resolver for public names."""

_ENOUGH = 3  # names without an answer, until the resolver is taken for one that never answers
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class ProxiedNames:
    """Refuses names that resolve to a private address here; those that do not resolve here are the proxy's business.

    A resolver that has never answered is not asked any more.
    """

    def __init__(self) -> None:
        self._has_answered = False
        self._unanswered = 0

    def check(self, host: str) -> None:
        """Raise AddressNotAllowedError if any address of a host is not public; blocks for at most PATIENCE."""
        for address in self._resolve(host):
            parsed = ipaddress.ip_address(address.partition("%")[0])
            if not is_public(parsed) and not is_placeholder(parsed):
                raise AddressNotAllowedError(Reason(ReasonCode.PRIVATE_ADDRESS, host.rstrip("."), address))

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
