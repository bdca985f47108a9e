"""The kind `wechat`: articles of WeChat official accounts, judged by their pages.

Nearly all pages have the status 200, deleted articles included, and an article's scripts contain most of the notices'
texts. Measured on live pages, this order of tests is reliable: the URL of a captcha; an article's body; the page id of
a captcha; the new URL of a migrated account; title and account of an article without a known body; the text of the
notice in place of the article. The HTTP status decides where none of these applies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode, urljoin

from crawler.html import parse_html
from crawler.kinds.base import LARGEST_PAGE, Kind
from crawler.kinds.wechat.article import BODY_IDS, read_article
from crawler.kinds.wechat.notices import NOTICE_ELEMENTS, match_notice, refined_check
from crawler.kinds.wechat.scripts import QUOTED, unquote
from crawler.links.canonical_url import hostname, parameters, split
from crawler.links.text_links import web_url
from crawler.models.check import Check, Outcome
from crawler.models.link import Link
from crawler.models.metadata import Article
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from bs4 import BeautifulSoup
    from scrapy import Request
    from scrapy.http import Response, TextResponse

HOST = "mp.weixin.qq.com"

_IDENTITY = ("__biz", "mid", "idx", "sn")
_CAPTCHA_PATH = re.compile("/mp/.*captcha", re.IGNORECASE)
_CAPTCHA_PAGE = "secitptpage/verify"
_CAPTCHA_BUTTON = "js_verify"
_MIGRATED_TO = re.compile(rf"transfer(?:TargetLink|_target_link)\s*=\s*(?:\w+\()?{QUOTED}")
_PERMANENT_URL = re.compile(
    rf"https://{re.escape(HOST)}/s(?:/[\w-]+|\?__biz=(?:[\w=-]|%2[BF])+&mid=\d+&idx=\d+&sn=\w+)", re.ASCII
)


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
            return CheckResult(link, refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if not isinstance(response, TextResponse):
            return CheckResult(link, check)
        text = response.text
        soup = parse_html(text)
        if (
            soup.find(id=BODY_IDS.__contains__) is not None
        ):  # first, since an article on crawling may quote a captcha's page id
            return CheckResult(
                link, refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN)), read_article(soup, text)
            )
        if _CAPTCHA_PAGE in text or soup.find(id=_CAPTCHA_BUTTON) is not None:
            return CheckResult(link, refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if (new_url := self._migrated_url(link, response, soup)) is not None:
            return CheckResult(link, refined_check(check, Outcome.MOVED, Reason(ReasonCode.ACCOUNT_MIGRATED), new_url))
        notice_elements = soup.select(NOTICE_ELEMENTS)
        if (
            not notice_elements
            and (article := read_article(soup, text)).title
            and (article.account_id or article.account)
        ):
            return CheckResult(link, refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN)), article)
        if (notice_check := match_notice(check, soup, notice_elements, text)) is not None:
            return CheckResult(link, notice_check)
        if response.status // 100 != 2:  # noqa: PLR2004 - RFC 9110 class
            return CheckResult(link, check)
        return CheckResult(link, refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.UNKNOWN_WECHAT_PAGE)))

    def _migrated_url(self, link: Link, response: TextResponse, soup: BeautifulSoup) -> str | None:
        """Return the article's permanent URL after its account was migrated; None if the page has none."""
        written = [match[1] or match[2] or "" for match in _MIGRATED_TO.finditer(response.text)]
        written += [str(button["href"]) for button in soup.select("a#js_access_msg[href]")]
        for target in map(unquote, map(unquote, written)):  # twice: an `&` may be escaped as script and as HTML
            is_path = target.startswith("/") and not target.startswith("//")
            url = web_url(urljoin(response.url, target) if is_path else target)
            new = self.recognize(*url) if url is not None else None
            if new is not None and new != link and _PERMANENT_URL.fullmatch(new.url):
                return new.url
        return None
