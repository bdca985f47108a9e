"""Read the setting OVERRIDES: settings that only hold for some notes, by globs of their paths."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from crawler.config.entry_layouts import entry_layouts
from crawler.config.plain_settings import PlainSettings
from crawler.config.setting_names import nearest_hint
from crawler.config.value_readers import REWRITES, patterns, site_generators, word_list
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.config.plain_settings import SettingsSource

PATHS = "paths"
"""The key of an override with the globs of its notes."""

_SEPARATOR = re.compile(": |：")
"""What is between the place and the rest of a message."""

KEYS: Mapping[str, str] = {
    "entries": "layouts",
    "exclude_urls": "texts",
    "rewrite": "texts",
    "site_generator": "text",
}
"""The settings of an override, and the ends of the keys of what their values are in messages."""


@dataclass(frozen=True, slots=True)
class NoteOverrides:
    """What holds for some notes, by glob of their paths.

    The first glob that matches counts, which is that of the last override; URLs are excluded by all that match.
    """

    layouts: Mapping[str, frozenset[str]]
    generators: Mapping[str, str]
    rewrites: Mapping[str, frozenset[str]]
    excluded: tuple[tuple[str, str], ...]
    """Globs of paths with globs of URLs."""


def note_overrides(settings: SettingsSource, name: str = "OVERRIDES") -> NoteOverrides:
    """Return the overrides; raise UserError for one that cannot hold."""
    by_key: dict[str, dict[str, Any]] = {key: {} for key in KEYS}
    excluded = set()
    for at, row in reversed(list(enumerate(_rows(settings[name], name)))):
        globs = _globs(row, f"{name}[{at}]")
        for key in row.keys() & KEYS.keys():
            value = _value(row, key, f"{name}[{at}].{key}")
            for glob in globs:
                by_key[key].setdefault(glob, value)
            if key == "exclude_urls":
                excluded |= {(glob, url) for glob in globs for url in value}
    return NoteOverrides(by_key["entries"], by_key["site_generator"], by_key["rewrite"], tuple(sorted(excluded)))


def globs_of_paths(pattern: str) -> Iterator[str]:
    """Yield the globs for a pattern of paths, as `fnmatch` has them: `*` matches `/`, and a folder all that is in it.

    `**/` matches no folder as well.
    """
    path = pattern.removeprefix("./").lstrip("/")
    variants = {path, path.replace("/**/", "/")}
    variants |= {each.removeprefix("**/") for each in variants}
    for each in sorted(variants):
        yield each.rstrip("/")
        yield f"{each.rstrip('/')}/*"


def _rows(given: Any, name: str) -> list[dict[str, Any]]:
    if isinstance(given, str):
        try:
            given = json.loads(given or "[]")
        except ValueError as error:
            raise UserError(say("error.not_json_list", name=name, value=given)) from error
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise UserError(say("error.not_tables", name=name))
    return given


def _globs(row: Mapping[str, Any], place: str) -> list[str]:
    """Return the globs of an override, and check its keys."""
    paths = row.get(PATHS)
    if paths is None or not _is_list(paths) or not all(path.strip("/. ") for path in paths) or not paths:
        raise UserError(say("error.override_globs", place=place, name=PATHS, written=PATHS))
    if wrong := next((path for path in paths if path.startswith("!")), None):
        raise UserError(say("error.override_negated", place=place, name=PATHS, value=wrong))
    for key in row.keys() - {PATHS, *KEYS}:
        valid = ", ".join(KEYS)
        raise UserError(say("error.override_key", place=place, key=key, valid=valid, meant=nearest_hint(key, KEYS)))
    if row.keys() == {PATHS}:
        raise UserError(say("error.override_empty", place=place, valid=", ".join(KEYS)))
    return list(dict.fromkeys(glob for path in paths for glob in globs_of_paths(path)))


def _is_list(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(each, str) for each in given)


def _value(row: Mapping[str, Any], key: str, place: str) -> Any:
    """Return the value of a setting, read as the setting of that name is."""
    given, is_text = row[key], isinstance(row[key], str)
    if not (_is_list(given) or is_text) or is_text != (key == "site_generator" or (key == "entries" and is_text)):
        raise UserError(say("error.override_type", place=place, expected=say(f"error.type_{KEYS[key]}")))
    name, by_path = key.upper(), key in {"entries", "site_generator"}
    source = PlainSettings(ModuleType("override"), {name: {"*": given} if by_path else given})  # type: ignore[dict-item]
    try:
        if key == "entries":
            return entry_layouts(source).globs["*"]
        if key == "site_generator":
            return site_generators(source, name).globs["*"]
        if key == "rewrite":
            return frozenset(each for word in word_list(source, name, REWRITES) for each in REWRITES[word])
        return patterns(source, name)
    except UserError as error:
        said = _SEPARATOR.split(str(error), maxsplit=1)[-1]
        raise UserError(say("error.at", place=place, error=said)) from error
