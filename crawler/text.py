"""One-line forms of texts and exceptions. Pure."""

from __future__ import annotations

import re

MAX_ERROR = 200
"""Characters of an exception's description."""


# Bidi controls (UAX 9) and characters without width, but for the joiners, which scripts and emoji need.
INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""Characters that change or hide what a reader sees of a text, as ranges of a regular expression."""

# As in crawler/data/reasons.toml, which has them in Chinese. The class that is derived comes first.
_DESCRIPTIONS = {
    "ConnectTimeout": "timed out",
    "ConnectTimeoutError": "timed out",
    "ReadTimeoutError": "timed out",
    "Timeout": "timed out",
    "TimeoutError": "timed out",
    "ConnectionRefusedError": "connection refused",
    "ConnectionResetError": "connection reset",
    "gaierror": "name lookup failed",
    "NameResolutionError": "name lookup failed",
    "SSLError": "TLS error",
    "ConnectionError": "connection failed",
    "NewConnectionError": "connection failed",
    "MaxRetryError": "connection failed",
    "ProtocolError": "connection failed",
    "JSONDecodeError": "malformed response",
}
_CLASS_NAME = re.compile(r"(?<!\w)(?<!\w\.)(?:\w++\.)*\w*(?:Error|Exception)\b(?:\(\)|: *)?")

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but tabs and line feeds


def visible(text: str) -> str:
    r"""Return a text with invisible characters as `\u202e`; in JSON that is the same text."""
    return text if text.isascii() else _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def escaped(text: str) -> str:
    r"""Return a text of lines without what moves the cursor of a terminal: `\x1b` in place of an escape character."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", visible(text))


def without_nul(text: str) -> str:
    """Return a text without the character that PostgreSQL does not store."""
    return text.replace("\0", "")


def collapse_whitespace(text: str) -> str:
    """Return a text with each run of white space (line breaks included) as one blank, and none at its ends."""
    return " ".join(text.split())


def describe_os_error(error: OSError) -> str:
    """Return `file: cause` of an error of the operating system; of a draft that cannot replace a file, the file."""
    return f"{error.filename2 or error.filename or 'outputs'}: {error.strerror or error}"


def describe_error(error: BaseException) -> str:
    """Return what an exception says, on one line of at most MAX_ERROR characters, without the names of classes.

    Those of connections have long messages that name objects of the program; they are described by their class.
    """
    names = (each.__name__ for each in type(error).__mro__)
    known = next((_DESCRIPTIONS[name] for name in names if name in _DESCRIPTIONS), None)
    return known or without_class_names(str(error))[:MAX_ERROR] or "unexpected error"


def without_class_names(text: str) -> str:
    """Return the message of an exception on one line, without the names of classes in it."""
    return _CLASS_NAME.sub("", collapse_whitespace(text)).strip()
