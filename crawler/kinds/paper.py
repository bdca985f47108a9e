"""The kind `paper`: papers on the sites of publishers and proceedings, known by the tags of their pages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from crawler.html import TooMuchMarkupError
from crawler.kinds.web import WebPage, titled_page
from crawler.links.canonical_url import hostname
from crawler.models.link import Link
from crawler.models.metadata import Page, Paper
from crawler.papers.sites import Group, ids_of, label_of, page_of, paper_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import CheckResult

_FILE = re.compile(r"\.pdf\b|/pdf\b|/e?pdf/|/stamp", re.IGNORECASE)
PAPER_PAGE = 256 * 1024
"""Bytes of a page that are read: the tags of a paper with many authors and references are longer than other heads."""


class PaperPage(WebPage):
    """A paper whose identity is `scheme:id`; page and PDF are two links to one paper.

    A link is checked at the URL in the note, with the rules for web pages: what is said of the paper may come from
    elsewhere, whether the link works may not.
    """

    name = "paper"
    rank = 2
    labels: ClassVar[Mapping[str, str]] = {"en": "paper", "zh": "论文"}
    metadata_type = Paper
    citation_source = True
    group: ClassVar[Group] = "page"

    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link to a paper on one of the sites."""
        identity = paper_at(self.group, parts)
        return None if identity is None else Link(url, self.name, identity, hostname(parts))

    def url_of(self, identity: str) -> str:
        """Return the URL of a paper's page."""
        return page_of(identity)

    def reference(self, identity: str) -> str:
        """Return the name of the site and the paper's id there."""
        return label_of(identity)

    def description_url(self, link: Link) -> str | None:
        """Return the URL of a paper's page for a link to its PDF."""
        page = page_of(link.identity)
        return page if _FILE.search(link.url) else None

    def request(self, link: Link) -> Request:
        """Return the request for the page, as far as its tags can be."""
        request = super().request(link)
        request.meta["page_bytes"] = PAPER_PAGE
        return request

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result of a response; a paper has the id in its URL, too."""
        result = super().read(link, response, check)
        if not isinstance(result.metadata, Paper):
            return result
        ids = {**result.metadata.ids, **ids_of(link.identity)}
        return replace(result, metadata=replace(result.metadata, ids=ids))

    def metadata(self, response: Response) -> Paper | Page | None:
        """Return the paper that the page describes, else its title; None for a PDF."""
        from scrapy.http import TextResponse

        from crawler.papers.page_tags import read_paper

        if not isinstance(response, TextResponse):
            return None
        with suppress(TooMuchMarkupError):
            if (paper := read_paper(response.text, response.url)) is not None:
                return paper
        return titled_page(response)
