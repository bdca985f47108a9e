"""Certificates of a throw-away authority: one server context per host, good or bad in a chosen way."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import cache
from tempfile import NamedTemporaryFile

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

ISSUERS = "issuers.example.net"
"""The host from which clients get the certificates of issuers."""


class Flaw(Enum):
    """What is wrong with a host's certificate."""

    UNKNOWN_ISSUER = auto()
    WRONG_NAME = auto()
    EXPIRED = auto()
    SELF_SIGNED = auto()
    INCOMPLETE = auto()  # the intermediate is missing; it is where the certificate says
    INCOMPLETE_TWICE = auto()  # two intermediates are missing, the upper one in PKCS #7
    INCOMPLETE_AND_GONE = auto()  # the intermediate is missing, and not where the certificate says
    INCOMPLETE_AND_EXPIRED = auto()  # as before, and the certificate has expired
    INCOMPLETE_AND_UNKNOWN = auto()  # the intermediate is where the certificate says, and nobody trusts it
    INCOMPLETE_AND_INSIDE = auto()  # the intermediate is said to be at a private address
    SILENT = auto()  # the server says nothing in the handshake


_STRANGERS = {Flaw.INCOMPLETE_AND_UNKNOWN}


class Certificates:
    """Server-side TLS contexts, made on the first connection to a host and kept.

    `issuers` are the files at the addresses that certificates name, by path on ISSUERS.
    """

    def __init__(self, flaws: dict[str, Flaw]) -> None:
        self._authority = _authority("small internet")
        self._stranger = _authority("an authority nobody knows")
        self.flaws = flaws
        self.issuers: dict[str, bytes] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def authority_pem(self) -> bytes:
        """The certificate that clients have to trust."""
        return self._authority.cert_pem.bytes()

    def context(self, host: str) -> ssl.SSLContext:
        """Return the context that a server of that name presents."""
        if self.flaws.get(host) in {None, Flaw.SILENT}:
            return _sound_context(host)
        context = self._contexts.get(host)
        if context is None:
            context = self._contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._configure(context, host)
        return context

    def _configure(self, context: ssl.SSLContext, host: str) -> None:
        match self.flaws.get(host):
            case Flaw.UNKNOWN_ISSUER:
                self._stranger.issue_cert(host).configure_cert(context)
            case Flaw.WRONG_NAME:
                self._authority.issue_cert("somebody-else.example.org").configure_cert(context)
            case Flaw.EXPIRED:
                long_ago, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
                self._authority.issue_cert(host, not_before=long_ago, not_after=end).configure_cert(context)
            case Flaw.SELF_SIGNED:
                _load(context, _leaf(host, None, "http://issuers.example.net/none"))
            case flaw:
                assert flaw is not None
                self._configure_incomplete(context, host, flaw)

    def _configure_incomplete(self, context: ssl.SSLContext, host: str, flaw: Flaw) -> None:
        """Let a server present its certificate without those of its issuers."""
        root = self._stranger if flaw in _STRANGERS else self._authority
        path, address = f"/{host}.crt", f"http://{ISSUERS}/{host}.crt"
        issuer = root.create_child_ca()
        if flaw is Flaw.INCOMPLETE_TWICE:
            upper, issuer = issuer, _intermediate(issuer, f"http://{ISSUERS}/{host}.p7c")
            self.issuers[f"/{host}.p7c"] = pkcs7.serialize_certificates([_certificate(upper)], Encoding.DER)
        if flaw not in {Flaw.INCOMPLETE_AND_GONE, Flaw.INCOMPLETE_AND_EXPIRED, Flaw.INCOMPLETE_AND_INSIDE}:
            self.issuers[path] = _certificate(issuer).public_bytes(Encoding.DER)
        if flaw is Flaw.INCOMPLETE_AND_INSIDE:
            address = f"http://127.0.0.1{path}"
        _load(context, _leaf(host, issuer, address, expired=flaw is Flaw.INCOMPLETE_AND_EXPIRED))


@cache
def _authority(name: str) -> trustme.CA:
    """Return an authority, one for all internets of this process: certificates take most of the time of a new one."""
    return trustme.CA(organization_name=name, organization_unit_name="for tests only")


@cache
def _sound_context(host: str) -> ssl.SSLContext:
    """Return the context of a server whose certificate is right, one for all internets of this process."""
    authority, context = _authority("small internet"), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        authority.issue_cert(host).configure_cert(context)
    except ValueError:  # trustme knows names by IDNA 2008 alone
        _load(context, _leaf(host.rstrip("."), authority))
    return context


def _certificate(authority: trustme.CA) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.cert_pem.bytes())


def _intermediate(parent: trustme.CA, address: str) -> trustme.CA:
    """Return an authority below another one, whose certificate says where that of the other is."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder("an intermediate", parent, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), True
    )
    builder = builder.add_extension(_access(address), critical=False)
    return trustme.CA.from_pem(_signed(builder, parent, key), _pem(key))


def _leaf(host: str, issuer: trustme.CA | None, address: str = "", *, expired: bool = False) -> bytes:
    """Return key and certificate of a host in PEM; one without an issuer is signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(host[:60], issuer, key, expired=expired)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    if address:
        builder = builder.add_extension(_access(address), critical=False)
    return _pem(key) + _signed(builder, issuer, key)


def _builder(
    name: str, issuer: trustme.CA | None, key: ec.EllipticCurvePrivateKey, *, expired: bool = False
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else _certificate(issuer).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=-1 if expired else 90))
    )


def _signed(builder: x509.CertificateBuilder, issuer: trustme.CA | None, own: ec.EllipticCurvePrivateKey) -> bytes:
    key = own if issuer is None else load_pem_private_key(issuer.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _access(address: str) -> x509.AuthorityInformationAccess:
    location = x509.UniformResourceIdentifier(address)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, location)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    with NamedTemporaryFile(suffix=".pem") as file:  # the ssl module reads files alone
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
