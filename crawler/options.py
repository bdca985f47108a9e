"""The user's settings as values; what cannot be read is said in one line that names the setting."""

from __future__ import annotations

import json
import re
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from crawler.errors import UserError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

MOST = 100_000
"""No number of seconds, days or failures that makes sense is larger."""

LEAST_WIDTH = 16
"""Pixels of a picture in which anything can be seen."""

STORES = ("s3", "gs", "ftp")
"""Where pictures can be kept besides a folder."""

REWRITES: dict[str, tuple[str, ...]] = {
    "links": ("moved", "canonical", "files", "https"),
    "facts": ("authors", "venue", "withdrawn", "stars", "archived"),
    **{
        name: (name,)
        for name in (
            *("moved", "canonical", "files", "https", "pictures", "snapshots", "marks"),
            *("authors", "venue", "withdrawn", "stars", "archived", "license", "article", "missing", "index"),
        )
    },
}
"""What can be rewritten in a note; `links` and `facts` stand for several at once."""

IGNORE, OBEY = ROBOTS = ("ignore", "obey")
"""What can be made of robots.txt."""

_STATUSES = range(100, 1000)  # 999 is LinkedIn's own


def number(settings: BaseSettings, name: str, least: float = 0) -> float:
    """Return a number that is not below `least`."""
    return _number(name, settings[name], least)


def table(settings: BaseSettings, name: str) -> dict[str, float]:
    """Return a table of numbers from 0 up, written as a JSON object on the command line."""
    return {key: _number(f"{name}[{key!r}]", value, 0) for key, value in _object(settings, name).items()}


def rewrite(settings: BaseSettings) -> frozenset[str]:
    """Return what may be rewritten in the notes, each thing by its own name."""
    names = [name for word in settings.getlist("REWRITE") if (name := word.strip())]
    if unknown := sorted({*names}.difference(REWRITES)):
        raise UserError(f"REWRITE: cannot rewrite {', '.join(unknown)}; there are {', '.join(REWRITES)}")
    return frozenset(each for name in names for each in REWRITES[name])


def pace(settings: BaseSettings, host: str) -> float:
    """Return the seconds between two requests to a host."""
    paces = table(settings, "PACE")
    return paces.get(host, paces.get("*", 0))


def accept(settings: BaseSettings) -> dict[str, frozenset[int]]:
    """Return the HTTP statuses that are fine on a host, by shell-like pattern of the host."""
    found = {}
    for host, statuses in _object(settings, "ACCEPT").items():
        listed = statuses if isinstance(statuses, list | tuple) else [statuses]
        if not all(isinstance(status, int) and status in _STATUSES for status in listed):
            raise UserError(f"ACCEPT[{host!r}]: not a list of HTTP statuses: {statuses!r}")
        found[host.lower()] = frozenset(listed)
    return found


def excluded(settings: BaseSettings) -> re.Pattern[str]:
    """Return a pattern that URLs match which are not to be looked at; a list may be written as JSON, too."""
    globs = settings["EXCLUDE"]
    if isinstance(globs, str) and globs.startswith("["):
        try:
            globs = json.loads(globs)
        except ValueError as error:
            raise UserError(f"EXCLUDE: not a JSON list: {globs!r}") from error
    else:
        globs = settings.getlist("EXCLUDE")
    return re.compile("|".join(translate(str(glob).strip()) for glob in globs) or "(?!)")


def user_agent(settings: BaseSettings) -> str:
    """Return who we say that we are, with the contact that the user gave."""
    contact = str(settings["USER_AGENT_CONTACT"]).strip()
    if not contact:
        return str(settings["USER_AGENT"])
    if not re.fullmatch(r"[!-~]+", contact) or not re.match(r"https?://.|mailto:.|[^@:]+@[^@:]+$", contact):
        raise UserError(f"USER_AGENT_CONTACT: neither a web page nor a mail address: {contact!r}")
    return f"{str(settings['USER_AGENT']).removesuffix(')')}; +{contact})"


def check(settings: BaseSettings) -> None:
    """Raise UserError for the first setting that makes no sense, before anything is done."""
    for name in ("PACE", "RECHECK_AFTER"):
        table(settings, name)
    number(settings, "DEAD_AFTER", 1)
    number(settings, "DEAD_SPACING")
    number(settings, "TIME_BUDGET")
    number(settings, "API_TIMEOUT", 0.1)
    number(settings, "LEASE", 1)
    if number(settings, "WORKERS", 1) % 1:
        raise UserError(f"WORKERS: a whole number, not {settings['WORKERS']!r}")
    for name in ("IMAGES_MAX_MB", "VIDEOS_MAX_MB", "IMAGES_RUN_MB"):
        number(settings, name)
    _check_place(str(settings["IMAGES_STORE"] or ""), str(settings["IMAGES_BASE_URL"] or ""))
    if 0 < number(settings, "IMAGES_WEBP_WIDTH") < LEAST_WIDTH:
        raise UserError(f"IMAGES_WEBP_WIDTH: pixels, at least {LEAST_WIDTH}: {settings['IMAGES_WEBP_WIDTH']!r}")
    user_agent(settings)
    excluded(settings)
    accept(settings)
    if settings["ROBOTS"] not in ROBOTS:
        raise UserError(f"ROBOTS: say {' or '.join(ROBOTS)}, not {settings['ROBOTS']!r}")
    rewrite(settings)
    try:
        settings.getbool("ALLOW_PRIVATE_ADDRESSES")
    except ValueError as error:
        raise UserError("ALLOW_PRIVATE_ADDRESSES: say True or False") from error


def _check_place(place: str, base: str) -> None:
    """Raise UserError for a place of pictures that there is none of, or that no note can point to."""
    scheme, apart, _ = place.partition("://")
    if not apart or scheme == "file":
        return
    if scheme not in STORES:
        raise UserError(f"IMAGES_STORE: a folder, {', '.join(f'{name}://' for name in STORES)}, not {place}")
    if not base:
        raise UserError(f"IMAGES_STORE: where can the pictures in {place} be seen? Set IMAGES_BASE_URL")


def _object(settings: BaseSettings, name: str) -> dict[str, Any]:
    try:
        return settings.getdict(name)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: not a JSON object: {settings[name]!r}") from error


def _number(name: str, value: object, least: float) -> float:
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: not a number: {value!r}") from error
    if not least <= found <= MOST:
        raise UserError(f"{name}: must be from {least:g} to {MOST:g}: {value!r}")
    return found
