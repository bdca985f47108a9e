"""Fragments of web URLs: which of them name an element of the page, and how a browser compares them with ids. Pure.

The table is `crawler/data/fragments.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, unquote

DIRECTIVE = ":~:"
"""What a browser takes out of a fragment before it looks for an element: what follows searches the text of the page."""

USER_PREFIX = "user-content-"
"""What GitHub, GitLab, Gitea, npm and others put before the ids of headings; their scripts lead the fragment there."""

_ENCODED = "!#$%&'()*+,-./:;=?@[\\]^_{|}~"  # that a browser leaves as it is in a fragment (WHATWG URL, 1.3)
_TOP = "top"


def fragment_in(url: str) -> str:
    """Return the fragment of a URL without a directive for its text; "" if there is none."""
    return url.partition("#")[2].partition(DIRECTIVE)[0].strip()


def element_fragment(url: str) -> str:
    """Return the fragment of a URL if only an element of that name can be meant; "" for any other, and for the top."""
    fragment = fragment_in(url)
    decoded = unquote(fragment)
    if not decoded.strip() or decoded.casefold() == _TOP or "\n" in fragment:
        return ""
    if not set(_table()["characters"]).isdisjoint(decoded) or _patterns().fullmatch(decoded):
        return ""
    return fragment


def names_of(fragment: str) -> tuple[str, str, str]:
    """Return the ids that a fragment leads to: as written, as a browser encodes it, and decoded (HTML, 7.4.6.3)."""
    return fragment, quote(fragment, safe=_ENCODED), unquote(fragment)


@cache
def id_makers() -> re.Pattern[str]:
    """Return a pattern for the scripts that give ids to the headings of a page."""
    return re.compile("|".join(_table()["makers"]), re.IGNORECASE)


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(_table()["patterns"]), re.IGNORECASE)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/fragments.toml").read_text("utf-8"))
