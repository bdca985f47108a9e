"""Set the settings that the environment and the file beside the notes give; the command line comes before both."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.config.beside.keys import file_values
from crawler.config.beside.locations import line_of, locate_message
from crawler.config.beside.settings_file import SettingsFile, find_settings_file
from crawler.config.setting_names import (
    COMMAND_LINE,
    ENVIRONMENT,
    FILE,
    FROM_ENVIRONMENT,
    MIN_TYPO_SIMILARITY,
    closest_name,
    module_source,
)
from crawler.config.setting_readers import READERS
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from crawler.config.plain_settings import SettingsSource

PREFIX = "NOTEMEND_"
"""The beginning of the environment variables that are settings."""


def apply_sources(settings: SettingsSource) -> None:
    """Set what environment and file give; raise UserError for what is wrong there. A second call changes nothing.

    The process of a shard reads no file: it gets the settings of its run.
    """
    _apply_environment(settings)
    if settings["_IS_SHARD"] or settings["_SETTINGS_FILE"] is not None:
        return
    file = _find(settings)
    settings.set("_SETTINGS_FILE", file or False, priority=FILE)
    if file is not None:
        for name, value in file_values(file):
            settings.set(name, value, priority=FILE)
        if settings.getpriority("OVERRIDES") == FILE:
            settings.set("OVERRIDES", _seen_from_notes(settings, file), priority=FILE)


def settings_file(settings: SettingsSource) -> SettingsFile | None:
    """Return the file beside the notes that was read; None if there is none."""
    return settings["_SETTINGS_FILE"] or None


def value_source(settings: SettingsSource, name: str) -> str:
    """Return the source of a value: `command line`, `environment`, file and line, the user's module, or `default`."""
    priority = settings.getpriority(name)
    if priority == COMMAND_LINE:
        return "command line"
    if priority == ENVIRONMENT:
        return "environment"
    file = settings_file(settings)
    if priority == FILE and file is not None:
        return f"{file.shown}:{line_of(file, [name.lower()])}"
    return module_source(settings, name)


def located_error(settings: SettingsSource, error: UserError) -> UserError:
    """Return an error in a setting with the place of that in front: file and line, or the environment variable."""
    message = str(error)
    name = message.partition(":")[0].partition("[")[0]
    file, priority = settings_file(settings), settings.getpriority(name)
    if priority == FILE and file is not None:
        return UserError(locate_message(file, message))
    if priority == ENVIRONMENT:
        return UserError(f"{_variable(name)}{message[len(name) :]}")
    return error


def _find(settings: SettingsSource) -> SettingsFile | None:
    """Return the file nearest to the notes; without a given folder also the one nearest to the working directory."""
    notes = _notes(settings)
    is_given = (settings.getpriority("NOTES_DIR") or 0) >= ENVIRONMENT
    found = find_settings_file(notes) if is_given or notes.is_dir() else None
    return found or (None if is_given else find_settings_file(Path.cwd()))


def _notes(settings: SettingsSource) -> Path:
    """Return the notes folder, which its reader has not checked yet."""
    return Path(os.path.expanduser(str(settings["NOTES_DIR"] or ".")))  # noqa: PTH111 - raises nothing


def _seen_from_notes(settings: SettingsSource, file: SettingsFile) -> list[dict[str, Any]]:
    """Return the overrides of a file, whose paths may begin at the file as well as at the notes folder below it."""
    notes = os.path.realpath(_notes(settings))
    above = f"{Path(os.path.relpath(notes, os.path.realpath(file.folder))).as_posix()}/"
    seen = []
    for row in settings["OVERRIDES"]:
        paths = row.get("paths")
        if isinstance(paths, list) and all(isinstance(path, str) for path in paths):
            starts = (path.removeprefix("./") for path in paths)
            more = [path.removeprefix(above) for path in starts if path.startswith(above)]
            seen.append({**row, "paths": [*paths, *more]})
        else:
            seen.append(row)
    return seen


def _apply_environment(settings: SettingsSource) -> None:
    """Set the settings of environment variables; an empty one counts as not set."""
    for name in READERS:
        if value := os.environ.get(_variable(name)):
            settings.set(name, value, priority=ENVIRONMENT)
    for variable in os.environ:
        name = variable.removeprefix(PREFIX)
        if name != variable and name not in READERS and (meant := closest_name(name, READERS, MIN_TYPO_SIMILARITY)):
            raise UserError(say("error.unknown_variable", name=variable, prefix=PREFIX, meant=meant))


def _variable(name: str) -> str:
    """Return the environment variable of a setting: some have one without PREFIX, too."""
    with_prefix = f"{PREFIX}{name}"
    return name if name in FROM_ENVIRONMENT and not os.environ.get(with_prefix) else with_prefix
