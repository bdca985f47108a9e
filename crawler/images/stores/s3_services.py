"""How services that are compatible with S3 are addressed: from IMAGES_S3 and the table of services. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.errors import UserError
from crawler.images.stores import IMMUTABLE
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = "IMAGES_S3"

AUTO, PATH, VIRTUAL, DOMAIN = STYLES = ("auto", "path", "virtual", "domain")
"""Where requests have the name of the bucket: as boto3 chooses, in the path, in the host, or nowhere."""


@dataclass(frozen=True, slots=True)
class S3Options:
    """The values of IMAGES_S3; an empty text is one that was not given."""

    endpoint: str = ""
    region: str = ""
    addressing: str = ""
    """One of STYLES."""
    acl: str = ""
    cache_control: str = IMMUTABLE


@dataclass(frozen=True, slots=True)
class Connection:
    """What boto3 is told: an endpoint and a region, None if it is to find them itself, and one of STYLES."""

    endpoint: str | None
    region: str | None
    addressing: str


def read_options(table: Mapping[str, object]) -> S3Options:
    """Return the values of a table; raise UserError that names the setting and the key."""
    known = tuple(each.name for each in fields(S3Options))
    for key, value in table.items():
        if key not in known:
            keys = (
                "; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY come from the environment"
                if "key" in key.lower()
                else ""
            )
            raise UserError(say("error.s3_option", name=SETTING, key=key, valid=", ".join(known), more=keys))
        if not isinstance(value, str):
            raise UserError(say("error.option_no_text", name=SETTING, key=key, value=value))
    found = S3Options(**{key: str(value).strip() for key, value in table.items()})
    if found.addressing and found.addressing not in STYLES:
        raise UserError(say("error.addressing", name=SETTING, value=found.addressing, valid=", ".join(STYLES)))
    if found.endpoint:
        _checked_endpoint(found.endpoint, f"{SETTING}['endpoint']")
    if found.addressing == DOMAIN and not found.endpoint:
        raise UserError(say("error.addressing_domain", name=SETTING))
    return found


def connection(options: S3Options, bucket: str, settings: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    """Return how the service of a bucket is addressed: by IMAGES_S3, Scrapy's settings, environment and table."""
    name, endpoint = next(
        (
            (name, value)
            for name, value in (
                (f"{SETTING}['endpoint']", options.endpoint),
                ("AWS_ENDPOINT_URL", settings.get("AWS_ENDPOINT_URL")),
                ("AWS_ENDPOINT_URL_S3", environ.get("AWS_ENDPOINT_URL_S3")),
                ("AWS_ENDPOINT_URL", environ.get("AWS_ENDPOINT_URL")),
            )
            if value
        ),
        ("", ""),
    )
    region = options.region or settings.get("AWS_REGION_NAME") or None
    if not endpoint:
        return Connection(None, region, options.addressing or AUTO)
    endpoint = _checked_endpoint(endpoint, name)
    host = urlsplit(endpoint).hostname or ""
    if options.addressing != DOMAIN and host.startswith(f"{bucket}.") and _service(host.removeprefix(f"{bucket}.")):
        meant = endpoint.replace(f"//{bucket}.", "//", 1)
        raise UserError(say("error.endpoint_bucket", name=name, value=endpoint, expected=meant))
    service = _service(host)
    if service is None:
        return Connection(endpoint, region, options.addressing or PATH)
    row, match = service
    region = region or match.groupdict().get("region") or row.get("region")
    return Connection(endpoint, region, options.addressing or row["addressing"])


def error_hint(code: str) -> str:
    """Return which setting to change after an error; empty if nothing is known of it."""
    return next((row["hint"] for row in _table()["error"] if code in row["codes"]), "")


def _checked_endpoint(endpoint: str, name: str) -> str:
    """Return a URL without a slash at its end, by https unless it says otherwise; raise UserError for anything else."""
    url = endpoint if "://" in endpoint else f"https://{endpoint}"
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise UserError(say("error.endpoint_no_url", name=name, value=endpoint))
    if parts.username is not None:
        raise UserError(say("error.endpoint_login", name=name))
    if parts.path.strip("/") or parts.query or parts.fragment:
        expected = f"{parts.scheme}://{parts.netloc}"
        raise UserError(say("error.endpoint_path", name=name, value=endpoint, expected=expected))
    return url.rstrip("/")


def _service(host: str) -> tuple[dict[str, Any], re.Match[str]] | None:
    """Return the row of the service with a host, and the match of that; None for an unknown host."""
    rows = ((row, re.fullmatch(row["host"], host)) for row in _table()["service"])
    return next(((row, match) for row, match in rows if match is not None), None)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/s3_services.toml").read_text("utf-8"))
