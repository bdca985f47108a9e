"""A citation as RIS, which EndNote, Mendeley and Zotero read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.text import visible
from pipelines.reports.bibliography.citation import Form
from pipelines.reports.bibliography.tex import as_unicode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.bibliography.citation import Citation
    from pipelines.reports.bibliography.names import Name

BEGIN, BETWEEN, END = "", "\n", ""
"""What a file begins with, has between two citations, and ends with."""

_TYPES = {Form.ARTICLE: "JOUR", Form.CONFERENCE: "CONF", Form.PREPRINT: "UNPB"}


def text_of(citation: Citation) -> str:
    """Return the record of a citation, one tag a line."""
    tags = [("TY", _TYPES[citation.form]), *_tags(citation), ("ER", "")]
    return visible("".join(f"{tag}  - {value}\n" for tag, value in tags if value or tag == "ER"))


def _tags(citation: Citation) -> Iterator[tuple[str, str]]:
    yield "ID", citation.key
    yield from (("AU", _name(name)) for name in citation.authors)
    yield "TI", as_unicode(citation.title)
    yield "T2", citation.container
    yield "PB", citation.place
    yield "PY", str(citation.year or "")
    yield "DA", "/".join(f"{part:02}" for part in citation.issued)
    yield "AN", f"arXiv:{citation.arxiv_id}" if citation.arxiv_id else ""
    yield "DO", citation.doi or ""
    yield "UR", citation.url
    yield "AB", citation.abstract
    yield from (("KW", category) for category in citation.categories)
    yield "N1", "Withdrawn" if citation.is_withdrawn else ""


def _name(name: Name) -> str:
    """Return `van der Maaten, Laurens` or `King, Martin, Jr.`, which is the order of RIS."""
    parts = (name.family.replace(",", " ") if name.is_group else name.family, name.given, name.suffix)
    return ", ".join(part for part in parts if part)
