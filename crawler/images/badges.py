"""Pictures that are drawn anew at each view: badges, counts, charts. Notes show them where they are. Pure."""

from __future__ import annotations

import re
import tomllib
from fnmatch import translate
from functools import cache
from importlib.resources import files

from crawler.links.canonical_url import InvalidURLError, hostname, split


def is_badge(url: str) -> bool:
    """Return whether an address is one of those in `data/badges.toml`."""
    try:
        parts = split(url)
        return _badges().match(f"{hostname(parts)}{parts.path}".lower()) is not None
    except InvalidURLError:
        return False


@cache
def _badges() -> re.Pattern[str]:
    table = tomllib.loads(files("crawler").joinpath("data/badges.toml").read_text("utf-8"))
    return re.compile("|".join(map(translate, table["addresses"])))
