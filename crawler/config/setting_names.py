"""Names of settings: unknown and renamed ones, defaults, and the source of a value."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from crawler.config.plain_settings import SettingsSource

logger = logging.getLogger(__name__)

RENAMED = {
    "ACCEPT": "ACCEPTED_STATUSES",
    "DEAD_SPACING": "DEAD_MIN_INTERVAL_DAYS",
    "EXCLUDE": "EXCLUDE_URLS",
    "IMAGES_RUN_MB": "IMAGES_MAX_RUN_MB",
    "PACE": "DOWNLOAD_DELAYS",
    "TIME_BUDGET": "RUN_TIMEOUT",
}
"""New names of settings by their names in the last release, which still work in this one."""

RENAMED_OUTPUTS = {"pipelines.reports.bibtex": "pipelines.reports.bibliography.output"}
"""New names of modules in OUTPUTS by those in the last release."""

REMOVED = ("LEASE", "LEASE_SECONDS")
"""Settings of the last release that nothing needs any more."""

FROM_ENVIRONMENT = (
    *("DATABASE_URL", "DASK_SCHEDULER", "GITHUB_TOKEN", "SEMANTIC_SCHOLAR_API_KEY"),
    *("WEBDAV_USER", "WEBDAV_PASSWORD", "PICGO_KEY", "WEBHOOK_URL"),
)
"""Settings that are also read from environment variables of the same name, without `NOTEMEND_`."""

FILE, ENVIRONMENT = 22, 24
"""The priorities of settings from the file beside the notes and from the environment: above those of a module."""

COMMAND_LINE = 40
"""The priority of a setting from the command line: Scrapy's `SETTINGS_PRIORITIES["cmdline"]`."""

MIN_TYPO_SIMILARITY = 85
"""Similarity (0 to 100) to one of our names from which an unknown name in a user's settings module is a typo."""

_DEFAULTS = "crawler.settings"
_MIN_SIMILARITY = 40
"""Similarity (0 to 100) from which a name is suggested for an unknown one."""

# Names without a default that Scrapy sets itself or reads.
_UNDECLARED = frozenset({"CHECK", "PROJECT", "PYTHON_SHELL", "SETTINGS_MODULE", "MEDIA_ALLOW_REDIRECTS"})


def closest_name(word: str, known: Iterable[str], min_similarity: float = _MIN_SIMILARITY) -> str | None:
    """Return the most similar known name, ignoring case; None if none reaches `min_similarity` (0 to 100)."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(
        word, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=min_similarity
    )
    return None if found is None else str(found[0])


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """Return the end of a message that names the most similar known name; empty if none is similar."""
    nearest = closest_name(word, known)
    return say("did_you_mean", name=nearest) if nearest else ""


def json_object(settings: SettingsSource, name: str) -> dict[str, Any]:
    """Return the value of a setting that is an object, which may be given as JSON; raise UserError for another."""
    try:
        return settings.getdict(name)
    except (TypeError, ValueError) as error:
        raise UserError(say("error.not_json_object", name=name, value=settings[name])) from error


def refuse_unknown(settings: SettingsSource, ours: Collection[str]) -> None:
    """Raise UserError for an unknown setting on the command line, or a typo in the user's settings module.

    Since a module may have settings for its own components, only names that are similar to `ours` count as typos there.
    """
    known = {*_names(_defaults()), *_UNDECLARED, *ours}
    if known.issuperset(settings):
        return
    from scrapy.settings import default_settings

    known |= _names(default_settings)
    for name in sorted(set(settings) - known):
        if settings.getpriority(name) != COMMAND_LINE:
            meant = closest_name(name, ours, MIN_TYPO_SIMILARITY)
        elif name not in _names(_module(settings)):
            meant = closest_name(name, (*ours, *sorted(known))) or f"one of {', '.join(ours)}"
        else:
            continue
        if meant is not None:
            raise UserError(say("error.unknown_setting", name=name, meant=meant))


def apply_old_names(settings: SettingsSource) -> None:
    """Move the values of old names of settings to the new names, with a warning for each.

    If both names have a value, that of the higher priority is used; at the same priority, that of the new name unless
    it is the default. Settings that are not used any more are removed, with a warning for each.
    """
    for name in REMOVED:
        if (priority := settings.getpriority(name)) is not None:
            settings.delete(name, priority=priority)
            logger.warning("%s: not used any more; remove it", name)
    for old, new in RENAMED.items():
        priority = settings.getpriority(old)
        if priority is None:
            continue
        given = settings.getpriority(new) or 0
        if given < priority or (given == priority and settings[new] == default(new)):
            settings.set(new, settings[old], priority=priority)
        settings.delete(old, priority=priority)
        _warn_of_rename(settings, old, new)
    outputs = settings.getlist("OUTPUTS")
    for old in sorted(RENAMED_OUTPUTS.keys() & set(outputs)):
        outputs[outputs.index(old)] = RENAMED_OUTPUTS[old]
        settings.set("OUTPUTS", outputs, priority=settings.getpriority("OUTPUTS") or 0)
        _warn_of_rename(settings, old, RENAMED_OUTPUTS[old])


def _warn_of_rename(settings: SettingsSource, old: str, new: str) -> None:
    if not settings["_IS_SHARD"]:  # the process of the run has logged it
        logger.warning("%s: renamed to %s; the old name works in this release", old, new)


def default(name: str) -> Any:
    """Return the default of a setting."""
    return getattr(_defaults(), name)


def is_known(name: str) -> bool:
    """Return whether a name is that of a setting of this project or of Scrapy."""
    if name in _names(_defaults()):
        return True
    from scrapy.settings import default_settings

    return name in _names(default_settings)


def module_source(settings: SettingsSource, name: str) -> str:
    """Return the source of a value that no other source gives: the name of the user's module, or `default`."""
    if (module := _module(settings)) is not _defaults() and getattr(module, name, default(name)) != default(name):
        return str(module.__name__)
    return "default"


def _module(settings: SettingsSource) -> Any:
    """Return the settings module in use: ours, or the one in scrapy.cfg or SCRAPY_SETTINGS_MODULE."""
    return import_module(settings.get("SETTINGS_MODULE") or _DEFAULTS)


def _defaults() -> Any:
    """Return our settings module."""
    return import_module(_DEFAULTS)


@cache
def _names(module: Any) -> frozenset[str]:
    return frozenset(name for name in vars(module) if name.isupper())
