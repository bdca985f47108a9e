"""Tell which values in front matter are images, by their keys. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from crawler.notes.image_syntax import image_syntax
from crawler.notes.markdown.front_matter import Form, FrontMatter

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(rb"[^\r\n]*+(?:\r\n?|\n|\Z)")
_YAML_KEY = re.compile(
    rb"(?P<indent>[ \t]*+)(?P<dashes>(?:-[ \t]++)*+)"
    rb"(?:(?P<quote>[\"']?)(?P<key>[^\s\"':\#\[\]{},-][^\"':\#\r\n]*+)(?P=quote)[ \t]*+:(?=[ \t\r\n]|\Z))?"
)
_TABLE = re.compile(rb"[ \t]*+\[{1,2}[ \t]*+(?P<key>[^\[\]\r\n]++)\]{1,2}[ \t]*+(?:\#|[\r\n]|\Z)")
_TOML_KEY = re.compile(rb"[ \t]*+(?P<key>[\w.\"'-]++)[ \t]*+=")
_KEY_BESIDE = re.compile(rb"[\[{,]\s*+[\"']?(?P<key>[\w.-]++)[\"']?\s*+[:=]\s*+[\"']?\Z")
_JSON_TOKEN = re.compile(
    rb"\"(?P<string>(?:[^\"\\]|\\.)*+)\"(?P<colon>\s*+:)?|(?P<open>[{\[])|(?P<close>[}\]])", re.DOTALL
)

_LONGEST_KEY = 100
"""Bytes before a value in which its key is on the same line."""

Keys = tuple[str, ...]


class ImageKeys:
    """The keys in front matter: `is_image` tells whether the value at an offset is an image."""

    def __init__(self, data: bytes, found: FrontMatter) -> None:
        self._data = data
        readers = {Form.YAML: _yaml_keys, Form.TOML: _toml_keys, Form.JSON: _json_keys}
        placed = list(readers[found.form](data, found.text_start, found.text_end))
        self._offsets = [offset for offset, _ in placed]
        self._keys = [keys for _, keys in placed]
        self._has_lines = found.form is not Form.JSON

    def is_image(self, offset: int) -> bool:
        """Return whether the value at an offset is an image: by its key, or by that of what it is part of."""
        keys = self._keys_at(offset)
        table = image_syntax()["front_matter"]
        plain = [re.sub(r"[\s_-]", "", name).casefold() for key in keys for name in key.split(".")]
        if not plain:
            return False
        above = plain[:-1] if plain[-1] in table["parts"] else []
        return plain[-1] in table["keys"] or not table["keys"].isdisjoint(above)

    def _keys_at(self, offset: int) -> Keys:
        at = bisect_right(self._offsets, offset) - 1
        if at < 0:
            return ()
        keys = self._keys[at]
        line = max(self._offsets[at], offset - _LONGEST_KEY)
        beside = _KEY_BESIDE.search(self._data, line, offset) if self._has_lines else None
        return (*keys, beside["key"].decode()) if beside else keys


def _yaml_keys(data: bytes, start: int, end: int) -> Iterator[tuple[int, Keys]]:
    """Yield the offset of each line with the keys around it, outermost first."""
    open_keys: list[tuple[int, str]] = []
    for line in _LINE.finditer(data, start, end):
        match = _YAML_KEY.match(data, line.start(), line.end())
        if match is None or match.end() == line.start() == line.end():
            continue
        indent = len(match["indent"])
        is_item = bool(match["dashes"])
        while open_keys and (open_keys[-1][0] > indent or (open_keys[-1][0] == indent and not is_item)):
            open_keys.pop()
        if match["key"]:
            open_keys.append((indent + len(match["dashes"]), match["key"].decode()))
        yield line.start(), tuple(key for _, key in open_keys)


def _toml_keys(data: bytes, start: int, end: int) -> Iterator[tuple[int, Keys]]:
    table: Keys = ()
    key: Keys = ()
    for line in _LINE.finditer(data, start, end):
        if match := _TABLE.match(data, line.start(), line.end()):
            table, key = (match["key"].decode(),), ()
        elif match := _TOML_KEY.match(data, line.start(), line.end()):
            key = (match["key"].decode().strip("\"'"),)
        yield line.start(), (*table, *key)


def _json_keys(data: bytes, start: int, end: int) -> Iterator[tuple[int, Keys]]:
    """Yield the offset of each string that is no key, with the keys around it."""
    open_keys: list[str] = []
    key = ""
    for match in _JSON_TOKEN.finditer(data, start, end):
        if match["colon"]:
            key = match["string"].decode()
        elif match["open"]:
            open_keys.append(key)
            key = "" if match["open"] == b"{" else key
        elif match["close"] and open_keys:
            open_keys.pop()
            key = open_keys[-1] if open_keys else ""
        elif match["string"] is not None:
            yield match.start("string"), tuple(each for each in (*open_keys, key) if each)
