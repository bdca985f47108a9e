"""Markup as characters and as a tree, at a cost that no page can drive up. Pure."""

from __future__ import annotations

import html
import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

MAX_LINE = 1_000
"""Characters of a title or a name that are kept: no honest one is longer."""

MAX_TAGS = 50_000
"""Opening tags up to which markup is made a tree: several times what honest pages have, and a second of work."""

# What is beyond Unicode is U+FFFD (HTML standard, 13.2.5.80), and Python refuses to count that far.
_OUTSIDE_UNICODE = re.compile("&#(?:[0-9]{8,}|x[0-9a-f]{7,});?", re.IGNORECASE)

_TAG = re.compile("<[a-z!?]", re.IGNORECASE)


class TooMuchMarkupError(ValueError):
    """A page has more tags than it takes to show anything."""


def unescape(text: str) -> str:
    """Return text with its character references decoded."""
    return html.unescape(_OUTSIDE_UNICODE.sub("\ufffd", text) if "&#" in text else text)


def one_line(text: str) -> str:
    """Return what a short text in markup says, as one line that a table can hold."""
    return " ".join(unescape(text[:MAX_LINE]).split())


def parse_html(markup: str) -> BeautifulSoup:
    """Return the tree of a page; raise TooMuchMarkupError for a page that is there to be hard to read."""
    if next(islice(_TAG.finditer(markup), MAX_TAGS, None), None) is not None:
        raise TooMuchMarkupError("more markup than a page has")
    from bs4 import BeautifulSoup

    return BeautifulSoup(markup, "lxml")
