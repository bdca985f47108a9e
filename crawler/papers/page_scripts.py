"""Read the paper that a page has only in the data of its scripts, as IEEE Xplore does. Pure."""

from __future__ import annotations

import json
import re

from crawler.lookups.values import text_or_number_in, value_at, values_at

_XPLORE = re.compile(r"xplGlobal\.document\.metadata\s{0,9}=\s{0,9}(?=\{)")
_LARGEST = 400_000
_NAMES = {
    "title": "title",
    "abstract": "abstract",
    "publicationTitle": "journal_title",
    "publicationYear": "publication_date",
    "volume": "volume",
    "startPage": "firstpage",
    "endPage": "lastpage",
    "doi": "doi",
    "pdfUrl": "pdf_url",
}


def script_tags(markup: str) -> dict[str, list[str]]:
    """Return what a script says of the paper, under the names of `citation_*` tags; {} if none does."""
    match = _XPLORE.search(markup)
    if match is None:
        return {}
    try:
        data, _ = json.JSONDecoder().raw_decode(markup[match.end() : match.end() + _LARGEST])
    except (ValueError, RecursionError):
        return {}
    found = {tag: [text] for name, tag in _NAMES.items() if (text := text_or_number_in(value_at(data, name)))}
    authors = [text for name in values_at(value_at(data, "authors"), "name") if (text := text_or_number_in(name))]
    return found | ({"author": authors} if authors else {})
