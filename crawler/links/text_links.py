"""What a stranger's text names: papers on arXiv and repositories on GitHub. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.links.arxiv_ids import arxiv_link
from crawler.links.canonical_url import InvalidURLError, normalise, split
from crawler.links.github_urls import github_link

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from crawler.models.link import Link

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# Addresses in running text: often without scheme, run into the words around them, cut off with dots.
_ADDRESS = re.compile(
    r"(?:https?://|(?<![A-Za-z0-9.@_/=%-])(?=(?:[a-z]+\.)?(?:arxiv\.org|github\.com)/))"
    r"(?:(?!https?://)[A-Za-z0-9._~/?#&=%+:@-])++(?!…)",
    re.IGNORECASE,
)
_TRAILING = ".:?&=+%@~#-"


def named(text: str) -> tuple[Link, ...]:
    """Return the papers and repositories whose addresses stand in a text, once each, in order."""
    found: dict[str, Link] = {}
    for address in _ADDRESS.findall(_INVISIBLE.sub("", text)):
        if address.endswith("..") or (url := web_url(address.rstrip(_TRAILING))) is None:
            continue
        _, parts = url
        if (link := arxiv_link(parts) or github_link(parts)) is not None:
            found.setdefault(link.identity, link)
    return tuple(found.values())


def papers(text: str) -> tuple[str, ...]:
    """Return the ids of the papers on arXiv whose addresses stand in a text."""
    return tuple(link.identity for link in named(text) if link.kind == "arxiv")


def web_url(address: str) -> tuple[str, SplitResult] | None:
    """Return the normalised URL of an address, which may lack its scheme, whole and in parts; None if it is invalid."""
    try:
        url = normalise(address if "://" in address else f"https://{address.lstrip('/')}")
        return url, split(url)
    except InvalidURLError:
        return None
