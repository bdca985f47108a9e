"""Decode and parse HTML within limits, so that no page can make it slow. Pure."""

from __future__ import annotations

import html
import re
from itertools import islice
from typing import TYPE_CHECKING

from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

MAX_LINE = 1_000
"""Characters of a title or a name that are used; real ones are shorter."""

LARGEST_PAGE = 8 * 1024 * 1024
"""The largest decompressed page that is read whole, in bytes: twice the largest page measured."""

MAX_TAGS = 50_000
"""Opening tags up to which a page is parsed: several times what real pages have, about one second of parsing."""

# Code points beyond Unicode become U+FFFD (HTML standard, 13.2.5.80); `html.unescape` raises for the largest numbers.
_OUTSIDE_UNICODE = re.compile("&#(?:[0-9]{8,}|x[0-9a-f]{7,});?", re.IGNORECASE)

_TAG = re.compile("<[a-z!?]", re.IGNORECASE)


class TooMuchMarkupError(ValueError):
    """A page has more than MAX_TAGS tags."""


def unescape(text: str) -> str:
    """Return a text with its character references decoded."""
    return html.unescape(_OUTSIDE_UNICODE.sub("\ufffd", text) if "&#" in text else text)


def one_line(text: str) -> str:
    """Return a short HTML text on one line: at most MAX_LINE characters, references decoded, white space collapsed."""
    return collapse_whitespace(unescape(text[:MAX_LINE]))


def parse_html(markup: str) -> BeautifulSoup:
    """Return the element tree of a page; raise TooMuchMarkupError if it has more than MAX_TAGS tags."""
    if next(islice(_TAG.finditer(markup), MAX_TAGS, None), None) is not None:
        raise TooMuchMarkupError(f"more than {MAX_TAGS} tags")
    from bs4 import BeautifulSoup

    return BeautifulSoup(markup, "lxml")
