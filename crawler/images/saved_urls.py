"""Recognize the URLs of saved images, under whatever base URL they were shown. Pure."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote, urlsplit

from crawler.images.names import NAME, image_stem

_AT_END = re.compile(rf"(?<![^/]){NAME}\Z")
_SHORTEST = len("ab/.png") + 64


def saved_name(url: str) -> str | None:
    """Return the name of a stored image or thumbnail with which the path of a URL ends; None for any other URL."""
    if len(url) < _SHORTEST:
        return None
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    found = _AT_END.search(path)
    return None if found is None else found[0]


def hash_in(name: str) -> str:
    """Return the SHA-256 in the name of a stored image, in that of a thumbnail the one of its original."""
    return image_stem(name).partition("-")[0]


def is_same_place(url: str, other: str) -> bool:
    """Return whether two URLs are the same, or relative paths to the same file in other words."""
    parts, others = urlsplit(url), urlsplit(other)
    if parts.netloc or others.netloc:
        return url == other
    return posixpath.normpath(unquote(parts.path)) == posixpath.normpath(unquote(others.path))
