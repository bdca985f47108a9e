"""The kind `wechat`: articles and other pages of WeChat official accounts, judged by their pages.

Nearly all pages have the status 200, deleted articles included, and an article's scripts contain most of the notices'
texts. Measured on live pages, this order of tests is reliable: the URL of a captcha; an article's body; the page id of
a captcha; the new URL of a migrated account; title and account of an article without a known body; the text of the
notice in place of the article; for pages that are no articles, a title or text of their own. The HTTP status decides
where none of these applies.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin

from crawler.html import LARGEST_PAGE, parse_html
from crawler.kinds.base import Kind
from crawler.kinds.wechat.addresses import canonical_form, is_article, is_captcha, is_permanent
from crawler.kinds.wechat.article import read_article, shows_article
from crawler.kinds.wechat.notices import (
    is_generic_title,
    match_notice,
    notice_elements,
    refined_check,
    unknown_page_check,
)
from crawler.kinds.wechat.scripts import QUOTED, unquote
from crawler.links.canonical_url import hostname, split
from crawler.links.spelling.text_links import web_url
from crawler.models.check import Check, Outcome
from crawler.models.link import Link
from crawler.models.metadata import Article
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from bs4 import BeautifulSoup
    from scrapy import Request
    from scrapy.http import Response, TextResponse

LONG_TEXT = 200
"""Characters of visible text from which a page counts as filled, whatever its title."""

_CAPTCHA_PAGE = "secitptpage/verify"
_CAPTCHA_BUTTON = "js_verify"
_MIGRATED_TO = re.compile(rf"transfer(?:TargetLink|_target_link)\s*=\s*(?:\w+\()?{QUOTED}")


class Wechat(Kind):
    """An article of a WeChat official account, or another page of one: an album, a home page, a profile, a video."""

    name = "wechat"
    labels: ClassVar[Mapping[str, str]] = {"en": "WeChat", "zh": "微信"}
    metadata_type = Article
    has_permanent_redirects = True  # its notice of a migrated account names the new address

    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link to an article or another page of an account.

        Long URLs of articles are reduced to `__biz`, `mid`, `idx`, `sn`, short ones to a path; the URL of a captcha
        becomes that of the page behind it.
        """
        if (form := canonical_form(url, parts)) is None:
            return None
        return Link(form, self.name, form, hostname(split(form)))

    def request(self, link: Link) -> Request:
        """Return the request for the whole page: account and time of an article are in scripts behind its body."""
        from crawler.fetch.verbatim_requests import build_request

        return build_request(link.url, meta={"download_maxsize": LARGEST_PAGE})

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result by captcha, body or notice; the check of the HTTP exchange where there is none of them."""
        from scrapy.http import TextResponse

        if is_captcha(split(response.url)):
            return CheckResult(link, refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if not isinstance(response, TextResponse):
            return CheckResult(link, check)
        soup = parse_html(response.text)
        if shows_article(soup):  # first, since an article on crawling may quote a captcha's page id
            check = refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN))
            return CheckResult(link, check, read_article(soup, response.text))
        return self._read_other(link, response, soup, check)

    def _read_other(self, link: Link, response: TextResponse, soup: BeautifulSoup, check: Check) -> CheckResult:
        """Return the result of a page without the body of an article."""
        text, elements = response.text, notice_elements(soup)
        if _CAPTCHA_PAGE in text or soup.find(id=_CAPTCHA_BUTTON) is not None:
            return CheckResult(link, refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA)))
        if (new_url := self._migrated_url(link, response, soup)) is not None:
            return CheckResult(link, refined_check(check, Outcome.MOVED, Reason(ReasonCode.ACCOUNT_MIGRATED), new_url))
        article = None if elements else read_article(soup, text)
        if article is not None and article.title and (article.account_id or article.account):
            return CheckResult(link, refined_check(check, Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN)), article)
        if (notice_check := match_notice(check, soup, elements, text)) is not None:
            return CheckResult(link, notice_check)
        if response.status // 100 != 2:  # noqa: PLR2004 - RFC 9110 class
            return CheckResult(link, check)
        if article is not None and not is_article(link.url) and _has_content(soup, article):
            return CheckResult(link, replace(check, final_url=None) if check.outcome is Outcome.OK else check)
        return CheckResult(link, unknown_page_check(check, soup, elements))

    def _migrated_url(self, link: Link, response: TextResponse, soup: BeautifulSoup) -> str | None:
        """Return the article's permanent URL after its account was migrated; None if the page has none."""
        written = [match[1] or match[2] or "" for match in _MIGRATED_TO.finditer(response.text)]
        written += [str(button["href"]) for button in soup.select("a#js_access_msg[href]")]
        for target in map(unquote, map(unquote, written)):  # twice: an `&` may be escaped as script and as HTML
            is_path = target.startswith("/") and not target.startswith("//")
            url = web_url(urljoin(response.url, target) if is_path else target)
            new = self.recognize(*url) if url is not None else None
            if new is not None and new != link and is_permanent(new.url):
                return new.url
        return None


def _has_content(soup: BeautifulSoup, article: Article) -> bool:
    """Return whether a page that is no article has a title of its own, or much text: scripts fill an empty frame."""
    title = article.title or (soup.title.get_text() if soup.title else "")
    return not is_generic_title(title) or len(collapse_whitespace((soup.body or soup).get_text(" "))) > LONG_TEXT
