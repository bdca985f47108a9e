"""Recognize images that are generated for each view: badges, counters, charts. Notes keep their URLs. Pure."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.globs import compile_globs
from crawler.links.canonical_url import InvalidURLError, hostname, split

if TYPE_CHECKING:
    import re


@lru_cache(maxsize=1024)  # asked several times while an image is fetched
def is_badge(url: str) -> bool:
    """Return whether a URL matches one of `crawler/data/badges.toml`."""
    try:
        parts = split(url)
        return _badges().match(f"{hostname(parts)}{parts.path}".lower()) is not None
    except InvalidURLError:
        return False


@cache
def _badges() -> re.Pattern[str]:
    table = tomllib.loads(files("crawler").joinpath("data/badges.toml").read_text("utf-8"))
    return compile_globs(table["addresses"])
