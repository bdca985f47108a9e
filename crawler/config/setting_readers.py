"""How each setting of the user is read: a value that makes no sense is refused in one line that names the setting."""

from __future__ import annotations

import json
import re
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from crawler.config.setting_names import COMMAND_LINE
from crawler.errors import UserError
from crawler.globs import compile_globs
from crawler.links.canonical_url import InvalidURLError, hostname, literal_address, split
from crawler.models.link import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from crawler.config.plain_settings import SettingsSource

MAX_VALUE = 100_000
"""No number of seconds, days or failures that makes sense is larger."""

MIN_WIDTH = 16
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

FAIL_ON = tuple(verdict.value for verdict in (Verdict.DEAD, Verdict.SUSPECT, Verdict.RESTRICTED, Verdict.MOVED))
"""The verdicts for which a run can be asked to exit with 1 where a link has newly come to them."""

_STATUSES = range(100, 1000)  # 999 is LinkedIn's own


# --- readers: each takes a setting's name, and raises UserError where its value makes no sense ------------------------


def text(settings: SettingsSource, name: str) -> str:
    """Return a text, such as a path or an address."""
    value = settings[name]
    if value is not None and not isinstance(value, str | PathLike):
        raise UserError(f"{name}: not a text: {value!r}")
    return str(value or "")


def secret(settings: SettingsSource, name: str) -> str:
    """Return what must not stand on a command line: everybody on the machine sees it there."""
    if settings.getpriority(name) == COMMAND_LINE:
        raise UserError(f"{name}: a secret, which others see on a command line: set it in the environment")
    return text(settings, name).strip()


def flag(settings: SettingsSource, name: str) -> bool:
    """Return a yes or no."""
    try:
        return settings.getbool(name)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: say True or False, not {settings[name]!r}") from error


def number(settings: SettingsSource, name: str, least: float = 0) -> float:
    """Return a number that is not below `least`."""
    return _number(name, settings[name], least)


def whole_number(settings: SettingsSource, name: str, least: int = 0) -> int:
    """Return a whole number that is not below `least`."""
    found = number(settings, name, least)
    if not found.is_integer():
        raise UserError(f"{name}: not a whole number: {settings[name]!r}")
    return int(found)


def width(settings: SettingsSource, name: str) -> int:
    """Return pixels in which something can be seen, or 0 for none."""
    found = whole_number(settings, name)
    if 0 < found < MIN_WIDTH:
        raise UserError(f"{name}: pixels, at least {MIN_WIDTH}: {settings[name]!r}")
    return found


def word_list(settings: SettingsSource, name: str, known: Collection[str]) -> list[str]:
    """Return words out of those that there are, separated by commas."""
    found = [stripped for word in settings.getlist(name) if (stripped := str(word).strip())]
    if unknown := sorted({*found}.difference(known)):
        raise UserError(f"{name}: no such thing as {', '.join(unknown)}; there are {', '.join(known)}")
    return found


def choice(settings: SettingsSource, name: str, known: Collection[str]) -> str:
    """Return one word out of those that there are."""
    if (found := settings[name]) not in known:
        raise UserError(f"{name}: say {' or '.join(known)}, not {found!r}")
    return str(found)


def download_delays(settings: SettingsSource, name: str = "DOWNLOAD_DELAYS") -> dict[str, float]:
    """Return the seconds between two requests by host, `*` for the rest."""
    return {host if host == "*" else _host(name, host): seconds for host, seconds in _numbers(settings, name).items()}


def days(settings: SettingsSource, name: str) -> dict[str, float]:
    """Return days by verdict, or `kind/verdict`, `*` for the rest."""
    return _numbers(settings, name)


def check_recheck_names(names: Iterable[str], kinds: Collection[str]) -> None:
    """Raise UserError for a name in RECHECK_AFTER with a verdict or a kind that there is none of."""
    for key in names:
        kind, slash, verdict = key.rpartition("/")
        if key != "*" and (verdict not in list(Verdict) or (slash and kind not in kinds)):
            known = f"of the verdicts {', '.join(Verdict)} and the kinds {', '.join(kinds)}"
            raise UserError(f"RECHECK_AFTER[{key!r}]: neither verdict nor kind/verdict, {known}")


