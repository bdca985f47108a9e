"""Read and validate the values of settings; an error message begins with the name of the setting."""

from __future__ import annotations

import json
import os
import re
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.config.setting_names import COMMAND_LINE, json_object, nearest_hint
from crawler.errors import UserError
from crawler.globs import compile_globs
from crawler.images.stores import SCHEMES, WITH_OWN_URLS, without_login
from crawler.images.stores.s3_services import read_options
from crawler.links.canonical_url import InvalidURLError, hostname, literal_address, split
from crawler.messages import say
from crawler.models.link import Verdict
from crawler.sites.generators import generator_names
from crawler.sites.generators_by_path import NO_SITE, GeneratorsByPath

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from crawler.config.plain_settings import SettingsSource
    from crawler.images.stores.s3_services import S3Options

MAX_VALUE = 100_000
"""Maximum of all numeric settings: seconds, days, failures, megabytes, pixels."""

MIN_WIDTH = 16
"""Minimum of IMAGES_WEBP_WIDTH in pixels; narrower images show nothing."""

REWRITES: dict[str, tuple[str, ...]] = {
    "links": ("moved", "canonical", "files", "https", "spelling"),
    "facts": ("authors", "venue", "withdrawn", "stars", "archived"),
    **{
        name: (name,)
        for name in (
            *("moved", "canonical", "files", "https", "spelling", "jumps", "pictures", "snapshots", "marks"),
            *("authors", "venue", "withdrawn", "stars", "archived", "license", "article", "missing", "index"),
        )
    },
}
"""Kinds of edits by the names that REWRITE accepts; `links` and `facts` are groups."""

IGNORE, OBEY = ROBOTS = ("ignore", "obey")
"""Values of ROBOTS."""

FAIL_ON = tuple(verdict.value for verdict in (Verdict.DEAD, Verdict.SUSPECT, Verdict.RESTRICTED, Verdict.MOVED))
"""Values of FAIL_ON."""

_STATUSES = range(100, 1000)  # LinkedIn sends 999

# --- readers: each takes the name of a setting, and raises UserError if its value is invalid --------------------------


def text(settings: SettingsSource, name: str) -> str:
    """Return a text, such as a path or a URL."""
    value = settings[name]
    if value is not None and not isinstance(value, str | PathLike):
        raise UserError(say("error.not_text", name=name, value=value))
    return str(value or "")


def folder(settings: SettingsSource, name: str) -> str:
    """Return a folder, in which `~` is a home folder that exists."""
    found = text(settings, name)
    try:
        Path(found).expanduser()
    except (RuntimeError, ValueError) as error:  # no such user, or a name with NUL
        raise UserError(say("error.no_such_user", name=name, user=found.partition("/")[0])) from error
    return found


def secret(settings: SettingsSource, name: str) -> str:
    """Return a secret, which must not be given on the command line, where other users can see it."""
    if settings.getpriority(name) == COMMAND_LINE:
        raise UserError(say("error.secret_on_command_line", name=name))
    return text(settings, name).strip()


def flag(settings: SettingsSource, name: str) -> bool:
    """Return a boolean."""
    try:
        return settings.getbool(name)
    except (TypeError, ValueError) as error:
        raise UserError(say("error.bad_truth_value", name=name, value=settings[name])) from error


def number(settings: SettingsSource, name: str, minimum: float = 0) -> float:
    """Return a number that is not below `minimum`."""
    return _number(name, settings[name], minimum)


def whole_number(settings: SettingsSource, name: str, minimum: int = 0) -> int:
    """Return a whole number that is not below `minimum`."""
    found = number(settings, name, minimum)
    if not found.is_integer():
        raise UserError(say("error.not_whole_number", name=name, value=settings[name]))
    return int(found)


def workers(settings: SettingsSource, name: str) -> int:
    """Return a number of processes, for `auto` that of the processors this process may use."""
    if str(settings[name]).strip().lower() == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return whole_number(settings, name, 1)


def width(settings: SettingsSource, name: str) -> int:
    """Return a width in pixels of at least MIN_WIDTH, or 0."""
    found = whole_number(settings, name)
    if 0 < found < MIN_WIDTH:
        raise UserError(say("error.bad_width", name=name, least=MIN_WIDTH, value=settings[name]))
    return found


def names(settings: SettingsSource, name: str) -> list[str]:
    """Return a list of names, which may be given as text with commas."""
    return _stripped(settings.getlist(name))


def word_list(settings: SettingsSource, name: str, known: Collection[str]) -> list[str]:
    """Return a list of known words."""
    found = names(settings, name)
    if unknown := sorted({*found}.difference(known)):
        raise UserError(say("error.bad_values", name=name, value=", ".join(map(repr, unknown)), valid=", ".join(known)))
    return found


def choice(settings: SettingsSource, name: str, known: Collection[str]) -> str:
    """Return one of the known words."""
    if (found := settings[name]) not in known:
        raise UserError(say("error.bad_value", name=name, value=found, valid=", ".join(known)))
    return str(found)


def download_delays(settings: SettingsSource, name: str = "DOWNLOAD_DELAYS") -> dict[str, float]:
    """Return the seconds between two requests by host; `*` for all others."""
    return {host if host == "*" else _host(name, host): seconds for host, seconds in _numbers(settings, name).items()}


