"""What the terminal says, in English and Chinese: by the language of the environment."""

from __future__ import annotations

import math
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


def format_duration(seconds: float) -> str:
    """Return seconds as a short text, rounded up: `40 s`, `12 min`, `2 h 5 min`."""
    if seconds < 100:  # noqa: PLR2004 - `90 s` is read as easily as `2 min`
        return say("duration_seconds", n=math.ceil(seconds))
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return say("duration_hours", h=hours, min=minutes) if hours else say("duration_minutes", n=minutes)


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return all texts by key and language; those of a table have the keys `table.name`."""
    table = tomllib.loads(files("crawler").joinpath("data/command_texts.toml").read_text("utf-8"))
    nested = {
        f"{above}.{key}": row for above, below in table.items() if "en" not in below for key, row in below.items()
    }
    return {key: row for key, row in table.items() if "en" in row} | nested
