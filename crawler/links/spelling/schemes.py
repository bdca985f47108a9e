"""Mistyped schemes of web URLs: `hhttps://`, `https//`, `http://https://` … Pure."""

from __future__ import annotations

import re

from crawler.links.canonical_url import WEB_SCHEMES, InvalidURLError
from crawler.links.spelling.browser_url import browser_url

_SCHEMES = ("https", "http")
_MAX_MISTAKES = 1  # `htps` is one of `https`, `ftp` is two of `http`
_NOT_MISTYPED = frozenset({*WEB_SCHEMES, "shttp"})  # IANA's URI schemes that are one mistake away

_COLON, _SLASH = "[:;\uff1a\uff1b.]", "[/\\\\\uff0f]"
_WRITTEN = re.compile(
    rf"\s*+(?P<scheme>[A-Za-z]{{2,12}}+)?+(?P<separator>\s*+{_COLON}{{0,2}}+\s*+{_SLASH}*+\s*+)(?P<rest>\S.*)",
    re.DOTALL,
)
_WELL_WRITTEN = re.compile(r"https?://", re.IGNORECASE)
_HOST = re.compile(r"(?:(?:[\w-]+\.)+[^\W\d_][\w-]+\.?|localhost|\[[0-9A-Fa-f:.]+\])(?::\d*)?(?=[/?#]|$)")
_EMPTY_PORT = re.compile(r"(https?://[^/?#]*):(?=[/?#]|$)", re.IGNORECASE)
_REPEATED = re.compile(r"\s*https?:[/\\]*(?=https?(?:[:;\uff1a]|//))", re.IGNORECASE)


def mistyped_scheme(url: str) -> str | None:
    """Return the URL that was meant by one whose scheme is mistyped so that browsers do not open it; None for others.

    Behind the scheme must be the name of a host: `http:docs/a` may mean anything. `hxxp://` is on purpose.
    """
    repeated = _REPEATED.match(url)
    rest = url[repeated.end() :] if repeated else url
    if _WELL_WRITTEN.match(rest):
        return _valid(rest) if repeated else None
    match = _WRITTEN.fullmatch(rest)
    if match is None or not match["separator"].strip():
        return None
    scheme = _intended(match["scheme"] or "", match["separator"])
    if scheme is None or not _HOST.match(match["rest"]):
        return None
    return _valid(f"{scheme}://{match['rest'].strip()}")


def without_empty_port(url: str) -> str | None:
    """Return a web URL without the colon of a port that is not given (`https://x.org:/a`); None if it has none."""
    match = _EMPTY_PORT.match(url)
    return match[1] + url[match.end() :] if match else None


def _intended(scheme: str, separator: str) -> str | None:
    """Return the scheme that was meant by a written one and the characters behind it; None if it is no mistake."""
    scheme, marks = scheme.lower(), separator.strip()
    if not scheme:
        return "https" if marks == "://" else None
    if scheme in WEB_SCHEMES:
        # `https:///a` and `https:\\a` are opened by browsers.
        is_opened = re.fullmatch(r":[/\\]{2,}", separator) is not None
        return None if is_opened or marks == "/" else scheme
    if scheme in _NOT_MISTYPED or not re.search(r"[:;\uff1a][^/\\\uff0f:;\uff1a]*[/\\\uff0f]|//", marks):
        return None
    if repeated := re.fullmatch(r"(?:https?)+?(https?)", scheme):
        return repeated[1]
    if set(scheme) - set("https"):
        return None
    from rapidfuzz.distance import OSA

    return next((each for each in _SCHEMES if OSA.distance(scheme, each) <= _MAX_MISTAKES), None)


def _valid(url: str) -> str | None:
    """Return a URL if it is a valid one; None otherwise."""
    try:
        browser_url(url)
    except InvalidURLError:
        return None
    return url
