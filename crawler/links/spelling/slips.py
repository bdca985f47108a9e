"""Slips in how a URL is written: `&amp;amp;`, full-width characters, punctuation behind it … Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

from crawler.links.canonical_url import InvalidURLError
from crawler.links.spelling.browser_url import browser_url

_BROWSER_URL = re.compile(r"(?P<origin>https?://[^/?]*)(?P<rest>.*)", re.DOTALL)
# All characters beyond ASCII are encoded in the form that is corrected; so are `"`, `<`, `>` and the backslash.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_FULL_STOP = re.compile("[\u3002\uff61](?=[A-Za-z0-9])")
_AMPERSAND = re.compile(r"(?<=[?&])(?:amp(?:;|%3B))+", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_SLASH_FOR_BACKSLASH = re.compile(r"(?<=[A-Za-z0-9])/(?=[_*~])")
_ENCODED_TWICE = re.compile(r"%25(?=[0-9A-Fa-f]{2})")
_FRAGMENT = re.compile(r"%23(?=[A-Za-z][\w.-]*$)")
_MARKS = (
    ".,;:!?'\"*`>|\\\\ \u00a0\u3000"
    "\u2018\u2019\u201c\u201d\u2026\u3001\u3002\u3008-\u3011\uff01\uff0c\uff0e\uff1a\uff1b\uff1f"
)
_TRAILING = re.compile(rf"(?<![{_MARKS}])[{_MARKS}]+\Z")
_BRACKETS = {")": "(", "]": "[", "}": "{", "\uff09": "\uff08", "\u3015": "\u3014"}


def corrections(url: str) -> tuple[str, ...]:
    """Return what may have been meant by a URL that leads nowhere, most likely first; () if nothing looks like a slip.

    `url` is in the form of `browser_url`. Only the part behind the host is corrected: in the name of a host, browsers
    correct such slips themselves.
    """
    match = _BROWSER_URL.match(url)
    if match is None:
        return ()
    corrected = _corrected(match["rest"])
    found = [corrected, _SLASH_FOR_BACKSLASH.sub("", corrected), _FRAGMENT.sub("#", corrected)]
    urls = (_valid(match["origin"] + each) for each in found)
    return tuple(each for each in dict.fromkeys(urls) if each is not None and each != url)


def _corrected(rest: str) -> str:
    """Return path and query with all slips corrected that cannot be meant."""
    rest = _ENCODED_TWICE.sub("%", rest)
    text = _decoded(rest)
    text = _INVISIBLE.sub("", text)
    text = _FULL_STOP.sub(".", text)
    text = _without_end(text)
    text = _FULL_WIDTH.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _AMPERSAND.sub("", _ESCAPE.sub("", text))
    return _without_end(text)


def _without_end(text: str) -> str:
    """Return a text without punctuation at its end, and without closing brackets that it does not open."""
    while True:
        shorter = _TRAILING.sub("", text)
        last = shorter[-1:]
        if last in _BRACKETS and shorter.count(last) > shorter.count(_BRACKETS[last]):
            shorter = shorter[:-1]
        if shorter == text:
            return text
        text = shorter


def _decoded(rest: str) -> str:
    """Return path and query with decoded characters beyond ASCII, and those of ASCII that no URL has."""
    return re.sub(
        r"(?:%[89A-Fa-f][0-9A-Fa-f])+|%5[Cc]|%2[02]|%3[EeCc]|%60|%7[Cc]",
        lambda found: text if "\ufffd" not in (text := unquote(found[0])) else found[0],
        rest,
    )


def _valid(url: str) -> str | None:
    """Return a URL in the form of `browser_url`, with its fragment; None if it is invalid."""
    page, mark, fragment = url.partition("#")
    try:
        return browser_url(page) + mark + quote(fragment, safe="/?:@!$&'()*+,;=%-._~")
    except InvalidURLError:
        return None
