"""What the terminal says, in English and Chinese: by the language of the environment."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.models.reason import Language


def language() -> Language:
    """Return the language of the environment, as POSIX says: LC_ALL, then LC_MESSAGES, then LANG; else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(key: str, **values: object) -> str:
    """Return a text of `data/command_texts.toml` with its values; `one` is the English text for `n = 1`."""
    row, name = texts()[key], language()
    return row["one" if name == "en" and values.get("n") == 1 and "one" in row else name].format(**values)


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return all texts by key and language; those of a table have the keys `table.name`."""
    table = tomllib.loads(files("crawler").joinpath("data/command_texts.toml").read_text("utf-8"))
    nested = {
        f"{above}.{key}": row for above, below in table.items() if "en" not in below for key, row in below.items()
    }
    return {key: row for key, row in table.items() if "en" in row} | nested
