"""The kind `web`: any URL that no other kind recognizes; its metadata is the page's title."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from crawler.html import one_line
from crawler.kinds.base import Kind
from crawler.links.canonical_url import hostname
from crawler.models.link import Link
from crawler.models.metadata import Page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import CheckResult

# A title is RCDATA (HTML standard, 13.1.2): no markup inside, entities decoded. A parser costs fifty times as much.
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>([^<]*)", re.IGNORECASE)


class WebPage(Kind):
    """Base class of the kinds whose links are checked with the rules for web pages."""

    may_be_picture = True
    checks_soft_404 = True
    anchor_prefix = ""

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result of a response; a page that is not the one asked for has no metadata."""
        result = super().read(link, response, check)
        return result if check.is_ok else replace(result, metadata=None)


class Web(WebPage):
    """A web page; its identity is the URL."""

    name = "web"
    rank = 9
    labels: ClassVar[Mapping[str, str]] = {"en": "web", "zh": "网页"}
    metadata_type = Page

    def recognize(self, url: str, parts: SplitResult) -> Link:
        """Return a link for any URL."""
        return Link(url, self.name, url, hostname(parts))

    def metadata(self, response: Response) -> Page:
        """Return the page's title and media type; the title is empty if there is none or the page is not HTML."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        return Page(page_title(response), content_type or None)


def titled_page(response: Response) -> Page | None:
    """Return a page's title and media type; None without a title, as a file has none."""
    page = Web().metadata(response)
    return page if page.title else None


def page_title(response: Response) -> str:
    """Return the text of a page's `<title>` on one line; "" if it has none or is not text."""
    from scrapy.http import TextResponse

    if not isinstance(response, TextResponse) or (match := _TITLE.search(response.text)) is None:
        return ""
    return one_line(match[1])
