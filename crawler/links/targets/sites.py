"""Which host belongs to which site, by the Public Suffix List that the library contains. Pure."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from publicsuffixlist import PSLFILE, PublicSuffixList, decode_idn, encode_idn


@lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """Return the part of a host that was registered, at a registry or at GitHub Pages; the host if there is none."""
    return _suffixes(_top_level(host)).privatesuffix(host) or host


def is_one_site(one: str, other: str) -> bool:
    """Return whether the hosts of two URLs belong to one site."""
    return site_of(urlsplit(one).hostname or "") == site_of(urlsplit(other).hostname or "")


def suffix_of(host: str) -> str:
    """Return the public suffix of a host: what names are registered under."""
    return _suffixes(_top_level(host)).publicsuffix(host) or host


def own_name(host: str) -> str:
    """Return the label of a site that its owner chose."""
    return site_of(host).removesuffix(suffix_of(host)).strip(".")


def _top_level(host: str) -> str:
    """Return the last label of a host, decoded."""
    label = host.removesuffix(".").rpartition(".")[2].lower()
    try:
        return decode_idn(label) if label.startswith("xn--") else label
    except UnicodeError:
        return label


@cache
def _suffixes(top_level: str) -> PublicSuffixList:
    """Return the list for a top-level domain, with both spellings of its names: the library reads all at once."""
    rules = _rules().get(top_level, [])
    encoded = [encode_idn(rule) for rule in rules if not rule.isascii()]
    return PublicSuffixList([*rules, *encoded], accept_encoded_idn=False)


@cache
def _rules() -> dict[str, list[str]]:
    """Return the rules by top-level domain."""
    found: dict[str, list[str]] = {}
    for rule in Path(PSLFILE).read_text("utf-8").splitlines():
        if rule and not rule.startswith("//"):
            found.setdefault(rule.rpartition(".")[2], []).append(rule)
    return found
