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
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from crawler.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = "***"

_JSON = JSONEncoder(ensure_ascii=False)
_COMPACT = JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_USER = re.compile(r"((?:^|[:\s(\[=\"'<>,;|{])[/\\]{2,})[^\s/\\?#<>]+@")
_COLON_SLASHES, _AT, _END = "%(?:25)*3A(?:%(?:25)*2F){2}", "%(?:25)*40", "%(?:25)*(?:2F|3F|23)"
_ENCODED_USER = re.compile(rf"({_COLON_SLASHES})(?:(?!{_END})[^\s&/?#<>])+({_AT})", re.IGNORECASE)


def masked(text: str) -> str:
    """Return a URL, or a text with URLs, with `***` in place of each secret."""
    if not _may_have_secrets(text):
        return text
    if "@" in text:
        text = _USER.sub(rf"\1{MASK}@", text)
    text = _parameters().sub(rf"\1{MASK}", text)
    if "%" in text:
        text = _encoded_parameters().sub(_masked_if_secret, text)
    for mark, pattern in _paths():
        if mark in text:
            text = pattern.sub(rf"\1{MASK}", text)
    return _ENCODED_USER.sub(rf"\1{MASK}\2", text) if "40" in text else text


def masked_json(value: Any, *, compact: bool = False) -> str:
    """Return a value as JSON with all its texts masked, invisible characters escaped; `compact` leaves out blanks."""
    encode = (_COMPACT if compact else _JSON).encode
    text = encode(value)
    if _may_have_secrets(text) and (shown := masked_values(value)) != value:  # JSON has these characters as they are
        text = encode(shown)
    return visible(text)


def masked_values(value: Any) -> Any:
    """Return a JSON value with all its texts masked."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: masked_values(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked_values(each) for each in value]
    return value


def masked_xml(text: str) -> str:
    """Return a text for XML, its markup not yet escaped: masked, and a blank for each character that XML forbids."""
    return _not_xml().sub(" ", visible(masked(text)))


@cache
def _not_xml() -> re.Pattern[str]:
    return re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # XML 1.0, 2.2


_VALUE = "(?:[^\\s&#<>\"']|'(?=[\\w%]))"
_BEFORE = r"(?:[?&;#~]|\\u0026|%(?:25)*(?:3F|26|23|3B|7E))"
_EQUALS = rf"(?:\[\w*\]|%5B\w*%5D)?(?:=|%(?:25)*3D)(?={_VALUE})"
_SEPARATOR = r"(?:[-._]|%2D|%5F)"


@cache
def hiding_places() -> str:
    """Return a regular expression, of RE2 too, that matches every text that may have a secret."""
    return "|".join(["@", "=", "%(?:25)*(?:40|3[Dd])", *(re.escape(each["mark"]) for each in _table()["paths"])])


@cache
def _finder() -> Callable[[str], re.Match[str] | None]:
    return re.compile(hiding_places()).search


def _may_have_secrets(text: str) -> bool:
    return _finder()(text) is not None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/secret_parameters.toml").read_text("utf-8"))


@cache
def _parameters() -> re.Pattern[str]:
    any_value, long_values, endings = (
        "|".join(name[0].replace("_", _SEPARATOR) + name[1:].replace("_", f"{_SEPARATOR}?") for name in _table()[key])
        for key in ("names", "names_of_long_values", "endings_of_long_values")
    )
    is_long = rf"(?={_VALUE}{{16}}|(?={_VALUE}*?\d){_VALUE}{{8}})"
    long_name = rf"(?:{long_values}|[\w.\-]{{1,40}}?(?:{endings}))"
    secret = rf"(?:{any_value}){_EQUALS}|{long_name}{_EQUALS}{is_long}"
    return re.compile(rf"({_BEFORE}(?:{secret})){_VALUE}+", re.IGNORECASE)


@cache
def _encoded_parameters() -> re.Pattern[str]:
    """Return a pattern for parameters with a percent-encoding in their names, `to%6ben=`."""
    name = r"[\w.\-]{0,60}%[\w.%\-]{2,120}?"
    return re.compile(rf"(?P<start>{_BEFORE}(?P<name>{name}){_EQUALS})(?P<value>{_VALUE}+)", re.IGNORECASE)


def _masked_if_secret(parameter: re.Match[str]) -> str:
    name = parameter["name"]
    while (decoded := unquote(name)) != name:
        name = decoded
    is_secret = _parameters().fullmatch(f"?{name}={parameter['value']}") is not None
    return f"{parameter['start']}{MASK}" if is_secret else parameter[0]


@cache
def _paths() -> list[tuple[str, re.Pattern[str]]]:
    rest = r"[^\s/?&#<>\"']+(?:/(?=\w{16})[^\s/?&#<>\"']+)*"
    return [(each["mark"], re.compile(rf"({each['before']}){rest}", re.IGNORECASE)) for each in _table()["paths"]]
