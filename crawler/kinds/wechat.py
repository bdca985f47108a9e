"""The kind `wechat`: articles of WeChat official accounts, judged by their pages.

Nearly all pages have the status 200, deleted articles included, and an article's scripts contain most of the notices'
texts. Measured on live pages, this order of tests is reliable: the URL of a captcha; an article's body; the page id of
a captcha; the new URL of a migrated account; title and account of an article without a known body; the text of the
notice in place of the article. The HTTP status decides where none of these applies.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urljoin

from crawler.html import MAX_LINE, parse_html, unescape
from crawler.images.wechat_urls import image_id
from crawler.kinds.base import LARGEST_PAGE, Kind
from crawler.kinds.registry import links_in
from crawler.links.canonical_url import hostname, parameters, split
from crawler.links.text_links import web_url
from crawler.models.check import Check, Outcome
from crawler.models.link import Link
from crawler.models.metadata import Article
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from urllib.parse import SplitResult

    from bs4 import BeautifulSoup, Tag
    from scrapy import Request
    from scrapy.http import Response, TextResponse

HOST = "mp.weixin.qq.com"

MAX_IMAGES = 100
"""Images of an article whose URLs are stored; most articles have ten or twenty."""

_IDENTITY = ("__biz", "mid", "idx", "sn")
_TITLES = ("activity-name", "js_text_title", "js_video_page_title", "js_audio_title")  # of types 0, 10, 5 and 7
_BODY = frozenset({"js_content", "js_article", "js_share_content", *_TITLES})
_NOTICE = ".weui-msg, .mesg-block, .global_error_msg"
_CAPTCHA_PATH = re.compile("/mp/.*captcha", re.IGNORECASE)
_CAPTCHA_PAGE = "secitptpage/verify"
_CAPTCHA_BUTTON = "js_verify"
_DOUBLE, _SINGLE = r'(?:[^"\\\n]|\\.)', r"(?:[^'\\\n]|\\.)"  # a character between quotes, escaped or not
_QUOTED = rf"(?:\"({_DOUBLE}*+)\"|'({_SINGLE}*+)')"
# Each value in the forms of the page types, most reliable first. Patterns begin with literal text, which is fast on
# pages of 3 MB. Scripts contain other accounts too (one of WeChat's own), so `user_name` alone is no evidence.
_SECONDS = (
    re.compile(r'var ct ?= ?"(\d{9,10})"'),
    re.compile(r"ori_create_time: ?'(\d{9,10})'"),
    re.compile(r'create_time ?= ?"(\d{9,10})"'),
)
_CLOCK = (re.compile(r"create_time: ?JsDecode\('(\d{4}-\d\d-\d\d \d\d:\d\d)'\)"),)
_ACCOUNT_ID = (
    re.compile(r'var user_name ?= ?"(gh_\w+)"'),
    re.compile(r"user_name: ?JsDecode\('(gh_\w+)'\)"),
    re.compile(r"user_name = xml \?[^:?\n]*: ?'(gh_\w+)'"),
)
_ACCOUNT = (
    re.compile(rf'var nickname ?= ?(?:htmlDecode\()?"({_DOUBLE}{{1,80}})"'),
    re.compile(rf"nick_name: ?JsDecode\('({_SINGLE}{{1,80}})'\)"),
    re.compile(rf"nick_name = \(?xml \?[^:?\n]*: ?'({_SINGLE}{{1,80}})'"),
)
_TITLE = (re.compile(rf"msg_title ?= ?(?:window\.title ?= ?)?'({_SINGLE}*+)'"),)
_AUTHOR = (re.compile(rf"author(?: ?= ?|: ?JsDecode\(){_QUOTED}"),)
_COVER = (re.compile(r"""cdn_url(?: ?= ?|: ?JsDecode\()["'](https?:[^"'\n]+|)["']"""),)
_COPYRIGHT = (re.compile(r"""copyright_stat(?: ?= ?|: ?)["'](\d)["']"""),)
_ORIGINAL = {"1": True, "2": False}  # 0: declared neither original nor repost
_CONTENT = re.compile(r"content_noencode: ?JsDecode\('((?:[^'\\]++|\\[\s\S])*+)'\)")
_MIGRATED_TO = re.compile(rf"transfer(?:TargetLink|_target_link)\s*=\s*(?:\w+\()?{_QUOTED}")
_PERMANENT_URL = re.compile(
    rf"https://{re.escape(HOST)}/s(?:/[\w-]+|\?__biz=(?:[\w=-]|%2[BF])+&mid=\d+&idx=\d+&sn=\w+)", re.ASCII
)
_REMOVED = re.compile(r"del_reason_id: ?'[1-9]")
_ESCAPED = re.compile(r"""\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([/\\'"]))""")
# WeChat turns most links into plain text, split by tags that are not visible.
_INLINE = frozenset({"a", "b", "code", "em", "font", "i", "ins", "mark", "small", "span", "strong", "u", "wbr"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that WeChat shows in place of an article, with the outcome of a check that gets it."""

    texts: tuple[str, ...]
    outcome: Outcome
    reason: Reason
    conclusive: bool = False
    titles: tuple[str, ...] = ()


class Wechat(Kind):
    """An article of a WeChat official account."""

    name = "wechat"
    labels: ClassVar[Mapping[str, str]] = {"en": "WeChat", "zh": "微信"}
    metadata_type = Article
    has_permanent_redirects = True  # its notice of a migrated account names the new address

    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link to an article; long URLs are reduced to `__biz`, `mid`, `idx`, `sn`, short ones to a path."""
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
        """Return the request for the whole page: account and time of an article are in scripts behind its body."""
        from crawler.fetch.verbatim_requests import build_request

        return build_request(link.url, meta={"download_maxsize": LARGEST_PAGE})

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result by captcha, body or notice; the check of the HTTP exchange where there is none of them."""
        from scrapy.http import TextResponse

        if _CAPTCHA_PATH.match(split(response.url).path):
            return CheckResult(link, _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if not isinstance(response, TextResponse):
            return CheckResult(link, check)
        text = response.text
        soup = parse_html(text)
        if (
            soup.find(id=_BODY.__contains__) is not None
        ):  # first, since an article on crawling may quote a captcha's page id
            return CheckResult(
                link, _refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN)), _article(soup, text)
            )
        if _CAPTCHA_PAGE in text or soup.find(id=_CAPTCHA_BUTTON) is not None:
            return CheckResult(link, _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if (new_url := self._migrated_url(link, response, soup)) is not None:
            return CheckResult(link, _refined_check(check, Outcome.MOVED, Reason(ReasonCode.ACCOUNT_MIGRATED), new_url))
        notice_elements = soup.select(_NOTICE)
        if not notice_elements and (article := _article(soup, text)).title and (article.account_id or article.account):
            return CheckResult(link, _refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN)), article)
        if (notice_check := _match_notice(check, soup, notice_elements, text)) is not None:
            return CheckResult(link, notice_check)
        if response.status // 100 != 2:  # noqa: PLR2004 - RFC 9110 class
            return CheckResult(link, check)
        return CheckResult(link, _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.UNKNOWN_WECHAT_PAGE)))

    def _migrated_url(self, link: Link, response: TextResponse, soup: BeautifulSoup) -> str | None:
        """Return the article's permanent URL after its account was migrated; None if the page has none."""
        written = [match[1] or match[2] or "" for match in _MIGRATED_TO.finditer(response.text)]
        written += [str(button["href"]) for button in soup.select("a#js_access_msg[href]")]
        for target in map(_unquote, map(_unquote, written)):  # twice: an `&` may be escaped as script and as HTML
            is_path = target.startswith("/") and not target.startswith("//")
            url = web_url(urljoin(response.url, target) if is_path else target)
            new = self.recognize(*url) if url is not None else None
            if new is not None and new != link and _PERMANENT_URL.fullmatch(new.url):
                return new.url
        return None


@cache
def notices() -> tuple[Notice, ...]:
    """Return the notices of `data/wechat_notices.toml`, with normalized texts."""
    return tuple(
        Notice(
            tuple(map(_normalize, row["texts"])),
            Outcome(row["outcome"]),
            Reason.decoded(row["reason"]),
            row.get("conclusive", False),
            tuple(map(_normalize, row.get("titles", ()))),
        )
        for row in _table()["notice"]
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/wechat_notices.toml").read_text("utf-8"))


@cache
def _variants() -> dict[int, str]:
    """Return the characters of the table by the code points of their variants on pages."""
    return {ord(variant): character for variant, character in _table()["variants"].split()}


def _normalize(text: str) -> str:
    """Return the letters and digits of a notice in one form: spaces, punctuation, case and variants differ by page."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text).casefold()).translate(_variants())


def _match_notice(check: Check, soup: BeautifulSoup, elements: list[Tag], text: str) -> Check | None:
    """Return the check by the notice on a page; None for an unknown page.

    `elements` are the notice elements of the page. Without any the whole page is searched, and no notice is conclusive.
    """
    message = _normalize(" ".join(tag.get_text(" ") for tag in elements or (soup.body or soup,)))
    title = _normalize(soup.title.get_text()) if soup.title else ""
    for notice in notices():
        if title in notice.titles or any(words in message for words in notice.texts):
            refined = _refined_check(check, notice.outcome, notice.reason)
            return replace(refined, conclusive=notice.conclusive and bool(elements))
    if elements and _REMOVED.search(text) is not None:
        return replace(_refined_check(check, Outcome.GONE, Reason(ReasonCode.REMOVED_BY_WECHAT)), conclusive=True)
    if elements and not message:
        return _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA))
    return None


def _refined_check(check: Check, outcome: Outcome, reason: Reason, final_url: str | None = None) -> Check:
    """Return the check with another outcome; redirects within WeChat are dropped, since the article did not move."""
    return replace(check, outcome=outcome, reason=reason, final_url=final_url)


def _article(soup: BeautifulSoup, text: str) -> Article:
    return Article(
        title=_meta_content(soup, "og:title") or _visible_text(soup, *_TITLES) or _value(_TITLE, text) or "",
        account=_visible_text(soup, "js_name") or _value(_ACCOUNT, text),
        account_id=_value(_ACCOUNT_ID, text),
        author=_meta_content(soup, "author") or _meta_content(soup, "og:article:author") or _value(_AUTHOR, text),
        published_at=_published_at(text),
        cover=_meta_content(soup, "og:image") or _value(_COVER, text),
        original=_ORIGINAL.get(_value(_COPYRIGHT, text) or ""),
        links=_links(soup, text),
        pictures=_image_urls(soup, text),
    )


def _published_at(text: str) -> datetime | None:
    if (seconds := _value(_SECONDS, text)) is not None:
        return datetime.fromtimestamp(int(seconds), UTC)
    clock = _value(_CLOCK, text)
    try:
        return datetime.strptime(f"{clock} +0800", "%Y-%m-%d %H:%M %z").astimezone(UTC)  # Beijing has no summer time
    except ValueError:
        return None


def _image_urls(soup: BeautifulSoup, text: str) -> tuple[str, ...]:
    """Return the URLs of an article's images, without duplicates; those of image posts (type 8) are in a script."""
    in_elements = (str(tag["data-src"]).strip() for tag in soup.select("img[data-src]"))
    in_scripts = (_unquote(match[1]) for match in _COVER[0].finditer(text))
    urls = (url for url in chain(in_elements, in_scripts) if len(url) <= MAX_LINE and image_id(url) is not None)
    return tuple(islice(dict.fromkeys(urls), MAX_IMAGES))


def _links(soup: BeautifulSoup, text: str) -> tuple[str, ...]:
    """Return the URLs of papers and repositories in the body, in order, without duplicates.

    If there is no body, as in types 8 and 10, its text is in a script.
    """
    from bs4 import Tag

    body = soup.find(id="js_content")
    if isinstance(body, Tag) and (links := _links_in_body(body)):
        return links
    script = _CONTENT.search(text)
    if script is None or not any(map(script[1].lower().__contains__, ("arxiv.org", "github.com"))):
        return ()
    return _links_in_body(parse_html(_unescape_js(script[1])))


def _links_in_body(body: Tag) -> tuple[str, ...]:
    return tuple(link.url for link in links_in("".join(_split_lines(body))))


def _split_lines(body: Tag) -> Iterator[str]:
    """Yield the text of a body in pieces, with visible line breaks, and with each link's URL on a line of its own."""
    from bs4 import NavigableString, Tag

    block: Tag | None = None
    for node in body.descendants:
        if isinstance(node, Tag):
            if node.name not in _INLINE:
                yield "\n"
            elif (href := node.get("href")) is not None:
                yield f"\n{href}\n"
        elif type(node) is NavigableString:  # not a comment, not a script
            around = next(parent for parent in node.parents if parent.name not in _INLINE)
            if around is not block:
                yield "\n"
            block = around
            yield node


def _value(patterns: Iterable[re.Pattern[str]], text: str) -> str | None:
    """Return the value of the first pattern that matches, decoded; None without a match or for an empty value."""
    match = next((match for pattern in patterns if (match := pattern.search(text)) is not None), None)
    return _unquote(match[match.lastindex or 0][:MAX_LINE]).strip() or None if match else None


def _unquote(text: str) -> str:
    """Return the text of a JavaScript string literal whose value is HTML."""
    return unescape(_unescape_js(text))


def _unescape_js(text: str) -> str:
    """Return the value of a JavaScript string literal; surrogate pairs, escaped as two, become one character."""
    decoded = _ESCAPED.sub(lambda escape: escape[3] or chr(int(escape[1] or escape[2], 16)), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _meta_content(soup: BeautifulSoup, name: str) -> str | None:
    tag = soup.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    return collapse_whitespace(_unquote(str(tag.get("content", "")))) or None if tag else None


def _visible_text(soup: BeautifulSoup, *ids: str) -> str | None:
    tag = soup.find(id=ids.__contains__)
    return collapse_whitespace(tag.get_text())[:MAX_LINE] or None if tag else None
