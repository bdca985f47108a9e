"""WeChat articles: nearly every state answers HTTP 200, so the page itself is the evidence, whatever the status.

Decided in this order (measured on live pages, whose scripts contain most notices' words): a captcha by its address; an
article's body means alive; a captcha by its page id; a migrated account by the new address; an article without a known
body by its own title and account; only then the text of the notice in the article's place. Of a page that says none of
that the HTTP status is what is left.
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
"""Pictures of an article whose addresses are remembered; most have ten or twenty."""

_IDENTITY = ("__biz", "mid", "idx", "sn")
_TITLES = ("activity-name", "js_text_title", "js_video_page_title", "js_audio_title")  # of types 0, 10, 5 and 7
_BODY = frozenset({"js_content", "js_article", "js_share_content", *_TITLES})
_NOTICE = ".weui-msg, .mesg-block, .global_error_msg"
_CAPTCHA_PATH = re.compile("/mp/.*captcha", re.IGNORECASE)
_CAPTCHA_PAGE = "secitptpage/verify"
_CAPTCHA_BUTTON = "js_verify"
_DOUBLE, _SINGLE = r'(?:[^"\\\n]|\\.)', r"(?:[^'\\\n]|\\.)"  # a character between quotes, escaped or not
_QUOTED = rf"(?:\"({_DOUBLE}*+)\"|'({_SINGLE}*+)')"
# Each value as the page types write it, surest first. Patterns begin with plain text, which is what makes them quick on
# pages of 3 MB. The scripts name other accounts too (WeChat's own is one), so `user_name` alone proves nothing.
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
_ORIGINAL = {"1": True, "2": False}  # 0 is what was declared neither an original nor a repost
_CONTENT = re.compile(r"content_noencode: ?JsDecode\('((?:[^'\\]++|\\[\s\S])*+)'\)")
_MOVED_TO = re.compile(rf"transfer(?:TargetLink|_target_link)\s*=\s*(?:\w+\()?{_QUOTED}")
_LASTING = re.compile(
    rf"https://{re.escape(HOST)}/s(?:/[\w-]+|\?__biz=(?:[\w=-]|%2[BF])+&mid=\d+&idx=\d+&sn=\w+)", re.ASCII
)
_REMOVED = re.compile(r"del_reason_id: ?'[1-9]")
_ESCAPED = re.compile(r"""\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([/\\'"]))""")
# WeChat makes plain text of most links and cuts them up with tags nobody sees.
_INLINE = frozenset({"a", "b", "code", "em", "font", "i", "ins", "mark", "small", "span", "strong", "u", "wbr"})


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice's text says of the link whose article it stands for."""

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
        from crawler.fetch.verbatim_requests import build_request

        return build_request(link.url, meta={"download_maxsize": LARGEST_PAGE})

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Decide from captcha, body and notice; keep what the HTTP exchange says where the page is no WeChat page."""
        from scrapy.http import TextResponse

        if _CAPTCHA_PATH.match(split(response.url).path):
            return CheckResult(link, _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if not isinstance(response, TextResponse):
            return CheckResult(link, check)
        text = response.text
        soup = parse_html(text)
        if soup.find(id=_BODY.__contains__) is not None:  # before the page id, which an article on crawling may quote
            return CheckResult(
                link, _refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN)), _article(soup, text)
            )
        if _CAPTCHA_PAGE in text or soup.find(id=_CAPTCHA_BUTTON) is not None:
            return CheckResult(link, _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if (new_address := self._moved_to(link, response, soup)) is not None:
            return CheckResult(
                link, _refined_check(check, Outcome.MOVED, Reason(ReasonCode.ACCOUNT_MIGRATED), new_address)
            )
        shown = soup.select(_NOTICE)  # where a notice stands by itself, its words are no proof
        if not shown and (article := _article(soup, text)).title and (article.account_id or article.account):
            return CheckResult(link, _refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN)), article)
        if (noticed := _match_notice(check, soup, shown, text)) is not None:
            return CheckResult(link, noticed)
        if response.status // 100 != 2:  # noqa: PLR2004 - RFC 9110 class
            return CheckResult(link, check)
        return CheckResult(link, _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.UNKNOWN_WECHAT_PAGE)))

    def _moved_to(self, link: Link, response: TextResponse, soup: BeautifulSoup) -> str | None:
        """Return the article's address in its account's new home; what leads anywhere else is none."""
        written = [found[1] or found[2] or "" for found in _MOVED_TO.finditer(response.text)]
        written += [str(button["href"]) for button in soup.select("a#js_access_msg[href]")]
        for address in map(_unquote, map(_unquote, written)):  # an escaped & may be that of an escaped &amp;
            is_path = address.startswith("/") and not address.startswith("//")
            url = web_url(urljoin(response.url, address) if is_path else address)
            new = self.recognise(*url) if url is not None else None
            if new is not None and new != link and _LASTING.fullmatch(new.url):
                return new.url
        return None


@cache
def notices() -> tuple[Notice, ...]:
    """Return the table of notices, their texts as they are compared."""
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
    """Return how the table writes characters that pages write otherwise."""
    return {ord(variant): used for variant, used in _table()["variants"].split()}


def _normalize(text: str) -> str:
    """Return the letters and digits of a notice: spaces, punctuation, case and the form of characters vary."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text).casefold()).translate(_variants())


def _match_notice(check: Check, soup: BeautifulSoup, visible: list[Tag], text: str) -> Check | None:
    """Return the check with what is known of what stands in the article's place."""
    message = _normalize(" ".join(tag.get_text(" ") for tag in visible or (soup.body or soup,)))
    title = _normalize(soup.title.get_text()) if soup.title else ""
    for notice in notices():
        if title in notice.titles or any(words in message for words in notice.texts):
            seen = _refined_check(check, notice.outcome, notice.reason)
            return replace(seen, conclusive=notice.conclusive and bool(visible))
    if visible and _REMOVED.search(text) is not None:
        return replace(_refined_check(check, Outcome.GONE, Reason(ReasonCode.REMOVED_BY_WECHAT)), conclusive=True)
    if visible and not message:
        return _refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA))
    return None


