"""Which host belongs to which site, by the Public Suffix List that the library contains. Pure."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from publicsuffixlist import PSLFILE, PublicSuffixList, encode_idn


@lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """Return the part of a host that was registered, at a registry or at GitHub Pages; the host if there is none."""
    return _suffixes().privatesuffix(host) or host


def is_one_site(one: str, other: str) -> bool:
    """Return whether the hosts of two URLs belong to one site."""
    return site_of(urlsplit(one).hostname or "") == site_of(urlsplit(other).hostname or "")


def suffix_of(host: str) -> str:
    """Return the public suffix of a host: what names are registered under."""
    return _suffixes().publicsuffix(host) or host


def own_name(host: str) -> str:
    """Return the label of a site that its owner chose."""
    return site_of(host).removesuffix(suffix_of(host)).strip(".")


@cache
def _suffixes() -> PublicSuffixList:
    """Return the list with both spellings of its names; the library encodes all 10,000 where 500 are not ASCII."""
    rules = [line for line in Path(PSLFILE).read_text("utf-8").splitlines() if not line.startswith("//")]
    encoded = [encode_idn(rule) for rule in rules if not rule.isascii()]
    return PublicSuffixList([*rules, *encoded], accept_encoded_idn=False)
