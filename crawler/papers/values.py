"""Build a paper from the values of foreign records: bounded, cleaned, and left out where they cannot be right. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.html import unescape
from crawler.links.arxiv_ids import is_well_formed
from crawler.links.canonical_url import InvalidURLError, canonicalize_url
from crawler.lookups.values import text_in, text_or_number_in, year_in
from crawler.models.authors import clean_author
from crawler.models.metadata import Paper, is_retraction
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_TITLE = 500
"""Characters of a title or name that are used."""
MAX_AUTHORS = 1_000
MAX_ABSTRACT = 20_000
MAX_URL = 2_000

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]{1,200}")
_MARKUP = re.compile(r"<[/a-zA-Z][^<>]{0,200}>")
_PAGES = re.compile(r"[\w.:]{1,20}(?:\s*[-–—]{1,2}\s*[\w.:]{1,20})?")
_DATE = re.compile(r"((?:19|20)\d\d)(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?!\d)")
_ONLY_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d)\.?", re.IGNORECASE)


def build_paper(
    *,
    title: Any,
    authors: Iterable[Any] = (),
    ids: Mapping[str, Any] | None = None,
    abstract: Any = None,
    venue: Any = None,
    volume: Any = None,
    date: Any = None,
    pages: Any = None,
    pdf_url: Any = None,
    comment: Any = None,
    code_url: Any = None,
    notices: Iterable[str] = (),
) -> Paper | None:
    """Return a paper of these values; None without a title. Values of another form than expected are left out."""
    if not (title := plain_text(title)):
        return None
    published, notices = parse_date(date), tuple(notices)
    return Paper(
        title=title,
        ids=_clean_ids(ids or {}),
        authors=tuple(clean for name in authors if (clean := clean_author(plain_text(name))))[:MAX_AUTHORS],
        abstract=plain_text(abstract, MAX_ABSTRACT) or None,
        comment=plain_text(comment) or None,
        journal_ref=_reference(plain_text(venue), plain_text(volume, 20), published),
        published=published,
        pages=_clean_pages(pages),
        pdf_url=_clean_url(pdf_url),
        notices=notices,
        code_url=_clean_url(code_url),
        withdrawn=True if any(is_retraction(each) for each in notices) else None,
    )


def plain_text(value: Any, limit: int = MAX_TITLE) -> str:
    """Return a text on one line, without markup and references to characters; "" for anything else."""
    text = text_in(value, 2 * limit) or ""
    return collapse_whitespace(unescape(_MARKUP.sub("", text)))[:limit]


def doi_in(text: Any) -> str | None:
    """Return the DOI in a text: as it is, behind `doi:`, or in a URL."""
    match = _DOI.search(text_in(text, MAX_TITLE) or "")
    if match is None:
        return None
    return match[0].rstrip(".,;" if "(" in match[0] else ".,;)")


def person_name(name: str) -> str:
    """Return the name of a person with the given name first: `He, Kaiming` is `Kaiming He`."""
    family, comma, given = name.partition(",")
    given = given.strip()
    if not comma or not given or "," in given or _SUFFIX.fullmatch(given):
        return name
    return f"{given} {family.strip()}"


def page_range(first: Any, last: Any) -> Any:
    """Return the pages from the first to the last; the first alone if the last is not known."""
    return f"{first}-{last}" if first and last else first


def parse_date(value: Any) -> datetime | None:
    """Return the day of a date such as `2019/6`, `2019-06-17` or `17 June 2019`; the first where parts are missing."""
    text = text_or_number_in(value, 60) or ""
    match = _DATE.match(text.strip()) or _ONLY_YEAR.search(text)
    if match is None or (year := year_in(int(match[1]))) is None:
        return None
    month, day = (int(each or 1) for each in (*match.groups(), None, None)[1:3])
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return datetime(year, 1, 1, tzinfo=UTC)


def _reference(venue: str, volume: str, published: datetime | None) -> str | None:
    """Return a reference such as `Nature 521 (2015)`; None without a venue."""
    if not venue:
        return None
    year = f"({published.year})" if published and str(published.year) not in venue else ""
    return " ".join(filter(None, (venue, volume, year)))


def _clean_ids(ids: Mapping[str, Any]) -> dict[str, str]:
    clean = {scheme: text for scheme, value in ids.items() if (text := plain_text(value))}
    if "arxiv" in clean:
        arxiv_id = re.sub(r"v\d+$", "", clean["arxiv"].removeprefix("arXiv:"))
        clean.pop("arxiv")
        clean |= {"arxiv": arxiv_id} if is_well_formed(arxiv_id) else {}
    return clean


def _clean_pages(value: Any) -> str | None:
    """Return pages as `770-778`; None for anything else, such as a number of pages in words."""
    text = plain_text(value, 50)
    return re.sub(r"\s*[-–—]{1,2}\s*", "-", text) if _PAGES.fullmatch(text) else None


def _clean_url(value: Any) -> str | None:
    """Return a web URL in canonical form; None for others."""
    url = text_in(value, MAX_URL + 1) or ""
    try:
        return canonicalize_url(url) if 0 < len(url) <= MAX_URL else None
    except InvalidURLError:
        return None
