"""Addresses in what a stranger's text says. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from crawler.links.arxiv_ids import arxiv_link
from crawler.links.canonical_url import InvalidURLError, canonicalize_url, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_TRAILING = ".:?&=+%@~#-"


def urls_in(text: str, hosts: tuple[str, ...]) -> Iterator[tuple[str, SplitResult]]:
    """Yield the URLs that stand in a text, normalised, whole and in parts; those of `hosts` may lack their scheme."""
    for address in _addresses(hosts).findall(_INVISIBLE.sub("", text)):
        if not address.endswith("..") and (url := web_url(address.rstrip(_TRAILING))) is not None:
            yield url


def find_arxiv_ids(text: str) -> tuple[str, ...]:
    """Return the ids of the papers on arXiv whose addresses stand in a text, once each, in order."""
    found = (link for _, parts in urls_in(text, ("arxiv.org",)) if (link := arxiv_link(parts)) is not None)
    return tuple(dict.fromkeys(link.identity for link in found))


@cache
def _addresses(hosts: tuple[str, ...]) -> re.Pattern[str]:
    """Return what addresses in running text are like: without scheme, run into the words around them, cut with dots."""
    names = "|".join(map(re.escape, hosts))
    return re.compile(
        rf"(?:https?://|(?<![A-Za-z0-9.@_/=%-])(?=(?:[a-z]+\.)?(?:{names})/))"
        r"(?:(?!https?://)[A-Za-z0-9._~/?#&=%+:@-])++(?!…)",
        re.IGNORECASE,
    )


def web_url(address: str) -> tuple[str, SplitResult] | None:
    """Return the normalised URL of an address, which may lack its scheme, whole and in parts; None if it is invalid."""
    try:
        url = canonicalize_url(address if "://" in address else f"https://{address.lstrip('/')}")
        return url, split(url)
    except InvalidURLError:
        return None
