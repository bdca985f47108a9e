"""Exceptions that are raised instead of sending a request, and those of the second client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadFailedError, IgnoreRequest

if TYPE_CHECKING:
    from crawler.models.reasons.reason import Reason


class AddressNotAllowedError(IgnoreRequest):
    """A URL must not be requested, for `reason`: a private address, another scheme, robots.txt."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class _ReasonedError(DownloadFailedError):
    """A request without a response, for `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class UnreadableResponseError(_ReasonedError):
    """A server answered, but no browser can read the response."""


class UnreachableError(_ReasonedError):
    """No server could be reached, or the connection broke before it answered."""


class IncompleteChainError(_ReasonedError):
    """A certificate is fine, but the one that signed it is missing and could not be fetched."""


_SERVER_TROUBLE = re.compile(r"""rcode="?(?:SERVFAIL|REFUSED|FORMERR|NOTIMP|NOTAUTH)""", re.IGNORECASE)
"""A response code of name servers other than NXDOMAIN, in Proxy-Status (RFC 9209, 2.3.2)."""


def is_dns_error(*proxy_headers: bytes | str | None) -> bool:
    """Return whether a proxy reports that no such host name exists (RFC 9209, 2.3.2; Squid's X-Squid-Error)."""
    values = " ".join(str(value) for value in proxy_headers if value)
    return ("dns_error" in values or "ERR_DNS_FAIL" in values) and not _SERVER_TROUBLE.search(values)
