"""Links that only lead elsewhere: jump pages, whose URL contains the target, and short links. Pure.

The tables are `crawler/data/jump_pages.toml` and `crawler/data/short_links.toml`.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes, urlsplit

from crawler.globs import compile_globs
from crawler.links.canonical_url import InvalidURLError
from crawler.links.spelling.browser_url import browser_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WEB_URL = re.compile(r"https?:/", re.IGNORECASE)
_ENCODED_WEB_URL = re.compile(r"https?%(?:25)*3A", re.IGNORECASE)
_SCHEME = re.compile(r"(?:mailto|tel|javascript|ftp|data):", re.IGNORECASE)
_NAMED_HOST = re.compile(r"(?://|www\.)[^/?#.]+\.", re.IGNORECASE)
_DEEPEST = 5
"""Times that a target may be percent-encoded, and jump pages that may lead to each other."""


@dataclass(frozen=True, slots=True)
class _JumpPage:
    """One row of the table: where its URLs contain the target."""

    hosts: re.Pattern[str]
    path: re.Pattern[str]
    place: str
    parameters: tuple[str, ...]
    coding: str

    def values(self, path: str, query: str) -> Iterator[str]:
        """Yield the parts of a URL that may be the target, as they are written."""
        if self.place == "query":
            yield query
        elif self.place == "path":
            if (match := re.search(r"https?(?::|%3A)", path, re.IGNORECASE)) is not None:
                yield path[match.start() :] + (f"?{query}" if query else "")
        else:
            pairs = [pair.partition("=") for pair in query.split("&")]
            for name in self.parameters:
                yield from (value for each, _, value in pairs if each == name)


def jump_target(url: str) -> str | None:
    """Return the URL to which a jump page leads in the end; None for other URLs, and for a page without a target.

    The target may have any scheme (`mailto:`), and keeps its fragment.
    """
    target = None
    for _ in range(_DEEPEST):
        inner = _target(url)
        if inner is None:
            break
        target = url = inner
    return target


def is_short_link(url: str) -> bool:
    """Return whether a URL is one of a service for short links, and not its front page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.path in {"", "/"} and not parts.query:
        return False
    host = parts.hostname or ""
    names = (host, host.removeprefix("www."), f"{host}{parts.path}")
    return not _short_links().isdisjoint(names)


@lru_cache(maxsize=4096)
def _target(url: str) -> str | None:
    """Return the target in the URL of one jump page."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if not parts.query and "/http" not in parts.path and "__http" not in parts.path:  # most URLs
        return None
    for page in _jump_pages():
        if page.hosts.fullmatch(host) and page.path.fullmatch(parts.path or "/"):
            for value in page.values(parts.path, parts.query):
                if (target := _absolute(_CODINGS[page.coding](value))) is not None and target != url:
                    return target
    return None


def _absolute(text: str) -> str | None:
    """Return a decoded value as a URL; None if it is none, as a relative path or an encrypted text."""
    text = text.strip()
    if _WEB_URL.match(text) or _NAMED_HOST.match(text):
        written = text if _WEB_URL.match(text) else f"https:{text}" if text.startswith("//") else f"http://{text}"
        page, mark, fragment = written.partition("#")
        try:
            return browser_url(page) + mark + fragment
        except InvalidURLError:
            return None
    return text if _SCHEME.match(text) else None


def _decoded(value: str) -> str:
    """Return a percent-encoded value decoded, as often as its scheme is encoded; a `+` is no blank in a URL."""
    text = _decoded_once(value)
    for _ in range(_DEEPEST):
        if not _ENCODED_WEB_URL.match(text):
            break
        text = _decoded_once(text)
    return text


def _decoded_once(value: str) -> str:
    """Return a value decoded as UTF-8; bytes that are not UTF-8 stay encoded."""
    data = unquote_to_bytes(value)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return quote(data, safe="".join(map(chr, range(0x21, 0x7F))))


def _from_bing(value: str) -> str:
    """Return the target of a result of Bing: base64 for URLs without padding, behind two characters."""
    text = _decoded(value)[2:]
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def _from_proofpoint_2(value: str) -> str:
    """Return the target of URL Defense version 2, in which `-` is the `%` of an encoding and `_` is `/`."""
    return _decoded(value.translate(str.maketrans("-_", "%/")))


_PROOFPOINT_3 = re.compile(r"(?P<url>.*?)__;(?P<characters>[A-Za-z0-9_=-]*)!.*")
_RUN = re.compile(r"\*(?:\*(?P<length>[A-Za-z0-9_-]))?")
_LENGTHS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _from_proofpoint_3(value: str) -> str:
    """Return the target of URL Defense version 3: `*` stands for one replaced character, `**X` for a run of them."""
    if (match := _PROOFPOINT_3.fullmatch(value)) is None:
        return ""
    encoded = match["characters"]
    try:
        replaced = iter(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    except (binascii.Error, ValueError):
        return ""

    def characters(run: re.Match[str]) -> str:
        length = 1 if run["length"] is None else _LENGTHS.index(run["length"]) + 2
        return "".join(next(replaced, "") for _ in range(length))

    url = re.sub(r"^(https?):/(?!/)", r"\1://", match["url"])  # some clients merge the slashes
    return _RUN.sub(characters, url)


_CODINGS: dict[str, Callable[[str], str]] = {
    "": _decoded,
    "bing": _from_bing,
    "proofpoint2": _from_proofpoint_2,
    "proofpoint3": _from_proofpoint_3,
}


@cache
def _jump_pages() -> tuple[_JumpPage, ...]:
    """Return the rows of the table."""
    table = tomllib.loads(files("crawler").joinpath("data/jump_pages.toml").read_text("utf-8"))
    return tuple(
        _JumpPage(
            compile_globs(row["hosts"]),
            compile_globs([row.get("path", "*")]),
            row.get("place", "parameter"),
            tuple(row.get("parameters", ())),
            row.get("coding", ""),
        )
        for row in table["jump"]
    )


@cache
def _short_links() -> frozenset[str]:
    table = tomllib.loads(files("crawler").joinpath("data/short_links.toml").read_text("utf-8"))
    return frozenset(table["links"])
