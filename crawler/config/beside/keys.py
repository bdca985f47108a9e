"""Check the keys of a file of settings: which are allowed beside notes, which types they have, where paths lead."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.config.beside.locations import located
from crawler.config.beside.toml_values import toml_value
from crawler.config.editors import editors
from crawler.config.setting_names import FROM_ENVIRONMENT, RENAMED, default, is_known, nearest_hint
from crawler.config.setting_readers import READERS, SETTING_OF_SECRET
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.config.beside.settings_file import SettingsFile

PATHS = ("NOTES_DIR", "OUTPUT_DIR", "IMAGES_STORE")
"""Settings whose values are folders, in the file relative to it."""

NOT_BESIDE = ("ALLOW_PRIVATE_ADDRESSES", "DASK_SCHEDULER", "HTTP_CACHE", "IMAGES_S3", "OUTPUTS")
"""Settings that who writes notes may not set for who checks them: they reach what notes cannot, or name programs."""

MOST_WORKERS = 16
"""The largest number of processes that the file may start."""

_LONGEST = 60
"""The most characters of a value in a message."""

TYPES: dict[type, str] = {bool: "bool", float: "number", str: "text", list: "texts", dict: "table"}
"""The ends of the keys of their names in messages."""


def is_allowed(name: str) -> bool:
    """Return whether a file beside the notes may set a setting."""
    return name in READERS and not _is_secret(name) and name not in NOT_BESIDE


def allowed_keys() -> list[str]:
    """Return the keys of the file."""
    return [name.lower() for name in READERS if is_allowed(name)]


def file_values(file: SettingsFile) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each setting in a file; raise UserError with its line for one that is wrong."""
    for key, given in file.table.items():
        name = key.upper()
        if key != name.lower() or not is_allowed(name):
            raise UserError(located(file, (key,), _refusal(key)))
        problem = _wrong_type(name, given) or _reach(name, given)
        if problem:
            raise UserError(located(file, (key,), problem))
        yield name, _folder(file, key, given) if name in PATHS and given else given


def _is_secret(name: str) -> bool:
    """Return whether a setting may have a secret, or belongs to one: those are read from the environment."""
    return bool(re.fullmatch(SETTING_OF_SECRET, name)) or (name in FROM_ENVIRONMENT and name not in NOT_BESIDE)


def _refusal(key: str) -> str:
    """Return why a key is not allowed, and what to do."""
    name = key.upper()
    if key == name.lower():
        if _is_secret(name):
            return say("error.beside_secret", name=name)
        if is_known(name):
            return say("error.beside_refused", elsewhere=_elsewhere(name))
        if name in RENAMED:
            return say("error.beside_unknown", meant=say("did_you_mean", name=RENAMED[name].lower()))
    return say("error.beside_unknown", meant=nearest_hint(key, allowed_keys()) or say("error.beside_list"))


def _elsewhere(name: str) -> str:
    return say("error.elsewhere" if name in READERS else "error.elsewhere_option", name=name)


# --- values -----------------------------------------------------------------------------------------------------------


def _wrong_type(name: str, given: Any) -> str | None:
    """Return what is wrong with the type of a value, and a value of the right one; None if nothing is."""
    expected = type_of(name)
    found = _type(given)
    if found is expected and not (expected is list and not all(map(_is_item(name), given))):
        return None
    if name == "WORKERS" and given == "auto":
        return None
    what = say(f"error.type_{'tables' if name == 'OVERRIDES' else TYPES[expected]}")
    return say("error.beside_type", expected=what, given=_shown(given), cure=_cure(name, expected, given))


def _is_item(name: str) -> Any:
    """Return what tells whether a value may be in the list of a setting."""
    return (lambda each: isinstance(each, dict)) if name == "OVERRIDES" else (lambda each: isinstance(each, str))


def type_of(name: str) -> type:
    """Return the type of a setting: that of its default, float for all numbers."""
    found = type(default(name))
    return float if found is int else found


def _type(given: Any) -> type:
    return float if type(given) is int else type(given)


def _cure(name: str, expected: type, given: Any) -> str:
    """Return how a value of the right type is written, the value that was meant if it can be told."""
    if name == "OVERRIDES":
        return say("error.write_overrides")
    meant: Any = default(name)
    if expected is list and isinstance(given, str):
        meant = [word for each in given.split(",") if (word := each.strip())]
    elif expected is str and not isinstance(given, dict | list):
        meant = str(given).lower() if isinstance(given, bool) else str(given)
    elif expected is bool and str(given).lower() in {"true", "false"}:
        meant = str(given).lower() == "true"
    elif expected is float and isinstance(given, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", given):
        meant = float(given) if "." in given else int(given)
    if expected is dict:
        return say("error.write_table", name=name.lower())
    return say("error.write_value", name=name.lower(), value=toml_value(meant))


def _shown(given: Any) -> str:
    """Return a value of the wrong type as a message shows it."""
    if isinstance(given, list):
        return say("error.given_list")
    if isinstance(given, dict):
        return say("error.type_table")
    shown = toml_value(given) if isinstance(given, str | int | float) else say("error.given_time")
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _reach(name: str, given: Any) -> str | None:
    """Return why a value reaches further than notes may; None if it does not."""
    if name == "IMAGES_STORE" and "://" in given:
        return say("error.beside_store", elsewhere=_elsewhere(name))
    if name == "REPORT_EDITOR" and given.strip().lower() not in editors():
        return say("error.beside_editor", valid=", ".join(editors()), elsewhere=_elsewhere(name))
    if name == "WORKERS" and isinstance(given, int | float) and given > MOST_WORKERS:
        return say("error.beside_workers", most=MOST_WORKERS, elsewhere=_elsewhere(name))
    return None


def _folder(file: SettingsFile, key: str, given: str) -> str:
    """Return a folder relative to the file as the command line would have it; raise UserError for one outside."""
    folder = Path(os.path.normpath(file.folder / given)) if given.isprintable() else None
    top = Path(os.path.realpath(file.folder))
    if folder is not None:
        real = Path(os.path.realpath(folder))
        is_below = real.is_relative_to(top) and ".git" not in map(str.lower, real.relative_to(top).parts)
        if is_below and not given.startswith("~"):
            return os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder)
    said = say("error.beside_folder", top=top, value=given, elsewhere=_elsewhere(key.upper()))
    raise UserError(located(file, (key,), said))
