"""The user's settings as values; what cannot be read is said in one line that names the setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import UserError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

MOST = 100_000
"""No number of seconds, days or failures that makes sense is larger."""

LINKS, PICTURES, FACTS = REWRITES = ("links", "pictures", "facts")
"""What can be rewritten in a note."""


def number(settings: BaseSettings, name: str, least: float = 0) -> float:
    """Return a number that is not below `least`."""
    return _number(name, settings[name], least)


def table(settings: BaseSettings, name: str) -> dict[str, float]:
    """Return a table of numbers from 0 up, written as a JSON object on the command line."""
    try:
        values = settings.getdict(name)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: not a JSON object: {settings[name]!r}") from error
    return {key: _number(f"{name}[{key!r}]", value, 0) for key, value in values.items()}


def rewrite(settings: BaseSettings) -> frozenset[str]:
    """Return what may be rewritten in the notes."""
    return frozenset(name.strip() for name in settings.getlist("REWRITE"))


def pace(settings: BaseSettings, host: str) -> float:
    """Return the seconds between two requests to a host."""
    paces = table(settings, "PACE")
    return paces.get(host, paces.get("*", 0))


def check(settings: BaseSettings) -> None:
    """Raise UserError for the first setting that makes no sense, before anything is done."""
    for name in ("PACE", "RECHECK_AFTER"):
        table(settings, name)
    number(settings, "DEAD_AFTER", 1)
    number(settings, "DEAD_SPACING")
    if unknown := rewrite(settings).difference(REWRITES):
        raise UserError(f"REWRITE: cannot rewrite {', '.join(sorted(unknown))}; there are {', '.join(REWRITES)}")
    try:
        settings.getbool("ALLOW_PRIVATE_ADDRESSES")
    except ValueError as error:
        raise UserError("ALLOW_PRIVATE_ADDRESSES: say True or False") from error
    if "://" in settings["IMAGES_STORE"]:
        raise UserError(f"IMAGES_STORE: not a folder: {settings['IMAGES_STORE']}")


def _number(name: str, value: object, least: float) -> float:
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: not a number: {value!r}") from error
    if not least <= found <= MOST:
        raise UserError(f"{name}: must be from {least:g} to {MOST:g}: {value!r}")
    return found
