"""A citation as BibTeX, with the entry type of its venue. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipelines.reports.bibliography.citation import Form
from pipelines.reports.bibliography.tex import encoded, for_latex

if TYPE_CHECKING:
    from bibtexparser.middlewares.middleware import Middleware

    from pipelines.reports.bibliography.citation import Citation
    from pipelines.reports.bibliography.names import Name

BEGIN, BETWEEN, END = "", "\n", ""
"""What a file begins with, has between two citations, and ends with."""

_TYPES = {Form.ARTICLE: ("article", "journal"), Form.CONFERENCE: ("inproceedings", "booktitle")}


def text_of(citation: Citation) -> str:
    """Return the entry of a citation, with texts escaped for BibTeX and LaTeX; DOI, eprint and URL are verbatim."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    type_, container = _TYPES.get(citation.form, ("misc", ""))
    values = {
        "title": f"{{{_text(citation.title)}}}",  # styles print it in lower case without the second braces
        "author": _authors(citation),
        container: _text(citation.container),
        "howpublished": _text(citation.place),
        "year": str(citation.year or ""),
        "eprint": _verbatim(citation.arxiv_id or ""),
        "archiveprefix": "arXiv" if citation.arxiv_id else "",
        "primaryclass": _verbatim("".join(citation.categories[:1])) if citation.arxiv_id else "",
        "doi": _verbatim(citation.doi or ""),
        "url": _verbatim(citation.url),
        "note": "Withdrawn" if citation.is_withdrawn else "",
    }
    fields = [Field(name, value) for name, value in values.items() if name and value]
    text: str = write_string(Library([Entry(type_, citation.key, fields)]), unparse_stack=_middlewares())
    return text


@cache
def _middlewares() -> tuple[Middleware, ...]:
    """Return what encloses the fields of an entry, in place: copies take as long as all else."""
    from bibtexparser.middlewares.parsestack import default_unparse_stack

    return tuple(default_unparse_stack(allow_inplace_modification=True))


def _text(text: str) -> str:
    return encoded(for_latex(text))


def _verbatim(text: str) -> str:
    """Return an identifier or URL as it is; what would end the field is percent-encoded."""
    return re.sub(r"[{}\\\s]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _authors(citation: Citation) -> str:
    """Return names joined by `and`; `others` is printed as et al."""
    names = [each for name in citation.authors if (each := _author(name))]
    return " and ".join([*names, *(["others"] if citation.has_more else [])])


def _author(name: Name) -> str:
    """Return `van der Maaten, Laurens` or `King, Jr., Martin`; in braces what has no parts, so that none are seen."""
    family, suffix, given = map(_part, (name.family, name.suffix, name.given))
    if not given and not suffix:
        return f"{{{family}}}" if " " in family or name.is_group else family
    return ", ".join([family, *([suffix] if suffix else []), given])


def _part(text: str) -> str:
    """Return a part of a name without commas, which end it."""
    return _text(text.replace(",", " "))
