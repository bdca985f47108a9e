"""Read the metadata of a paper in a page: `citation_*` tags, JSON-LD, Dublin Core, the data of scripts. Pure.

https://scholar.google.com/intl/en/scholar/inclusion.html#indexing, https://schema.org/ScholarlyArticle
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.html import MAX_LINE, one_line, parse_html
from crawler.papers import papers_with_code
from crawler.papers.json_ld import article_tags
from crawler.papers.page_scripts import script_tags
from crawler.papers.values import build_paper, doi_in, page_range, person_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.models.metadata import Paper

Tags = dict[str, list[str]]
"""The texts of the tags of a page by name, in lower case and without `citation_`."""

_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_MAX_TAGS = 2_000
"""Tags that are read: one for each author and institution, and the references behind them, which are left out."""
_LONG = frozenset({"abstract", "citation_abstract", "dc.description"})
_NAMES = {"dc.title": "title", "dc.creator": "author", "dc.date": "date", "dc.identifier": "doi"}
"""Names of Dublin Core, which count where a page has no title of that sort."""
_VENUES = ("conference_title", "journal_title", "inbook_title", "book_title", "conference")
_DATES = ("publication_date", "cover_date", "date", "year", "online_date")


def read_paper(markup: str, url: str) -> Paper | None:
    """Return the paper that a page at a URL describes; None if it describes none.

    The tags for reference managers come first, since most pages have them; JSON-LD adds what they leave out.
    """
    tags, dublin_core = _tags_of(markup)
    linked = article_tags(markup) or script_tags(markup)
    if urlsplit(url).hostname == papers_with_code.HOST:
        linked = papers_with_code.page_tags(markup) | linked
    if not tags.get("title"):
        tags = linked if linked.get("title") else dublin_core
    if not _first(tags, "title"):
        return None
    for name, texts in linked.items():
        tags.setdefault(name, texts)
    return _paper(tags, url)


def _tags_of(markup: str) -> tuple[Tags, Tags]:
    """Return the `citation_*` tags in the head of a page, and those of Dublin Core under the same names."""
    head = _HEAD_END.split(markup, maxsplit=1)[0]
    cited: Tags = defaultdict(list)
    core: Tags = defaultdict(list)
    if "citation_" not in head and "dc." not in head.lower():
        return cited, core
    for meta in parse_html(head).select("meta[name][content]", limit=_MAX_TAGS):
        name = str(meta["name"]).strip().lower()
        text = str(meta["content"])
        text = text.strip() if name in _LONG else one_line(text)
        if name.startswith("citation_"):
            cited[name.removeprefix("citation_")].append(text)
        elif (known := _NAMES.get(name)) is not None:
            core[known].append(text)
    return cited, core


def _paper(tags: Mapping[str, Sequence[str]], url: str) -> Paper | None:
    doi = next((found for text in (*tags.get("doi", ()), *tags.get("id", ())) if (found := doi_in(text))), None)
    return build_paper(
        title=_first(tags, "title"),
        authors=_authors(tags),
        ids={"doi": doi, "arxiv": _first(tags, "arxiv_id")},
        abstract=_first(tags, "abstract"),
        venue=next((text for name in _VENUES if (text := _first(tags, name))), None),
        volume=_first(tags, "volume"),
        date=next((text for name in _DATES if (text := _first(tags, name))), None),
        pages=page_range(_first(tags, "firstpage"), _first(tags, "lastpage")) or _first(tags, "pages"),
        pdf_url=_absolute(url, _first(tags, "pdf_url")),
        code_url=_first(tags, "code_url"),
    )


def _authors(tags: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the authors of the tags `author`, else of one tag `authors` with `;` between them."""
    listed = tags.get("author") or [
        name for text in tags.get("authors", ()) for name in text[: 20 * MAX_LINE].split(";" if ";" in text else ",")
    ]
    return [person_name(name) for name in listed]


def _absolute(url: str, written: str | None) -> str | None:
    """Return a URL as a browser reads it on a page at another; None if it is none."""
    try:
        return urljoin(url, written) if written else None
    except ValueError:
        return None


def _first(tags: Mapping[str, Sequence[str]], name: str) -> str | None:
    return next((text for text in tags.get(name, ()) if text), None)
