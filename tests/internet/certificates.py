"""Certificates of a throw-away authority: one server context per host, good or bad in a chosen way."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from enum import Enum, auto

import trustme


class Flaw(Enum):
    """What is wrong with a host's certificate."""

    UNKNOWN_ISSUER = auto()
    WRONG_NAME = auto()
    EXPIRED = auto()


class Certificates:
    """Server-side TLS contexts, made on the first connection to a host and kept."""

    def __init__(self, flaws: dict[str, Flaw]) -> None:
        self._authority = trustme.CA(organization_name="small internet", organization_unit_name="for tests only")
        self._stranger = trustme.CA(organization_name="an authority nobody knows")
        self.flaws = flaws
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def authority_pem(self) -> bytes:
        """The certificate that clients have to trust."""
        return self._authority.cert_pem.bytes()

    def context(self, host: str) -> ssl.SSLContext:
        """Return the context that a server of that name presents."""
        context = self._contexts.get(host)
        if context is None:
            context = self._contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._issue(host).configure_cert(context)
        return context

    def _issue(self, host: str) -> trustme.LeafCert:
        match self.flaws.get(host):
            case Flaw.UNKNOWN_ISSUER:
                return self._stranger.issue_cert(host)
            case Flaw.WRONG_NAME:
                return self._authority.issue_cert("somebody-else.example.org")
            case Flaw.EXPIRED:
                long_ago = datetime(2020, 1, 1, tzinfo=UTC)
                return self._authority.issue_cert(host, not_before=long_ago, not_after=datetime(2021, 1, 1, tzinfo=UTC))
            case None:
                return self._authority.issue_cert(host)
