"""Query parameters that say where a reader came from, and not what is shown. Pure.

Most rules are those of ClearURLs (`crawler/data/clearurls.json`, LGPL-3.0);
`crawler/data/tracking_parameters.toml` adds to them.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_ORIGIN = 300  # characters of scheme and host that rules are compared with; no host has more (RFC 1035)
_SIGNATURE = re.compile(r"(?:^|[&-])(?:signature|sig|hmac|auth_key)=", re.IGNORECASE)


def without_tracking(query: str, host: str) -> str:
    """Return a query without the tracking parameters of its host.

    The other parameters are not changed, and none of a signed query.
    """
    if not query or _SIGNATURE.search(query):
        return query
    rules = _rules_of(host)
    return "&".join(pair for pair in query.split("&") if not rules.is_tracking(pair))


def without_referral(query: str, host: str, requested: str) -> str:
    """Return the query of a redirect's target without tracking parameters, and without referrals that it added.

    A referral (`ref`, `from`) may also select what is shown: one that the requested URL has, `requested`, is kept.
    """
    kept = {pair.partition("=")[0] for pair in requested.split("&")}
    pairs = without_tracking(query, host).split("&")
    return "&".join(pair for pair in pairs if pair.partition("=")[0] in kept or not _rules_of(host).is_referral(pair))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The tracking parameters of a host by their names, those with certain values, and its referrals by name."""

    names: re.Pattern[str]
    values: dict[str, frozenset[str]]
    referrals: re.Pattern[str] | None

    def is_tracking(self, pair: str) -> bool:
        """Return whether `name=value` is tracking."""
        name, _, value = pair.partition("=")
        return self.names.fullmatch(name) is not None or unquote(value) in self.values.get(name, ())

    def is_referral(self, pair: str) -> bool:
        """Return whether `name=value` is a referral."""
        return self.referrals is not None and self.referrals.fullmatch(pair.partition("=")[0]) is not None


@lru_cache(maxsize=4096)
def _rules_of(host: str) -> _Rules:
    """Return the rules of a host."""
    own = _own_rules()
    names = [*map(_glob, own["everywhere"])]
    for suffix, more in own["hosts"].items():
        if host == suffix or host.endswith(f".{suffix}"):
            names += map(_glob, more)
    origin = f"https://{host}/"[:_MAX_ORIGIN]
    providers = [each for each in _clearurls() if each.pattern.match(origin) and not each.is_exception(origin)]
    names += [rule for each in providers for rule in each.rules]
    referrals = [rule for each in providers for rule in each.referrals]
    if referrals:
        referrals += map(_glob, own["referrals"])
    return _Rules(
        _any_of(names),
        {name: frozenset(values) for name, values in own["values"].items()},
        _any_of(referrals) if referrals else None,
    )


@dataclass(frozen=True, slots=True)
class _Provider:
    """The rules of ClearURLs for the URLs that match a pattern, unless they match an exception."""

    pattern: re.Pattern[str]
    rules: tuple[str, ...]
    referrals: tuple[str, ...]
    exceptions: tuple[re.Pattern[str], ...]

    def is_exception(self, origin: str) -> bool:
        """Return whether the rules do not apply to a host; exceptions for single paths of it do not count."""
        return any(exception.match(origin) for exception in self.exceptions)


@cache
def _clearurls() -> tuple[_Provider, ...]:
    """Return the providers of ClearURLs that have rules for parameters."""
    table: dict[str, Any] = json.loads(files("crawler").joinpath("data/clearurls.json").read_text("utf-8"))
    return tuple(
        _Provider(
            re.compile(each["urlPattern"], re.IGNORECASE),
            tuple(each["rules"]),
            tuple(each["referralMarketing"]),
            tuple(re.compile(exception, re.IGNORECASE) for exception in each["exceptions"]),
        )
        for each in table["providers"].values()
        if each["rules"] or each["referralMarketing"]
    )


@cache
def _own_rules() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/tracking_parameters.toml").read_text("utf-8"))


def _glob(name: str) -> str:
    """Return the expression for a name, in which a `*` at the end matches any ending."""
    return re.escape(name).replace(r"\*", ".*")


def _any_of(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in dict.fromkeys(expressions)), re.IGNORECASE)