def days(settings: SettingsSource, name: str) -> dict[str, float]:
    """Return days by verdict or `kind/verdict`; `*` for all others."""
    return _numbers(settings, name)


def check_recheck_names(names: Iterable[str], kinds: Collection[str]) -> None:
    """Raise UserError for a name in RECHECK_AFTER with an unknown verdict or kind."""
    for key in names:
        kind, slash, verdict = key.rpartition("/")
        if key != "*" and (verdict not in list(Verdict) or (slash and kind not in kinds)):
            valid = f"verdicts: {', '.join(Verdict)}; kinds: {', '.join(kinds)}"
            raise UserError(say("error.bad_recheck_key", key=key, valid=valid))


def statuses(settings: SettingsSource, name: str) -> dict[str, frozenset[int]]:
    """Return HTTP statuses by host glob."""
    found = {}
    for host, given in json_object(settings, name).items():
        listed = given if isinstance(given, list | tuple) else [given]
        if not all(isinstance(status, int) and status in _STATUSES for status in listed):
            raise UserError(say("error.not_statuses", name=name, host=host, value=given))
        found[_host(name, host)] = frozenset(listed)
    return found


def referers(settings: SettingsSource, name: str) -> dict[str, str]:
    """Return a URL, or "", by host glob."""
    found = {}
    for host, given in json_object(settings, name).items():
        if not isinstance(given, str) or (given and not re.fullmatch(r"https?://[!-~]+", given)):
            raise UserError(say("error.not_url", name=name, host=host, value=given))
        found[_host(name, host)] = given
    return found


def hosts(settings: SettingsSource, name: str) -> re.Pattern[str]:
    """Return a pattern for hosts from a list of host globs."""
    return compile_globs(_host(name, each) for each in patterns(settings, name))


def patterns(settings: SettingsSource, name: str) -> list[str]:
    """Return a list of patterns, which may be given as JSON or as text with commas."""
    given = settings[name]
    if isinstance(given, str) and given.startswith("["):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise UserError(say("error.not_json_list", name=name, value=given)) from error
    else:
        given = settings.getlist(name)
    return _stripped(given)


def globs(settings: SettingsSource, name: str) -> re.Pattern[str]:
    """Return a pattern for whole URLs from a list of globs."""
    return compile_globs(patterns(settings, name))


def store_location(settings: SettingsSource, name: str) -> str:
    """Return the location of the image store: a folder, or a URL, for most stores with IMAGES_BASE_URL set."""
    found = text(settings, name)
    scheme, separator, _ = found.partition("://")
    if not separator or scheme == "file":
        return folder(settings, name)
    shown = without_login(found)
    if scheme not in SCHEMES:
        valid = ", ".join(f"{store}://" for store in SCHEMES)
        raise UserError(say("error.bad_images_store", name=name, value=shown, valid=valid))
    if not settings["IMAGES_BASE_URL"] and scheme not in WITH_OWN_URLS:
        raise UserError(say("error.no_images_base_url", name=name, value=shown))
    return found


def s3_options(settings: SettingsSource, name: str) -> S3Options:
    """Return how the bucket of an image store is addressed."""
    return read_options(json_object(settings, name))


def contact(settings: SettingsSource, name: str) -> str:
    """Return a URL or an email address; empty for none."""
    found = text(settings, name).strip()
    if found and (not re.fullmatch(r"[!-~]+", found) or not re.match(r"https?://.|mailto:.|[^@:]+@[^@:]+$", found)):
        raise UserError(say("error.bad_contact", name=name, value=found))
    return found


def site_generators(settings: SettingsSource, name: str) -> GeneratorsByPath:
    """Return generators of sites by glob of paths; raise UserError for an unknown one, with the nearest name."""
    valid = (*generator_names(), NO_SITE)
    found = {glob: str(value).strip().lower() for glob, value in json_object(settings, name).items()}
    for glob, value in found.items():
        if value not in valid:
            meant = nearest_hint(value, valid)
            raise UserError(
                say("error.unknown_generator", name=name, glob=glob, value=value, valid=", ".join(valid), meant=meant)
            )
    return GeneratorsByPath(found)


def _stripped(words: Iterable[object]) -> list[str]:
    """Return words without spaces around them, and none that is empty."""
    return [stripped for word in words if (stripped := str(word).strip())]


def _host(name: str, key: str) -> str:
    """Return a host or a host glob in canonical form; raise UserError if it is more than a host."""
    found = key.strip().lower().rstrip(".")
    if not found or (re.search(r"[\s/:@#%]", found) and literal_address(found) is None):
        raise UserError(say("error.not_host", name=name, key=key))
    try:
        return found if found.isascii() else hostname(split(f"//{found}"))
    except InvalidURLError as error:
        raise UserError(f"{name}[{key!r}]: {error}") from error


def _numbers(settings: SettingsSource, name: str) -> dict[str, float]:
    return {key: _number(f"{name}[{key!r}]", value, 0) for key, value in json_object(settings, name).items()}


def _number(name: str, value: object, minimum: float) -> float:
    try:
        found = float("" if isinstance(value, bool) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(say("error.not_number", name=name, value=str(value)[:60])) from error
    if not minimum <= found <= MAX_VALUE:
        raise UserError(say("error.out_of_range", name=name, least=minimum, most=MAX_VALUE, value=value))
    return found
