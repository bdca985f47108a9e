"""Find the line of a key in a TOML file, and put it in front of messages. Pure."""

from __future__ import annotations

import ast
import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.config.beside.settings_file import SettingsFile

Key = str | int
"""A key of a table, or an index of an array."""

LONGEST = 200
"""The most lines of a statement in which a key is searched."""

_BEGINNING = re.compile(r"([A-Z0-9_]+)((?:\[[^\[\]]*+\])*+)(?:\.(\w+))?")


def line_of(file: SettingsFile, path: Sequence[Key]) -> int:
    """Return the line on which a key of the settings is written, the nearest above it that can be found, or 1."""
    lines = file.text.split("\n")
    for length in range(len(path), 0, -1):
        if (found := _line_of(lines, (*file.prefix, *path[:length]))) is not None:
            return found
    return 1


def located(file: SettingsFile, path: Sequence[Key], said: str) -> str:
    """Return a message with file, line and key in front."""
    key = "".join(f"[{each!r}]" if at else str(each) for at, each in enumerate(path))
    return f"{file.shown}:{line_of(file, path)}: {key}: {said}"


def locate_message(file: SettingsFile, message: str) -> str:
    """Return a message that begins with the name of a setting with file, line and key in front of it."""
    found = _BEGINNING.match(message)
    if found is None:
        return message
    path: list[Key] = [found[1].lower()]
    for each in re.findall(r"\[([^\[\]]*)\]", found[2]):
        try:
            key = ast.literal_eval(each)
        except (SyntaxError, ValueError):
            break
        path.append(key if isinstance(key, int) else str(key))
    if found[3]:
        path.append(found[3])
    return f"{file.shown}:{line_of(file, path)}: {found[1].lower()}{message[len(found[1]) :]}"


def _line_of(lines: Sequence[str], path: Sequence[Key]) -> int | None:
    """Return the line of the statement that defines a path; None if it cannot be told.

    What is above that statement is TOML without the path, and with it TOML with the path: text in the middle of a
    string or of an array is no TOML.
    """
    word = str(next((each for each in reversed(path) if isinstance(each, str)), ""))
    for at, line in enumerate(lines):
        if word not in line or _has(_parsed(lines[:at]), path) is not False:
            continue
        for end in range(at + 1, min(at + LONGEST, len(lines)) + 1):
            if (is_there := _has(_parsed(lines[:end]), path)) is not None:
                if is_there:
                    return at + 1
                break
    return None


def _parsed(lines: Sequence[str]) -> Any:
    try:
        return tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None


def _has(found: Any, path: Sequence[Key]) -> bool | None:
    """Return whether a table has a path; None if there is no table."""
    if found is None:
        return None
    for key in path:
        if isinstance(key, int):
            if not isinstance(found, list) or key >= len(found):
                return False
        elif not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True
