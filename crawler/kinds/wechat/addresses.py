"""Recognize the URLs of articles and other pages of WeChat accounts. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from crawler.links.canonical_url import hostname, parameters
from crawler.links.spelling.text_links import web_url

if TYPE_CHECKING:
    from urllib.parse import SplitResult

HOST = "mp.weixin.qq.com"

_IDENTITY = ("__biz", "mid", "idx", "sn")
_CAPTCHA_PATH = re.compile("/mp/.*captcha", re.IGNORECASE)
_PERMANENT_URL = re.compile(
    rf"https://{re.escape(HOST)}/s(?:/[\w-]+|\?__biz=(?:[\w=-]|%2[BF])+&mid=\d+&idx=\d+&sn=\w+)", re.ASCII
)


def canonical_form(url: str, parts: SplitResult) -> str | None:
    """Return the URL by which a page of WeChat is known and requested; None for other URLs."""
    host = hostname(parts)
    if host == "channels.weixin.qq.com" or (host == "weixin.qq.com" and parts.path.startswith("/sph/")):
        return f"https://{url.partition('://')[2]}"
    if host != HOST:
        return None
    given = parameters(parts.query)
    if parts.path in {"/s", "/s/"} and all(name in given for name in _IDENTITY):
        return f"https://{HOST}/s?{urlencode({name: given[name] for name in _IDENTITY}, safe='=')}"
    if parts.path.startswith("/s/") and len(parts.path) > len("/s/"):
        return f"https://{HOST}{parts.path.rstrip('/')}"
    if is_captcha(parts) and (target := _behind_captcha(given)) is not None:
        return target
    if parts.path in {"/s", "/s/"} or parts.path.startswith("/mp/"):
        return f"https://{url.partition('://')[2]}"
    return None


def is_captcha(parts: SplitResult) -> bool:
    """Return whether a URL is that of a captcha."""
    return _CAPTCHA_PATH.match(parts.path) is not None


def is_article(url: str) -> bool:
    """Return whether a canonical URL is that of an article: only what has the elements of one is an article."""
    return url.startswith((f"https://{HOST}/s/", f"https://{HOST}/s?"))


def is_permanent(url: str) -> bool:
    """Return whether a canonical URL is one of an article that does not expire."""
    return _PERMANENT_URL.fullmatch(url) is not None


def _behind_captcha(given: dict[str, str]) -> str | None:
    """Return the canonical form of the page to which a captcha leads; None if it names none of WeChat."""
    target = web_url(given.get("target_url", ""))
    if target is None or is_captcha(target[1]):
        return None
    return canonical_form(*target)
