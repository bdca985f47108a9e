"""Read a page of Papers with Code, which describes the paper in no tags. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.html import one_line, parse_html
from crawler.links.arxiv_ids import arxiv_id_of

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

HOST = "paperswithcode.com"
_NAME = re.compile(r"^papers with code - |(?:^| )\| papers with code$", re.IGNORECASE)
_LINKS = 3_000


def page_tags(markup: str) -> dict[str, list[str]]:
    """Return what a page says of the paper, under the names of `citation_*` tags."""
    page = parse_html(markup)
    found = {
        "title": _title(page),
        "author": _authors(page),
        "arxiv_id": _arxiv_ids(page),
        "code_url": _only_implementation(page),
    }
    return {name: texts for name, texts in found.items() if texts}


def _title(page: BeautifulSoup) -> list[str]:
    shared = page.select_one('meta[property="og:title"][content]')
    texts = [str(shared["content"])] if shared else []
    texts += [element.get_text() for element in page.select("title, h1", limit=2)]
    return [title for text in texts if (title := _NAME.sub("", one_line(text)).strip())]


def _authors(page: BeautifulSoup) -> list[str]:
    links = page.select('.authors a[href^="/author/"]', limit=_LINKS)
    return [name for link in links if (name := one_line(link.get_text()))]


def _arxiv_ids(page: BeautifulSoup) -> list[str]:
    """Return the id of the paper on arXiv: the only one in links, or the only one with abstract and PDF."""
    by_form: dict[str, set[str]] = {"abs": set(), "pdf": set()}
    for link in page.select('a[href*="arxiv.org/"]', limit=_LINKS):
        url = str(link["href"])
        if (arxiv_id := arxiv_id_of(url)) is not None:
            by_form["pdf" if "/pdf/" in url else "abs"].add(arxiv_id)
    linked, with_both = by_form["abs"] | by_form["pdf"], by_form["abs"] & by_form["pdf"]
    return next((sorted(ids) for ids in (linked, with_both) if len(ids) == 1), [])


def _only_implementation(page: BeautifulSoup) -> list[str]:
    """Return the URL of the paper's code; none if there are several implementations, of which one may be official."""
    links = page.select('a.code-table-link[href^="https://"]', limit=_LINKS)
    urls = {str(link["href"]).rstrip("/") for link in links}
    return sorted(urls) if len(urls) == 1 else []
