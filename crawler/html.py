"""Decode and parse HTML within limits, so that no page can make it slow. Pure."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
_TAIL = 1_000  # characters at the end of a page in which its end tag may be
_COMMENT = "!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?"


class TooMuchMarkupError(ValueError):
    """A page has more than MAX_TAGS tags."""


def elements(names: Iterable[str], *, whole_tag: bool = False, comments: bool = True) -> str:
    """Return a regular expression for elements with these names up to their end tag or the end of the text.

    It also matches comments, if `comments`; with `whole_tag`, an opening tag counts only if it ends. It ignores case
    with `re.IGNORECASE`. It has one group, and can stand once in a pattern. It goes from `<` to `<` and looks at the
    first character of a tag first: with `.*?`, scripts take ten times as long.
    """
    names = tuple(names)
    first = "".join(sorted({name[0] for name in names})) + ("!" if comments else "")
    tag = rf"({'|'.join(names)})\b{'[^<>]*+>' if whole_tag else ''}"
    element = rf"{tag}[^<]*+(?:<(?!/\1)[^<]*+)*+(?:</\1[^<>]*+>?)?"
    return f"<(?=[{first}])(?:{f'{_COMMENT}|' if comments else ''}{element})"


_INVISIBLE = re.compile(f"{elements(('script', 'style', 'template', 'noscript', 'title'))}|<[^<>]*+>", re.IGNORECASE)


@lru_cache(maxsize=4)  # a page is compared with several things one after the other
def text_of(source: str) -> str:
    """Return the text that HTML shows, without its title, white space collapsed."""
    return collapse_whitespace(unescape(_INVISIBLE.sub(" ", source)))


def beginnings(source: str, size: int) -> Iterator[str]:
    """Yield longer and longer beginnings of a page, cut before a tag: many questions are answered by the first.

    The first has at most `size` characters of the body, the last is the page. The text of each begins that of the next.
    """
    head = max(source.find("<body"), 0)
    while head + size < len(source):
        yield source[: max(source.rfind("<", 0, head + size), 0)]
        size *= 4
    yield source


def has_end(source: str) -> bool:
    """Return whether a page has its end tag near its end."""
    return "</html" in source[-_TAIL:].lower()


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