def _refined_check(check: Check, outcome: Outcome, reason: Reason, final_url: str | None = None) -> Check:
    """Return the check with what the page says; a redirect within WeChat is no new address of the article."""
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
    """Return the addresses of an article's pictures, once each; those of picture posts (type 8) stand in a script."""
    shown = (str(tag["data-src"]).strip() for tag in soup.select("img[data-src]"))
    listed = (_unquote(found[1]) for found in _COVER[0].finditer(text))
    found = (url for url in chain(shown, listed) if len(url) <= MAX_LINE and image_id(url) is not None)
    return tuple(islice(dict.fromkeys(found), MAX_IMAGES))


def _links(soup: BeautifulSoup, text: str) -> tuple[str, ...]:
    """Return the papers and repositories that the body names, once each, in order.

    Where the body is not served, as for types 8 and 10, its text stands in a script.
    """
    from bs4 import Tag

    body = soup.find(id="js_content")
    if isinstance(body, Tag) and (links := _names_in_body(body)):
        return links
    script = _CONTENT.search(text)
    if script is None or not any(map(script[1].lower().__contains__, ("arxiv.org", "github.com"))):
        return ()
    return _names_in_body(parse_html(_unescape_js(script[1])))


def _names_in_body(body: Tag) -> tuple[str, ...]:
    return tuple(link.url for link in links_in("".join(_split_lines(body))))


def _split_lines(body: Tag) -> Iterator[str]:
    """Yield a body's text, with a line break wherever a reader sees one and a link's address for its text."""
    from bs4 import NavigableString, Tag

    block: Tag | None = None
    for node in body.descendants:
        if isinstance(node, Tag):
            if node.name not in _INLINE:
                yield "\n"
            elif (address := node.get("href")) is not None:
                yield f"\n{address}\n"
        elif type(node) is NavigableString:  # not a comment, not a script
            around = next(parent for parent in node.parents if parent.name not in _INLINE)
            if around is not block:
                yield "\n"
            block = around
            yield node


def _value(patterns: Iterable[re.Pattern[str]], text: str) -> str | None:
    match = next((found for pattern in patterns if (found := pattern.search(text)) is not None), None)
    return _unquote(match[match.lastindex or 0][:MAX_LINE]).strip() or None if match else None


def _unquote(text: str) -> str:
    """Return what a script's string literal says whose value is HTML."""
    return unescape(_unescape_js(text))


def _unescape_js(text: str) -> str:
    """Return what a script's string literal says; characters beyond 16 bits are escaped in two halves."""
    said = _ESCAPED.sub(lambda escape: escape[3] or chr(int(escape[1] or escape[2], 16)), text)
    return said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _meta_content(soup: BeautifulSoup, name: str) -> str | None:
    tag = soup.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    return collapse_whitespace(_unquote(str(tag.get("content", "")))) or None if tag else None


def _visible_text(soup: BeautifulSoup, *ids: str) -> str | None:
    tag = soup.find(id=ids.__contains__)
    return collapse_whitespace(tag.get_text())[:MAX_LINE] or None if tag else None
