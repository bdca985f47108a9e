"""The settings of a command that runs without Scrapy, read as Scrapy reads them."""

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
"""The priority of what a settings module says: Scrapy's `SETTINGS_PRIORITIES["project"]`."""

_TRUE, _FALSE = frozenset({"True", "true"}), frozenset({"False", "false"})


class SettingsSource(Protocol):
    """What this project reads of settings: Scrapy's own, or `PlainSettings`."""

    def __getitem__(self, name: str, /) -> Any:
        """Return a value, None where there is none."""

    def __iter__(self) -> Iterator[str]:
        """Yield the names that have a value."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, `default` where there is none."""

    def getbool(self, name: str) -> bool:
        """Return a yes or no; raise ValueError for anything else."""

    def getlist(self, name: str) -> list[Any]:
        """Return a list, which may be written with commas."""

    def getdict(self, name: str) -> dict[Any, Any]:
        """Return a dictionary, which may be written as JSON."""

    def getpriority(self, name: str) -> int | None:
        """Return the priority of who gave the value."""

    def set(self, name: str, value: Any, priority: int) -> None:
        """Give a setting a value."""

    def delete(self, name: str, priority: int) -> None:
        """Take a setting's value away."""


class PlainSettings:
    """What a settings module says, and above it what the command line says."""

    def __init__(self, module: ModuleType, given: Mapping[str, str]) -> None:
        own = {name: value for name, value in vars(module).items() if name.isupper()}
        self._values = {**own, "SETTINGS_MODULE": module.__name__, **given}
        self._given = frozenset(given)

    @classmethod
    def of_project(cls, given: Mapping[str, str]) -> PlainSettings:
        """Read the module that SCRAPY_SETTINGS_MODULE names; raise ImportError where it cannot be imported."""
        return cls(import_module(os.environ["SCRAPY_SETTINGS_MODULE"]), given)

    def __getitem__(self, name: str) -> Any:
        return self._values.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, `default` where there is none."""
        return default if self[name] is None else self[name]

    def getbool(self, name: str) -> bool:
        """Return a yes or no: a number, or the word True or False."""
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
        """Return the priority of who gave the value."""
        if name in self._given:
            return COMMAND_LINE
        return PROJECT if name in self._values else None

    def set(self, name: str, value: Any, priority: int) -> None:
        """Give a setting a value."""
        self._values[name] = value
        if priority == COMMAND_LINE:
            self._given |= {name}

    def delete(self, name: str, priority: int) -> None:  # noqa: ARG002 - Scrapy's signature
        """Take a setting's value away."""
        self._values.pop(name, None)
        self._given -= {name}
