"""Find URLs in running text. Pure."""

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
    """Yield the URLs in a text, canonical and with their parts; URLs on `hosts` are found without a scheme as well."""
    for written in _url_pattern(hosts).findall(_INVISIBLE.sub("", text)):
        if not written.endswith("..") and (url := web_url(written.rstrip(_TRAILING))) is not None:
            yield url


def find_arxiv_ids(text: str) -> tuple[str, ...]:
    """Return the ids of the papers on arXiv whose URLs are in a text, in order, without duplicates."""
    links = (link for _, parts in urls_in(text, ("arxiv.org",)) if (link := arxiv_link(parts)) is not None)
    return tuple(dict.fromkeys(link.identity for link in links))


@cache
def _url_pattern(hosts: tuple[str, ...]) -> re.Pattern[str]:
    """Return an expression for URLs in running text.

    Those of `hosts` may lack their scheme; a URL may adjoin the words around it; one shortened by `…` does not match.
    """
    names = "|".join(map(re.escape, hosts))
    return re.compile(
        rf"(?:https?://|(?<![A-Za-z0-9.@_/=%-])(?=(?:[a-z]+\.)?(?:{names})/))"
        r"(?:(?!https?://)[A-Za-z0-9._~/?#&=%+:@-])++(?!…)",
        re.IGNORECASE,
    )


def web_url(written: str) -> tuple[str, SplitResult] | None:
    """Return the canonical form of a URL, which may lack its scheme, and its parts; None if it is invalid."""
    try:
        url = canonicalize_url(written if "://" in written else f"https://{written.lstrip('/')}")
        return url, split(url)
    except InvalidURLError:
        return None
