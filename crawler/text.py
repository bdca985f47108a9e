"""One-line forms of texts and exceptions. Pure."""

from __future__ import annotations

import re

MAX_ERROR = 200
"""Characters of an exception's description."""


# Bidi controls (UAX 9) and characters without width, but for the joiners, which scripts and emoji need.
INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""Characters that change or hide what a reader sees of a text, as ranges of a regular expression."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")


def visible(text: str) -> str:
    r"""Return a text with invisible characters as `\u202e`; in JSON that is the same text."""
    return text if text.isascii() else _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def without_nul(text: str) -> str:
    """Return a text without the character that PostgreSQL does not store."""
    return text.replace("\0", "")


def collapse_whitespace(text: str) -> str:
    """Return a text with each run of white space (line breaks included) as one blank, and none at its ends."""
    return " ".join(text.split())


def describe_os_error(error: OSError) -> str:
    """Return `file: cause` of an error of the operating system."""
    return f"{error.filename or 'outputs'}: {error.strerror or error}"


def describe_error(error: BaseException) -> str:
    """Return `Type: message` of an exception on one line, at most MAX_ERROR characters."""
    return collapse_whitespace(f"{type(error).__name__}: {error}")[:MAX_ERROR]
