"""Read the expiry time from signed URLs of storage services and CDNs. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.links.canonical_url import InvalidURLError, hostname, parameters, split

if TYPE_CHECKING:
    from collections.abc import Mapping

VIDEO_HOST = "mpvideo.qpic.cn"
_VIDEO_LIFE = timedelta(days=1)  # `dis_t` is the time of signing; WeChat's video URLs work for some hours
_PRESIGNED = ("amz", "goog", "oss", "tos")  # X-Amz-Date and X-Amz-Expires, and services that copy this scheme of S3
_SIGNERS = frozenset({"signature", "key-pair-id", "ossaccesskeyid", "awsaccesskeyid", "googleaccessid"})


@dataclass(frozen=True, slots=True)
class _UrlSignature:
    """The query parameters of a signed URL: the first pattern's group is a time in seconds since 1970, in `base`.

    The URL is valid until `life` after that time.
    """

    parameters: Mapping[str, re.Pattern[str]]
    base: int = 10
    life: timedelta = timedelta()

    def expires_at(self, given: Mapping[str, str]) -> datetime | None:
        """Return when a URL with these parameters expires; None if it is not signed in this way."""
        matches = [pattern.fullmatch(given.get(name, "")) for name, pattern in self.parameters.items()]
        return _parse_timestamp(matches[0][1], self.base) + self.life if all(matches) and matches[0] else None


_ANY, _UNIX, _HEXADECIMAL = re.compile(".+"), re.compile(r"(\d+)"), re.compile("([0-9a-f]{8})", re.IGNORECASE)
_ALIYUN = re.compile(r"(\d{10})-\w+-\w+-[0-9a-f]{32}")

_SIGNATURES = (
    _UrlSignature({"x-expires": _UNIX}),  # ByteDance
    _UrlSignature({"q-sign-time": re.compile(r"\d+;(\d+)"), "q-signature": _ANY}),  # Tencent COS
    _UrlSignature({"auth_key": _ALIYUN}, life=timedelta(days=1)),  # Alibaba Cloud CDN: the time of signing
    _UrlSignature({"e": _UNIX, "token": re.compile(".+:.+")}),  # Qiniu
    _UrlSignature({"ex": _HEXADECIMAL, "is": _ANY, "hm": _ANY}, base=16),  # Discord
    _UrlSignature({"oe": _HEXADECIMAL, "oh": _ANY}, base=16),  # Facebook, Instagram
    _UrlSignature({"deadline": _UNIX, "upsig": _ANY}),  # bilibili
)


def expires_at(url: str) -> datetime | None:
    """Return when a signed URL expires; None for any other URL."""
    if "?" not in url:  # most URLs
        return None
    try:
        parts = split(url)
        host = hostname(parts)
    except InvalidURLError:
        return None
    given = {name.lower(): value for name, value in parameters(parts.query).items()}
    try:
        return _expires_at(host, given)
    except (ValueError, OverflowError, OSError):  # not a number, or outside the range of dates
        return None


def _expires_at(host: str, given: Mapping[str, str]) -> datetime | None:
    if host == VIDEO_HOST and "dis_t" in given:
        return _parse_timestamp(given["dis_t"]) + _VIDEO_LIFE
    for name in _PRESIGNED:
        if f"x-{name}-date" in given and f"x-{name}-expires" in given:
            signed = datetime.strptime(given[f"x-{name}-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return signed + timedelta(seconds=int(given[f"x-{name}-expires"]))
    for signature in _SIGNATURES:
        if (until := signature.expires_at(given)) is not None:
            return until
    if "expires" in given and not _SIGNERS.isdisjoint(given):
        return _parse_timestamp(given["expires"])
    if "se" in given and "sig" in given:  # Azure
        until = datetime.fromisoformat(given["se"])
        return until if until.tzinfo else until.replace(tzinfo=UTC)
    return None


def _parse_timestamp(seconds: str, base: int = 10) -> datetime:
    return datetime.fromtimestamp(int(seconds, base), UTC)
