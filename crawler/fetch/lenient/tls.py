"""TLS of the second client: certificates are verified, and missing intermediates are fetched as in browsers.

Many servers send their own certificate alone. It names where that of its issuer is (authority information access,
RFC 5280, 4.2.2.1); browsers fetch it from there. A fetched certificate is only a step on the way: the chain has to end
at a certificate that is trusted anyway.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from crawler.fetch.errors import IncompleteChainError
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from crawler.fetch.lenient.connection import Deadline

MAX_CERTIFICATES = 4
"""Certificates that are fetched at most for one host: public chains have one or two intermediates."""

MAX_CERTIFICATE_BYTES = 64 * 1024
"""Maximum size of the file of an issuer's certificate; they have 1 to 2 kB."""

_MISSING_ISSUER = {20, 21}  # OpenSSL: no issuer certificate found locally; the first certificate cannot be verified
_LEGACY_SERVER_CONNECT = 0x4  # OpenSSL: servers without RFC 5746, which browsers accept; not in `ssl` before 3.12


class CertificateVerifier:
    """Makes verified TLS connections; `fetch` returns the bytes at a URL of a certificate, or raises any exception.

    `bundle` is a file with certificates that are trusted besides the system's; `share` is another client's context that
    gets the fetched certificates as well.
    """

    def __init__(
        self,
        fetch: Callable[[str], bytes],
        bundle: str | None = None,
        share: ssl.SSLContext | None = None,
    ) -> None:
        self._fetch = fetch
        self._context = _context()
        self._context.load_default_certs()
        if bundle:
            self._context.load_verify_locations(bundle)
        self._share = share
        self._fetched: dict[str, tuple[x509.Certificate, ...]] = {}

    def wrap(self, connected: socket.socket, host: str, deadline: Deadline) -> ssl.SSLSocket:
        """Return the TLS connection to a host over a socket; raise ssl.SSLError if it cannot be trusted.

        If an intermediate certificate is missing, it is fetched, and MissingIssuerError is raised: the caller has to
        connect again.
        """
        connected.settimeout(deadline.left())
        try:
            return self._context.wrap_socket(connected, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            if error.verify_code in _MISSING_ISSUER:
                raise MissingIssuerError(error) from error
            raise

    def complete(self, connected: socket.socket, host: str, deadline: Deadline) -> bool:
        """Fetch the issuers that are missing in the chain of a host; return whether a new one was found.

        Nothing is sent over the connection. Raises IncompleteChainError if the certificate is fine otherwise, and no
        issuer could be fetched.
        """
        connected.settimeout(deadline.left())
        context = _context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(connected, server_hostname=host) as unverified:
            data = unverified.getpeercert(binary_form=True)
        leaf = x509.load_der_x509_certificate(data or b"")
        found = self._issuers(leaf)
        if found is None and _is_valid_for(leaf, host):
            raise IncompleteChainError(Reason(ReasonCode.CERTIFICATE_CHAIN_INCOMPLETE))
        return bool(found)

    def _issuers(self, leaf: x509.Certificate) -> list[x509.Certificate] | None:
        """Return the new intermediates between a certificate and a root; None if an address of one did not answer."""
        found: list[x509.Certificate] = []
        certificate = leaf
        for _ in range(MAX_CERTIFICATES):
            addresses = _issuer_addresses(certificate)
            issuer = next((each for url in addresses for each in self._at(url) if _has_issued(each, certificate)), None)
            if issuer is None:
                return found or (None if addresses and not any(map(self._at, addresses)) else [])
            if issuer.issuer == issuer.subject:  # a root is not trusted because a server names it
                break
            self._trust_as_step(issuer)
            found.append(issuer)
            certificate = issuer
        return found

    def _at(self, url: str) -> tuple[x509.Certificate, ...]:
        """Return the certificates at a URL; none if it cannot be read. A URL is asked once in a run."""
        if url not in self._fetched:
            try:
                self._fetched[url] = tuple(_certificates(self._fetch(url)))
            except Exception:  # noqa: BLE001 - of the network or the parser: there is no certificate
                self._fetched[url] = ()
        return self._fetched[url]

    def _trust_as_step(self, certificate: x509.Certificate) -> None:
        """Let chains lead through a certificate: without X509_V_FLAG_PARTIAL_CHAIN they may not end at it."""
        data = certificate.public_bytes(Encoding.DER)
        for context in (self._context, self._share):
            if context is not None:
                context.load_verify_locations(cadata=data)


class MissingIssuerError(ssl.SSLError):
    """The issuer of a certificate is not known; `error` says so in OpenSSL's words."""

    def __init__(self, error: ssl.SSLCertVerificationError) -> None:
        super().__init__(*error.args)
        self.error = error


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def _issuer_addresses(certificate: x509.Certificate) -> list[str]:
    """Return the URLs of the issuer's certificate; only those with http: https would need a chain of its own."""
    try:
        access = certificate.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    assert isinstance(access, x509.AuthorityInformationAccess)  # noqa: S101 - the type of the extension
    return [
        each.access_location.value
        for each in access
        if each.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
        and each.access_location.value.lower().startswith("http://")
    ]


def _certificates(data: bytes) -> Iterable[x509.Certificate]:
    """Return the certificates of a file: one in DER, several in PEM, or PKCS #7 (RFC 5280, 4.2.2.1; RFC 8551)."""
    if len(data) > MAX_CERTIFICATE_BYTES:
        return []
    if b"-----BEGIN CERTIFICATE-----" in data:
        return x509.load_pem_x509_certificates(data)
    try:
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        return pkcs7.load_der_pkcs7_certificates(data)


def _has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - of many types: another name, signature or kind of key
        return False
    return True


def _is_valid_for(leaf: x509.Certificate, host: str) -> bool:
    """Return whether a certificate is valid now, names the host, and was issued by another one."""
    if leaf.issuer == leaf.subject:
        return False
    now = time.time()
    if not leaf.not_valid_before_utc.timestamp() <= now <= leaf.not_valid_after_utc.timestamp():
        return False
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return any(_matches(name, host) for name in names.get_values_for_type(x509.DNSName))


def _matches(pattern: str, host: str) -> bool:
    """Return whether a name in a certificate is that of a host; `*` stands for one label (RFC 9525, 6.3)."""
    pattern, host = pattern.lower(), host.lower()
    return pattern == host or (pattern.startswith("*.") and host.partition(".")[2] == pattern[2:])
