"""URLs of pictures that sites show in place of those that are gone or must not be linked to. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from crawler.globs import compile_globs


def is_placeholder_url(url: str) -> bool:
    """Return whether the target of an image's redirect is such a picture (`data/placeholder_images.toml`)."""
    parts = urlsplit(url)
    return _known().fullmatch(f"{(parts.hostname or '')}{parts.path}") is not None


@cache
def _known() -> re.Pattern[str]:
    table = tomllib.loads(files("crawler").joinpath("data/placeholder_images.toml").read_text("utf-8"))
    return compile_globs(table["targets"], re.IGNORECASE)
