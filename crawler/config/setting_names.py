"""The names of settings: which there are, which one was meant by a slip, and who gave a setting its value."""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crawler.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from crawler.config.plain_settings import SettingsSource

logger = logging.getLogger(__name__)

RENAMED = {
    "ACCEPT": "ACCEPTED_STATUSES",
    "DEAD_SPACING": "DEAD_MIN_INTERVAL_DAYS",
    "EXCLUDE": "EXCLUDE_URLS",
    "IMAGES_RUN_MB": "IMAGES_MAX_RUN_MB",
    "LEASE": "LEASE_SECONDS",
    "PACE": "DOWNLOAD_DELAYS",
    "TIME_BUDGET": "RUN_TIMEOUT",
}
"""Settings by the name that they had in the last release; the old names work in this one."""

FROM_ENVIRONMENT = ("DATABASE_URL", "GITHUB_TOKEN", "SEMANTIC_SCHOLAR_API_KEY")
"""Settings that `crawler/settings.py` takes from variables of the same name."""

COMMAND_LINE = 40
"""The priority of a setting that was given on the command line: Scrapy's `SETTINGS_PRIORITIES["cmdline"]`."""

LIKELY = 85
"""Similarity (0 to 100) from which a name in somebody's own settings module is a slip, and no setting of their own."""

_DEFAULTS = "crawler.settings"
_MIN_SIMILARITY = 40
"""Similarity from which a name is offered at all."""

# What Scrapy sets itself, from its environment, and reads without a default.
_UNDECLARED = frozenset({"CHECK", "PROJECT", "PYTHON_SHELL", "SETTINGS_MODULE", "MEDIA_ALLOW_REDIRECTS"})


def closest_name(word: str, known: Iterable[str], least: float = _MIN_SIMILARITY) -> str | None:
    """Return the name that was most likely meant."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=least)
    return None if found is None else str(found[0])


def refuse_unknown(settings: SettingsSource, ours: Collection[str]) -> None:
    """Raise UserError for a setting on the command line that there is none of, and for a slip in a settings module.

    A settings module may have settings for components of its own: only what is nearly one of ours is a slip there.
    """
    known = {*_names(_defaults()), *_UNDECLARED, *ours}
    if known.issuperset(settings):
        return
    from scrapy.settings import default_settings

    known |= _names(default_settings)
    for name in sorted(set(settings) - known):
        if settings.getpriority(name) != COMMAND_LINE:
            meant = closest_name(name, ours, LIKELY)
        elif name not in _names(_module(settings)):
            meant = closest_name(name, (*ours, *sorted(known))) or f"one of {', '.join(ours)}"
        else:
            continue
        if meant is not None:
            raise UserError(f"{name}: no such setting; did you mean {meant}?")


def apply_old_names(settings: SettingsSource) -> None:
    """Move values that were given under old names of settings to the new names, with one warning for each.

    A value that was given under the new name stays, unless the old name has a higher priority.
    """
    for old, new in RENAMED.items():
        priority = settings.getpriority(old)
        if priority is None:
            continue
        given = settings.getpriority(new) or 0
        if given < priority or (given == priority and settings[new] == default(new)):
            settings.set(new, settings[old], priority=priority)
        settings.delete(old, priority=priority)
        if not settings["_PARENT_PIPE"]:  # its parent has warned
            logger.warning("%s: renamed to %s; the old name works in this release", old, new)


def default(name: str) -> Any:
    """Return the value of a setting that nobody has set."""
    return "" if name in FROM_ENVIRONMENT else getattr(_defaults(), name)


def value_source(settings: SettingsSource, name: str) -> str:
    """Say where a setting's value came from."""
    if settings.getpriority(name) == COMMAND_LINE:
        return "command line"
    if name in FROM_ENVIRONMENT and os.environ.get(name) and settings[name] == os.environ[name]:
        return "environment"
    if (module := _module(settings)) is not _defaults() and getattr(module, name, default(name)) != default(name):
        return str(module.__name__)
    return "default"


def _module(settings: SettingsSource) -> Any:
    """Return the settings module in use: ours, or one that the user named in scrapy.cfg or the environment."""
    return import_module(settings.get("SETTINGS_MODULE") or _DEFAULTS)


def _defaults() -> Any:
    """Import our own when they are needed: they read the environment."""
    return import_module(_DEFAULTS)


@cache
def _names(module: Any) -> frozenset[str]:
    return frozenset(name for name in vars(module) if name.isupper())
