"""Signed addresses, which say themselves until when they are good. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.urls import InvalidURLError, hostname, parameters, split

if TYPE_CHECKING:
    from collections.abc import Mapping

VIDEO_HOST = "mpvideo.qpic.cn"
_VIDEO_LIFE = timedelta(days=1)  # `dis_t` is when a video's address was signed; it is good for some hours
_PRESIGNED = ("amz", "goog", "oss", "tos")  # X-Amz-Date and X-Amz-Expires, and those who write it like S3
_SIGNERS = frozenset({"signature", "key-pair-id", "ossaccesskeyid", "awsaccesskeyid", "googleaccessid"})


def expiry(url: str) -> datetime | None:
    """Return when a signed address stops to be good; None for any other address."""
    try:
        parts = split(url)
        host = hostname(parts)
    except InvalidURLError:
        return None
    given = {name.lower(): value for name, value in parameters(parts.query).items()}
    try:
        return _expiry(host, given)
    except (ValueError, OverflowError, OSError):  # a number that is none, or none of a date
        return None


def _expiry(host: str, given: Mapping[str, str]) -> datetime | None:
    if host == VIDEO_HOST and "dis_t" in given:
        return _unix(given["dis_t"]) + _VIDEO_LIFE
    for name in _PRESIGNED:
        if f"x-{name}-date" in given and f"x-{name}-expires" in given:
            signed = datetime.strptime(given[f"x-{name}-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return signed + timedelta(seconds=int(given[f"x-{name}-expires"]))
    if "expires" in given and not _SIGNERS.isdisjoint(given):
        return _unix(given["expires"])
    if "x-expires" in given:
        return _unix(given["x-expires"])
    if "se" in given and "sig" in given:  # Azure
        until = datetime.fromisoformat(given["se"])
        return until if until.tzinfo else until.replace(tzinfo=UTC)
    return None


def _unix(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
