"""Escape a URL for the place in a note where it is written, so that Markdown and HTML read the same URL. Pure."""

from __future__ import annotations

import html
import re

from crawler.models.notes.note import Syntax

_PLAIN_YAML = re.compile(r"[A-Za-z0-9./_~](?:[^,\[\]]*[^,\[\]:])?")
"""A value that needs no quotes, also in a list in brackets."""

_DEFINITION = re.compile(rb"[ \t>]*\[[^\]\n]+\]:[ \t]*+(?:(?:\r\n?|\n)[ \t]*+)?")


def escape_for_syntax(url: str, syntax: Syntax, before: bytes, after: bytes) -> str:
    """Return a URL escaped for what it is written in, of Markdown with these bytes of the note before and after it."""
    match syntax:
        case Syntax.ATTRIBUTE:
            return html.escape(url)
        case Syntax.UNQUOTED:
            return f'"{html.escape(url)}"'
        case Syntax.SET:
            return html.escape(_percent(percent_encode(url), ","))
        case Syntax.STYLE:
            return html.escape(_percent(percent_encode(url), "['()]"))
        case Syntax.STYLE_SHEET:
            return _percent(percent_encode(url), "['()]")
        case Syntax.STRING:
            return _percent(percent_encode(url), "'")
        case Syntax.PLAIN:
            written = _percent(percent_encode(url), "'")
            return written if _PLAIN_YAML.fullmatch(written) else f'"{written}"'
        case Syntax.MARKDOWN:
            return _escape_for_markdown(url, before, after)


def _escape_for_markdown(url: str, before: bytes, after: bytes) -> str:
    if before.endswith(b"<") and after.startswith(b">"):
        return _without_entities(url)
    if _is_destination(before):
        if not before.rstrip(b" \t\r\n").endswith(b"]("):
            url = _percent(url, r"[\[\]]")  # what follows the URL may make it plain text
        return _without_entities(url if _has_balanced_parentheses(url) else _percent(url, "[()]"))
    return escape_bare_url(url)


def _is_destination(before: bytes) -> bool:
    """Return whether a URL after these bytes is the destination of a link or of a reference definition.

    The destination of a definition may be on the line after its label (CommonMark 0.31, 4.7).
    """
    if before.rstrip(b" \t\r\n").endswith(b"]("):
        return True
    lines = before.rsplit(b"\n", 2)[-2:]
    return any(_DEFINITION.fullmatch(b"\n".join(lines[first:])) for first in range(len(lines)))


def escape_bare_url(url: str) -> str:
    """Return a URL for running text, encoded so that an autolink takes all of it (GFM 6.9)."""
    if "?" in url and "#" not in url:  # if encoded, empty parameters would join the last value or the path
        url = url.rstrip("&")
        url = url.removesuffix("?") if url.count("?") == 1 else url
    return _percent(_percent(_without_entities(url), r"[*'()\[\]]"), r"[?!.,:;_~&]+\Z")


def percent_encode(url: str) -> str:
    """Return a URL with the characters encoded that RFC 3986 excludes: white space, controls, quotes, non-ASCII."""
    return _percent(url, r"""[^\x21-\x7e]|["<>\\^`{|}]""")


def _without_entities(url: str) -> str:
    """Return a URL in which Markdown finds no character reference, as in the query `?a=1&copy;`."""
    return re.sub(r"(&#?[0-9A-Za-z]+);", r"\1%3B", url)


def _percent(url: str, pattern: str) -> str:
    return re.sub(pattern, lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)


def _has_balanced_parentheses(url: str) -> bool:
    """Return whether the parentheses of a URL are balanced, as a destination needs them (CommonMark 0.31, 6.3)."""
    depth = 0
    for character in url:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0
