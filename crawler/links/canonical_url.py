"""Canonical form of URLs, and the policy on which URLs may be fetched. Pure."""

from __future__ import annotations

import ipaddress
import re
import socket
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

import idna

from crawler.links.addresses import is_public
from crawler.links.tracking import without_tracking
from crawler.models.reasons.reason import Reason, ReasonCode

WEB_SCHEMES = frozenset({"http", "https"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PERCENT = re.compile("%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/%:@!$&'()*+,;=~[]|"
_QUERY_SAFE = _PATH_SAFE + "?^`{}"  # more than RFC 3986 allows, but this is what browsers send (WHATWG URL, 1.3)
_SENDABLE = re.compile(r"[\w\-.~:/\[\]@!$&'()*+,;=%|]*(?:\?[\w\-.~:/?\[\]@!$&'()*+,;=%|^`{}]*)?(?:#[!-~]*)?", re.ASCII)
_NO_HOST = re.compile(r"[\s\x00-\x1f\x7f#%/?@\[\\\]<>\"^`{|}]")  # forbidden in domains (WHATWG URL, 3.1)
_MAX_LABEL = 63  # RFC 1035, 2.3.4
_JOINERS = str.maketrans("", "", "\u200c\u200d")
_PLAIN_HOST = re.compile(r"[a-z0-9._-]++|(?=[^:]*+:)[0-9a-f:.]++")

# Names that are not in the public DNS: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's internal,
# and those that routers use for a local network.
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa")


class InvalidURLError(ValueError):
    """A text is not a valid URL."""


@lru_cache(maxsize=64)  # each kind splits a URL again to recognize it
def split(url: str) -> SplitResult:
    """Return the parts of a URL; raise InvalidURLError where `urlsplit` raises (brackets, port)."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise InvalidURLError(str(error)) from error
    return parts


def hostname(parts: SplitResult) -> str:
    """Return the host in lower case ASCII (IDNA 2008 with UTS 46 mapping), without a trailing dot; "" if there is none.

    Raises InvalidURLError for a name that IDNA does not allow.
    """
    return _hostname(parts.netloc)


@lru_cache(maxsize=4096)
def _hostname(netloc: str) -> str:
    """Return the host of a netloc, cached: every kind asks for the host of every URL, and hosts repeat."""
    host = _written_host(netloc)
    if host.isascii():
        return host.rstrip(".")
    try:
        return idna.encode(host, uts46=True).decode().rstrip(".")
    except idna.IDNAError:
        return _encode_idna_2003(host).rstrip(".")


@lru_cache(maxsize=4096)
def _written_host(netloc: str) -> str:
    return unquote(SplitResult("", netloc, "", "", "").hostname or "").lower()


def _encode_idna_2003(host: str) -> str:
    """Return a name that IDNA 2008 does not allow (emoji, joiners, underscores) in ASCII, as browsers do (UTS 46).

    Raises InvalidURLError for characters that no name can have.
    """
    try:
        labels = idna.uts46_remap(host, std3_rules=False, transitional=False).translate(_JOINERS).split(".")
        name = ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode()}" for each in labels)
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidURLError(f"host {host!r}: {error}") from error
    if _NO_HOST.search(name) or max(map(len, name.split("."))) > _MAX_LABEL:
        raise InvalidURLError(f"host {host!r}: invalid character or label too long")
    return name


def canonicalize_url(url: str, *, keep_tracking: bool = False) -> str:
    """Return the canonical form of an absolute web URL, used as its identity and for requests.

    It has all that a server can see as it was written: percent-encodings, empty queries, the order of parameters, the
    dot behind a host; signatures may depend on it. What browsers change is changed: scheme and host in lower case, host
    in ASCII, no default port, no dot segments, `/` for an empty path, no fragment (it is not sent), characters encoded
    that cannot be sent. Tracking parameters are left out, unless the URL is signed or `keep_tracking` is set.
    Raises InvalidURLError for other schemes and for a missing or invalid host.
    """
    parts = split(url)
    scheme = parts.scheme.lower()
    host = hostname(parts)
    if scheme not in WEB_SCHEMES:
        raise InvalidURLError(f"not a web URL: {scheme or 'no scheme'}")
    if not host or _NO_HOST.search(host):
        raise InvalidURLError("no host" if not host else f"host {host!r}: invalid character")
    netloc = f"[{host}]" if ":" in host else host + _final_dot(parts)
    if parts.port is not None and parts.port != _DEFAULT_PORTS[scheme]:
        netloc += f":{parts.port}"
    if parts.username is not None:
        netloc = f"{parts.netloc.rpartition('@')[0]}@{netloc}"
    path = _without_dot_segments(quote(parts.path, safe=_PATH_SAFE)) or "/"
    query = quote(parts.query if keep_tracking else without_tracking(parts.query, host), safe=_QUERY_SAFE)
    has_empty_query = not parts.query and url.strip().partition("#")[0].endswith("?")
    return urlunsplit((scheme, netloc, path, query, "")) + ("?" if has_empty_query else "")


def normalize(url: str) -> str:
    """Return a web URL with percent-encoding only where needed, and in upper case (RFC 3986, 6.2.2).

    Equivalent URLs have the same normal form; it is not asked for, since servers may tell them apart.
    """
    parts = split(url)
    path, query = _encode(parts.path, _PATH_SAFE), _encode(parts.query, _QUERY_SAFE)
    return urlunsplit(parts._replace(path=_without_dot_segments(path), query=query))


def _final_dot(parts: SplitResult) -> str:
    """Return the dot behind a host that is written as an absolute name (RFC 1034, 3.1); "" if there is none."""
    return "." if _written_host(parts.netloc).endswith((".", "\u3002")) else ""


def is_sendable(url: str) -> bool:
    """Return whether a URL consists of characters that need no encoding in a request (RFC 3986, 2)."""
    return _SENDABLE.fullmatch(url) is not None


def encode_for_request(url: str) -> str:
    """Return a URL as a client sends it: its host in canonical form, no dot segments, all else as written.

    The URL is not changed if its decoded host is neither a plain name nor an IP address.
    """
    parts = split(url)
    host = hostname(parts)
    if (parts.netloc == host and "/." not in url and "/%2" not in url) or not _PLAIN_HOST.fullmatch(host):
        return url
    start = url.index("//") + 2
    written = url[start : start + len(parts.netloc)]
    user, at, _ = written.rpartition("@")
    port = f":{parts.port}" if parts.port not in {None, _DEFAULT_PORTS.get(parts.scheme)} else ""
    path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", url[start + len(written) :], re.DOTALL).groups()  # type: ignore[union-attr]
    netloc = f"{user}{at}{f'[{host}]' if ':' in host else host + _final_dot(parts)}{port}"
    return f"{url[:start]}{netloc}{_without_dot_segments(path)}{mark}{rest}"


def is_same_site(one: str, other: str) -> bool:
    """Return whether the host of one URL is that of the other, or a subdomain of it; `www.` does not count.

    `team.site.example/` is not the same site as `site.example/team`, which it may have been split off from.
    """
    first, second = ((urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other))
    if second == f"{urlsplit(one).path.strip('/')}.{first}":
        return False
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")


def parameters(query: str) -> dict[str, str]:
    """Return the decoded parameters of a query by name; of several with one name, the first."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, value)
    return values


def refusal_reason(url: str, *, allow_private: bool = False) -> Reason | None:
    """Return why a URL must not be fetched; None if it may be.

    Only http and https are allowed, and only hosts on the public internet unless `allow_private`: notes are untrusted
    input that must not reach services in the local network (SSRF). IP addresses are parsed as browsers do (decimal,
    octal, hexadecimal, short and IPv4-in-IPv6 forms).
    """
    try:
        parts = split(url)
        host = hostname(parts)
    except InvalidURLError as error:
        return Reason(ReasonCode.INVALID_URL, str(error))
    if parts.scheme.lower() not in WEB_SCHEMES:
        return Reason(ReasonCode.UNSUPPORTED_SCHEME, parts.scheme.lower() or "none")
    if not host:
        return Reason(ReasonCode.INVALID_URL, "no host")
    if (":" in host or _NO_HOST.search(host)) and literal_address(
        host
    ) is None:  # what a proxy makes of it nobody knows
        return Reason(ReasonCode.INVALID_URL, f"host {host!r}: invalid character")
    if allow_private:
        return None
    if (address := literal_address(host)) is not None:
        return None if is_public(address) else Reason(ReasonCode.PRIVATE_ADDRESS, str(address))
    if "." not in host or host.endswith(_LOCAL_SUFFIXES):
        return Reason(ReasonCode.LOCAL_NAME, host)
    return None


def literal_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host is, in any form that a resolver accepts; None for a name."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host.partition("%")[0])
        except ValueError:
            return None
    if not re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _encode(text: str, safe: str) -> str:
    """Return a text percent-encoded where needed; existing encodings are put in upper case, unreserved ones decoded."""

    def canonical(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%25"
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else f"%{match[1].upper()}"

    return quote(_PERCENT.sub(canonical, text), safe=safe)


def _without_dot_segments(path: str) -> str:
    """Return a path without `.` and `..` segments (RFC 3986, 5.2.4); as in browsers, they may be encoded."""
    if "/." not in path and "/%2" not in path:
        return path
    output: list[str] = []
    segments = path.split("/")
    plain = [segment.lower().replace("%2e", ".") for segment in segments]
    for segment, dots in zip(segments, plain, strict=True):
        if dots == "..":
            if len(output) > 1:
                output.pop()
        elif dots != ".":
            output.append(segment)
    if plain[-1] in {".", ".."}:
        output.append("")
    return "/".join(output)
