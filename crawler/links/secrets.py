"""Mask the secrets in URLs: names and passwords before the host, and tokens in the query. Pure.

A URL is requested as it is written. Everything that shows URLs or texts with URLs masks them: files of OUTPUT_DIR, log,
terminal. Notes, their copies, their diffs and the journal that undoes edits have them as they are, and so has the link
database, which requests them.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from json import JSONEncoder
from typing import Any

from crawler.text import visible

MASK = "***"

_JSON = JSONEncoder(ensure_ascii=False)
_COMPACT = JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_USER = re.compile(r"((?:^|[:\s(\[=])[/\\]{2,})[^\s/\\?#<>]+@")
_ENCODED_USER = re.compile(r"(%3A%2F%2F)(?:(?!%2F|%3F|%23)[^\s&/?#<>])+%40", re.IGNORECASE)


def masked(text: str) -> str:
    """Return a URL, or a text with URLs, with `***` in place of each secret."""
    if "@" in text:
        text = _USER.sub(rf"\1{MASK}@", text)
    if "=" in text:
        text = _parameters().sub(rf"\1{MASK}", text)
    return _ENCODED_USER.sub(rf"\1{MASK}%40", text) if "%40" in text else text


def masked_json(value: Any, *, compact: bool = False) -> str:
    """Return a value as JSON with all its texts masked, invisible characters escaped; `compact` leaves out blanks."""
    encode = (_COMPACT if compact else _JSON).encode
    text = encode(value)
    may_have_secrets = "@" in text or "=" in text or "%40" in text  # JSON has them as they are
    return visible(encode(masked_values(value)) if may_have_secrets else text)


def masked_values(value: Any) -> Any:
    """Return a JSON value with all its texts masked."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: masked_values(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked_values(each) for each in value]
    return value


@cache
def _parameters() -> re.Pattern[str]:
    table = tomllib.loads(files("crawler").joinpath("data/secret_parameters.toml").read_text("utf-8"))
    any_value, long_values = ("|".join(map(re.escape, table[name])) for name in ("names", "names_of_long_values"))
    value, equals = r"[^\s&#<>\"']", "(?:=|%3D)"
    named = rf"(?:{any_value}){equals}(?={value})|(?:{long_values}){equals}(?={value}{{16}})"
    return re.compile(rf"((?:[?&;#]|%3F|%26)(?:{named})){value}+", re.IGNORECASE)
