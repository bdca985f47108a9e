"""What a stranger's text names: papers on arXiv and repositories on GitHub. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.kinds.registry import all_kinds
from crawler.links.canonical_url import InvalidURLError, normalise, split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.kinds.base import Kind
    from crawler.models.note import Link

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# Addresses in running text: often without scheme, run into the words around them, cut off with dots.
_ADDRESS = re.compile(
    r"(?:https?://|(?<![A-Za-z0-9.@_/=%-])(?=(?:[a-z]+\.)?(?:arxiv\.org|github\.com)/))"
    r"(?:(?!https?://)[A-Za-z0-9._~/?#&=%+:@-])++(?!…)",
    re.IGNORECASE,
)
_TRAILING = ".:?&=+%@~#-"
_KINDS = ("arxiv", "github")


def named(text: str) -> tuple[Link, ...]:
    """Return the papers and repositories whose addresses stand in a text, once each, in order."""
    found: dict[str, Link] = {}
    kinds = [all_kinds()[name] for name in _KINDS]
    for address in _ADDRESS.findall(_INVISIBLE.sub("", text)):
        if not address.endswith("..") and (link := link_among(address.rstrip(_TRAILING), kinds)) is not None:
            found.setdefault(link.identity, link)
    return tuple(found.values())


def papers(text: str) -> tuple[str, ...]:
    """Return the ids of the papers on arXiv whose addresses stand in a text."""
    return tuple(link.identity for link in named(text) if link.kind == "arxiv")


def link_among(url: str, kinds: Iterable[Kind]) -> Link | None:
    """Return the link of one of these kinds that a stranger's address leads to."""
    try:
        url = normalise(url if "://" in url else f"https://{url.lstrip('/')}")
        parts = split(url)
    except InvalidURLError:
        return None
    return next((link for kind in kinds if (link := kind.recognise(url, parts)) is not None), None)
