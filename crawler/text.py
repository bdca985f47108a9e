"""One-line forms of texts and exceptions. Pure."""

from __future__ import annotations

MAX_ERROR = 200
"""Characters of an exception's description."""


def collapse_whitespace(text: str) -> str:
    """Return a text with each run of white space (line breaks included) as one blank, and none at its ends."""
    return " ".join(text.split())


def describe_os_error(error: OSError) -> str:
    """Return `file: cause` of an error of the operating system."""
    return f"{error.filename or 'outputs'}: {error.strerror or error}"


def describe_error(error: BaseException) -> str:
    """Return `Type: message` of an exception on one line, at most MAX_ERROR characters."""
    return collapse_whitespace(f"{type(error).__name__}: {error}")[:MAX_ERROR]
