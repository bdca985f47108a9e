"""A citation as CSL-JSON, which Zotero, Obsidian and Pandoc read. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crawler.text import visible
from pipelines.reports.bibliography.citation import Form
from pipelines.reports.bibliography.tex import as_unicode

if TYPE_CHECKING:
    from pipelines.reports.bibliography.citation import Citation
    from pipelines.reports.bibliography.names import Name

BEGIN, BETWEEN, END = "[\n", ",\n", "\n]\n"
"""What a file begins with, has between two citations, and ends with."""

_TYPES = {Form.ARTICLE: "article-journal", Form.CONFERENCE: "paper-conference", Form.PREPRINT: "article"}


def text_of(citation: Citation) -> str:
    """Return the item of a citation, on one line."""
    values = {
        "id": citation.key,
        "type": _TYPES[citation.form],
        "title": as_unicode(citation.title),
        "author": [*map(_name, citation.authors), *([{"literal": "others"}] if citation.has_more else [])],
        "container-title": citation.container,
        "publisher": citation.place or ("arXiv" if citation.arxiv_id and citation.form is Form.PREPRINT else ""),
        "number": f"arXiv:{citation.arxiv_id}" if citation.arxiv_id and citation.form is Form.PREPRINT else "",
        "issued": {"date-parts": [list(citation.issued)]} if citation.issued else None,
        "DOI": citation.doi,
        "URL": citation.url,
        "abstract": citation.abstract,
        "note": "\n".join(_notes(citation)),
    }
    return visible(json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False))


def _notes(citation: Citation) -> list[str]:
    """Return lines for the field that Zotero calls Extra."""
    of_arxiv = citation.arxiv_id is not None and citation.form is not Form.PREPRINT
    return [
        *([f"arXiv: {citation.arxiv_id}"] if of_arxiv else []),
        *(["Withdrawn"] if citation.is_withdrawn else []),
    ]


def _name(name: Name) -> dict[str, Any]:
    if name.is_group:
        return {"literal": name.family}
    values = {
        "family": name.base,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in values.items() if value}