def statuses(settings: SettingsSource, name: str) -> dict[str, frozenset[int]]:
    """Return HTTP statuses by shell-like pattern of a host."""
    found = {}
    for host, given in _object(settings, name).items():
        listed = given if isinstance(given, list | tuple) else [given]
        if not all(isinstance(status, int) and status in _STATUSES for status in listed):
            raise UserError(f"{name}[{host!r}]: not a list of HTTP statuses: {given!r}")
        found[_host(name, host)] = frozenset(listed)
    return found


def globs(settings: SettingsSource, name: str) -> re.Pattern[str]:
    """Return a pattern that URLs match which are not to be looked at; a list may be written as JSON, too."""
    given = settings[name]
    if isinstance(given, str) and given.startswith("["):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise UserError(f"{name}: not a JSON list: {given!r}") from error
    else:
        given = settings.getlist(name)
    return compile_globs(str(glob).strip() for glob in given)


def store_location(settings: SettingsSource, name: str) -> str:
    """Return where pictures are kept: somewhere that notes can point to."""
    found = text(settings, name)
    scheme, apart, _ = found.partition("://")
    if not apart or scheme == "file":
        return found
    if scheme not in STORES:
        raise UserError(f"{name}: a folder, {', '.join(f'{store}://' for store in STORES)}, not {found}")
    if not settings["IMAGES_BASE_URL"]:
        raise UserError(f"{name}: where can the pictures in {found} be seen? Set IMAGES_BASE_URL")
    return found


def contact(settings: SettingsSource, name: str) -> str:
    """Return a web page or a mail address; empty for none."""
    found = text(settings, name).strip()
    if found and (not re.fullmatch(r"[!-~]+", found) or not re.match(r"https?://.|mailto:.|[^@:]+@[^@:]+$", found)):
        raise UserError(f"{name}: neither a web page nor a mail address: {found!r}")
    return found


READERS: Mapping[str, Callable[[SettingsSource, str], object]] = {
    "NOTES_DIR": text,
    "OUTPUT_DIR": text,
    "DATABASE_URL": text,
    "HTTP_CACHE": text,
    "IMAGES_STORE": store_location,
    "IMAGES_BASE_URL": text,
    "IMAGES_WEBP_WIDTH": width,
    "IMAGES_MAX_MB": number,
    "VIDEOS_MAX_MB": number,
    "IMAGES_MAX_RUN_MB": number,
    "REWRITE": partial(word_list, known=REWRITES),
    "ALLOW_PRIVATE_ADDRESSES": flag,
    "EXCLUDE_URLS": globs,
    "ACCEPTED_STATUSES": statuses,
    "ROBOTS": partial(choice, known=ROBOTS),
    "RUN_TIMEOUT": number,
    "WORKERS": partial(whole_number, least=1),
    "LEASE_SECONDS": partial(number, least=1),
    "FAIL_ON": partial(word_list, known=FAIL_ON),
    "USER_AGENT_CONTACT": contact,
    "GITHUB_TOKEN": secret,
    "SEMANTIC_SCHOLAR_API_KEY": secret,
    "RECHECK_AFTER": days,
    "DEAD_AFTER": partial(whole_number, least=1),
    "DEAD_MIN_INTERVAL_DAYS": number,
    "DOWNLOAD_DELAYS": download_delays,
    "API_TIMEOUT": partial(number, least=0.1),
}
"""How each of the user's own settings is read."""


def _host(name: str, key: str) -> str:
    """Return a host, or a pattern of hosts, as links have it; raise UserError for anything more than a host."""
    found = key.strip().lower().rstrip(".")
    if not found or (re.search(r"[\s/:@#%]", found) and literal_address(found) is None):
        raise UserError(f"{name}[{key!r}]: a host alone, without scheme, port and path, such as mp.weixin.qq.com")
    try:
        return found if found.isascii() else hostname(split(f"//{found}"))
    except InvalidURLError as error:
        raise UserError(f"{name}[{key!r}]: {error}") from error


def _numbers(settings: SettingsSource, name: str) -> dict[str, float]:
    return {key: _number(f"{name}[{key!r}]", value, 0) for key, value in _object(settings, name).items()}


def _object(settings: SettingsSource, name: str) -> dict[str, Any]:
    try:
        return settings.getdict(name)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: not a JSON object: {settings[name]!r}") from error


def _number(name: str, value: object, least: float) -> float:
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: not a number: {value!r}") from error
    if not least <= found <= MAX_VALUE:
        raise UserError(f"{name}: must be from {least:g} to {MAX_VALUE:g}: {value!r}")
    return found
