"""The kind `paper`: papers on the sites of publishers and proceedings, known by the tags of their pages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from crawler.html import TooMuchMarkupError
from crawler.kinds.web import WebPage, titled_page
from crawler.links.arxiv_ids import arxiv_link
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
    from crawler.models.metadata import Metadata
    from crawler.models.result import CheckResult

_FILE = re.compile(r"\.pdf\b|/pdf\b|/e?pdf/|/stamp", re.IGNORECASE)
_READER = re.compile(r"paper page - ", re.IGNORECASE)
"""What Hugging Face writes before the titles of papers."""
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
    has_archived_metadata = True
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
        """Return the result of a response; a paper has the id in its URL, too, and that of arXiv where it is shown."""
        result = super().read(link, response, check)
        if not result.check.is_ok:
            return result
        on_arxiv = arxiv_link(urlsplit(response.url))
        paper = _paper_on_arxiv(result.metadata) if on_arxiv else result.metadata
        if not isinstance(paper, Paper):
            return result
        ids = {**paper.ids, **({"arxiv": on_arxiv.identity} if on_arxiv else {}), **ids_of(link.identity)}
        return replace(result, metadata=replace(paper, ids=ids))

    def archived_metadata(self, link: Link, markup: str) -> Paper | None:
        """Return the paper in the source of its page."""
        from crawler.papers.page_tags import read_paper

        with suppress(TooMuchMarkupError):
            paper = read_paper(markup, page_of(link.identity))
            return paper and replace(paper, ids={**paper.ids, **ids_of(link.identity)})
        return None

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


def _paper_on_arxiv(metadata: Metadata | None) -> Metadata | None:
    """Return the paper of which a reader of arXiv shows only the title in tags."""
    if not isinstance(metadata, Page) or not metadata.title:
        return metadata
    return Paper(_READER.sub("", metadata.title, count=1))
