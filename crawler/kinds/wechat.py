"""WeChat articles: nearly every state answers HTTP 200, so the page itself is the evidence.

Decided in this order (measured on live pages, whose scripts contain most notices' words): a captcha by its address; an
article's body means alive; a captcha by its page id; only then the text of the notice in the article's place.
"""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bs4 import BeautifulSoup
from scrapy import Request
from scrapy.http import TextResponse

from crawler.items import Article, Check, Link, Outcome, Result
from crawler.kinds.base import Kind
from crawler.urls import hostname, parameters

if TYPE_CHECKING:
    from collections.abc import Iterable
    from urllib.parse import SplitResult

    from scrapy.http import Response

HOST = "mp.weixin.qq.com"
_IDENTITY = ("__biz", "mid", "idx", "sn")
_BODY = "#js_content, #js_article, #js_text_title"
_NOTICE = ".weui-msg, .mesg-block, .global_error_msg"
_CAPTCHA_PATH = "/mp/wappoc_appmsgcaptcha"
_CAPTCHA_PAGE = "secitptpage/verify"
# Each value as the page types write it, surest first. Patterns begin with plain text, which is what makes them quick on
# pages of 3 MB. The scripts name other accounts too (WeChat's own is one), so `user_name` alone proves nothing.
_PUBLISHED = (re.compile(r'var ct ?= ?"(\d{9,10})"'), re.compile(r"ori_create_time: ?'(\d{9,10})'"))
_ACCOUNT_ID = (
    re.compile(r'var user_name ?= ?"(gh_\w+)"'),
    re.compile(r"user_name: ?JsDecode\('(gh_\w+)'\)"),
    re.compile(r"user_name = xml \?[^:\n]*: ?'(gh_\w+)'"),
)
_ACCOUNT = (
    re.compile(r'var nickname ?= ?(?:htmlDecode\()?"([^"\n]{1,80})"'),
    re.compile(r"nick_name: ?JsDecode\('([^'\n]{1,80})'\)"),
)
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")
_COPYRIGHT = (re.compile(r'_copyright_stat ?= ?"(\d)"'),)
_MOVED_TO = (re.compile(r"""var transferTargetLink ?= ?["'](https?://[^"'\n]+)["']"""),)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice's text says of the link whose article it stands for."""

    texts: tuple[str, ...]
    outcome: Outcome
    reason: str
    conclusive: bool = False


class Wechat(Kind):
    """An article of a WeChat official account."""

    name = "wechat"

    def recognise(self, url: str, parts: SplitResult) -> Link | None:
        """Recognise article addresses: long ones are what `__biz, mid, idx, sn` say, short ones are their path."""
        if hostname(parts) != HOST:
            return None
        given = parameters(parts.query)
        if parts.path in {"/s", "/s/"} and all(name in given for name in _IDENTITY):
            query = urlencode({name: given[name] for name in _IDENTITY}, safe="=")
            url = f"https://{HOST}/s?{query}"
        elif parts.path.startswith("/s/") and len(parts.path) > len("/s/"):
            url = f"https://{HOST}{parts.path.rstrip('/')}"
        elif parts.path in {"/s", "/s/"}:
            url = f"https://{url.partition('://')[2]}"
        else:
            return None
        return Link(url, self.name, url, HOST)

    def request(self, link: Link) -> Request:
        """Fetch the whole page: name and time of an article stand in scripts behind its body."""
        return Request(link.url)

    def read(self, link: Link, response: Response, check: Check) -> Result:
        """Decide from captcha, body and notice; keep what the HTTP exchange says where the page is no WeChat page."""
        if _CAPTCHA_PATH in response.url:
            return Result(link, _seen(check, Outcome.BLOCKED, "captcha"))
        if response.status // 100 != 2 or not isinstance(response, TextResponse):  # noqa: PLR2004 - RFC 9110 class
            return Result(link, check)
        text = response.text
        soup = BeautifulSoup(text, "lxml")
        if soup.select_one(_BODY) is not None:  # before the page id, which an article on crawling may quote
            return Result(link, _seen(check, Outcome.OK, "article shown"), _article(soup, text))
        if _CAPTCHA_PAGE in text:
            return Result(link, _seen(check, Outcome.BLOCKED, "captcha"))
        moved = soup.select_one("a#js_access_msg[href^=http]")
        if (new_address := _value(_MOVED_TO, text) or (str(moved["href"]) if moved else None)) is not None:
            return Result(link, _seen(check, Outcome.MOVED, "account migrated", new_address))
        shown = soup.select_one(_NOTICE)  # where a notice stands by itself, its words are no proof
        message = (shown.get_text() if shown else soup.body.get_text(" ") if soup.body else "").replace("帐", "账")
        for notice in notices():
            if any(words in message for words in notice.texts):
                seen = _seen(check, notice.outcome, notice.reason)
                return Result(link, replace(seen, conclusive=notice.conclusive and shown is not None))
        if shown is not None and not message.strip():
            return Result(link, _seen(check, Outcome.BLOCKED, "captcha"))
        return Result(link, _seen(check, Outcome.BLOCKED, "neither article nor known notice"))


@cache
def notices() -> tuple[Notice, ...]:
    """Return the table of notices."""
    table = tomllib.loads(files("crawler").joinpath("data/wechat_notices.toml").read_text("utf-8"))
    return tuple(
        Notice(tuple(row["texts"]), Outcome(row["outcome"]), row["reason"], row.get("conclusive", False))
        for row in table["notice"]
    )


def _seen(check: Check, outcome: Outcome, reason: str, final_url: str | None = None) -> Check:
    """Return the check with what the page says; a redirect within WeChat is no new address of the article."""
    return replace(check, outcome=outcome, reason=reason, final_url=final_url)


def _article(soup: BeautifulSoup, text: str) -> Article:
    published = _value(_PUBLISHED, text)
    return Article(
        title=_meta(soup, "og:title") or _shown(soup, "#activity-name") or _shown(soup, "#js_text_title") or "",
        account=_shown(soup, "#js_name") or _value(_ACCOUNT, text),
        account_id=_value(_ACCOUNT_ID, text),
        author=_meta(soup, "author") or _meta(soup, "og:article:author"),
        published_at=datetime.fromtimestamp(int(published), UTC) if published else None,
        cover=_meta(soup, "og:image"),
        original={"1": True, "2": False}.get(_value(_COPYRIGHT, text) or ""),
    )


def _value(patterns: Iterable[re.Pattern[str]], text: str) -> str | None:
    match = next((found for pattern in patterns if (found := pattern.search(text)) is not None), None)
    if match is None:
        return None
    decoded = html.unescape(_ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), match[1]))
    return decoded.strip() or None


def _meta(soup: BeautifulSoup, name: str) -> str | None:
    tag = soup.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    if tag is None:
        return None
    content = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), str(tag.get("content", "")))
    return " ".join(html.unescape(content).split()) or None


def _shown(soup: BeautifulSoup, selector: str) -> str | None:
    tag = soup.select_one(selector)
    return " ".join(tag.get_text().split()) or None if tag else None
