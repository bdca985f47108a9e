"""The bibliographies that are asked about papers, and about titles without a link."""

from __future__ import annotations

from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.papers.services.crossref_notices import CrossrefNotices

BIBLIOGRAPHIES: tuple[type[SemanticScholar | OpenAlex | CrossrefNotices], ...] = (
    SemanticScholar,
    OpenAlex,
    CrossrefNotices,
)
"""In the order in which they are asked, and in which their records are preferred."""

SEARCHES = ("semantic_scholar by title", "crossref by title", "openalex by title")
"""The names in the store of the services that are asked about titles, in their order."""
