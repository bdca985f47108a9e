"""The table of where images stand in notes, besides the syntax of Markdown."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from posixpath import splitext
from typing import Any


@cache
def image_syntax() -> dict[str, Any]:
    """Return `crawler/data/image_syntax.toml` with sets in place of lists."""
    table = tomllib.loads(files("crawler").joinpath("data/image_syntax.toml").read_text("utf-8"))
    return {part: {name: frozenset(values) for name, values in rows.items()} for part, rows in table.items()}


def has_image_ending(url: str) -> bool:
    """Return whether the path of a URL, or of a file, ends like that of an image."""
    path = url.partition("#")[0].partition("?")[0]
    return splitext(path)[1].casefold() in image_syntax()["files"]["endings"]
