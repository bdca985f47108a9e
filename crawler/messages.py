"""What the terminal says, in English and Chinese: by the language of the environment."""

from __future__ import annotations

import math
import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.models.reasons.reason import Language


ERROR = "error."
"""What the keys of texts of errors begin with."""


def language() -> Language:
    """Return the language of the environment, as POSIX says: LC_ALL, then LC_MESSAGES, then LANG; else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(key: str, /, **values: object) -> str:
    """Return a text of `texts` with its values; `one` is the English text for `n = 1`."""
    row, name = (errors() if key.startswith(ERROR) else texts())[key], language()
    return row["one" if name == "en" and values.get("n") == 1 and "one" in row else name].format(**values)


def format_duration(seconds: float) -> str:
    """Return seconds as a short text, rounded up: `40 s`, `12 min`, `2 h 5 min`."""
    if seconds < 100:  # noqa: PLR2004 - `90 s` is read as easily as `2 min`
        return say("duration_seconds", n=math.ceil(seconds))
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return say("duration_hours", h=hours, min=minutes) if hours else say("duration_minutes", n=minutes)


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return the texts of `data/command_texts.toml` by key and language; a key of a table is `table.name`."""
    table = _read("command_texts")
    nested = {
        f"{above}.{key}": row for above, below in table.items() if "en" not in below for key, row in below.items()
    }
    return {key: row for key, row in table.items() if "en" in row} | nested


@cache
def errors() -> dict[str, dict[str, str]]:
    """Return the texts of `data/error_texts.toml`, read when there is an error, by `error.name` and language."""
    return {f"{ERROR}{key}": row for key, row in _read("error_texts").items()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath(f"data/{name}.toml").read_text("utf-8"))
