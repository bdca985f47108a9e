"""Settings for commands that run without Scrapy, with the same interface as Scrapy's."""

from __future__ import annotations

import json
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from crawler.config.setting_names import COMMAND_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

PROJECT = 20
"""The priority of a settings module: Scrapy's `SETTINGS_PRIORITIES["project"]`."""

SCRAPY_DEFAULTS: Mapping[str, Any] = {
    "FEED_STORAGE_FTP_ACTIVE": False,
    "FTP_PASSWORD": "guest",
    "FTP_USER": "anonymous",
    "IMAGES_STORE_GCS_ACL": "",
    "IMAGES_STORE_S3_ACL": "private",
}
"""Scrapy's defaults of the settings of its own that image stores need."""

_TRUE, _FALSE = frozenset({"True", "true"}), frozenset({"False", "false"})


class SettingsSource(Protocol):
    """The part of Scrapy's `BaseSettings` that this project uses; `PlainSettings` implements it, too."""

    def __getitem__(self, name: str, /) -> Any:
        """Return a value; None if it is not set."""

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all settings."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, `default` where there is none."""

    def getbool(self, name: str) -> bool:
        """Return a boolean; raise ValueError for other values."""

    def getlist(self, name: str) -> list[Any]:
        """Return a list, which may be written with commas."""

    def getdict(self, name: str) -> dict[Any, Any]:
        """Return a dictionary, which may be written as JSON."""

    def getpriority(self, name: str) -> int | None:
        """Return the priority of the source of a value; None if it is not set."""

    def set(self, name: str, value: Any, priority: int) -> None:
        """Set a value."""

    def delete(self, name: str, priority: int) -> None:
        """Remove a setting."""


class PlainSettings:
    """The settings of a module, overridden by those of the command line."""

    def __init__(self, module: ModuleType, given: Mapping[str, str]) -> None:
        own = {name: value for name, value in vars(module).items() if name.isupper()}
        self._values = {**own, "SETTINGS_MODULE": module.__name__, **given}
        self._priorities = dict.fromkeys(self._values, PROJECT) | dict.fromkeys(given, COMMAND_LINE)

    @classmethod
    def of_project(cls, given: Mapping[str, str]) -> PlainSettings:
        """Return the settings of the module SCRAPY_SETTINGS_MODULE; raise ImportError if it cannot be imported."""
        return cls(import_module(os.environ["SCRAPY_SETTINGS_MODULE"]), given)

    def __getitem__(self, name: str) -> Any:
        return self._values.get(name, SCRAPY_DEFAULTS.get(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, `default` where there is none."""
        return default if self[name] is None else self[name]

    def getbool(self, name: str) -> bool:
        """Return the boolean of a number, or of the text True or False; raise ValueError for other values."""
        found = self.get(name, default=False)
        try:
            return bool(int(found))
        except ValueError:
            if found not in _TRUE | _FALSE:
                raise
            return found in _TRUE

    def getlist(self, name: str) -> list[Any]:
        """Return a list, which may be written with commas."""
        found = self[name] or []
        return found.split(",") if isinstance(found, str) else list(found)

    def getdict(self, name: str) -> dict[Any, Any]:
        """Return a dictionary, which may be written as JSON."""
        found = self.get(name, {})
        return dict(json.loads(found) if isinstance(found, str) else found)

    def getpriority(self, name: str) -> int | None:
        """Return the priority of the source of a value; None if it is not set."""
        return self._priorities.get(name, 0 if name in SCRAPY_DEFAULTS else None)

    def set(self, name: str, value: Any, priority: int) -> None:
        """Set a value, unless it has one of a higher priority."""
        if priority >= (self.getpriority(name) or 0):
            self._values[name] = value
            self._priorities[name] = priority

    def delete(self, name: str, priority: int) -> None:
        """Remove a setting, unless its priority is higher."""
        if priority >= (self.getpriority(name) or 0):
            self._values.pop(name, None)
            self._priorities.pop(name, None)
