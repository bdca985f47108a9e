"""Known images that sites show in place of those that are gone or must not be linked to. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from hashlib import md5
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from crawler.globs import compile_globs


def is_placeholder_url(url: str) -> bool:
    """Return whether the target of an image's redirect is such an image (`crawler/data/placeholder_images.toml`)."""
    parts = urlsplit(url)
    return _known().fullmatch(f"{(parts.hostname or '')}{parts.path}") is not None


def is_placeholder_file(body: bytes) -> bool:
    """Return whether bytes are such an image, as a table of public sources has it; a changed one is another."""
    hashes = _files().get(len(body), ())
    return bool(hashes) and md5(body, usedforsecurity=False).hexdigest() in hashes


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/placeholder_images.toml").read_text("utf-8"))


@cache
def _known() -> re.Pattern[str]:
    return compile_globs(_table()["targets"], re.IGNORECASE)


@cache
def _files() -> dict[int, list[str]]:
    """Return the MD5 of the known files by their size in bytes."""
    found: dict[int, list[str]] = {}
    for each in _table()["files"]:
        found.setdefault(each["bytes"], []).append(each["md5"])
    return found
