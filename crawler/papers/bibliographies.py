"""The names in the store of the services that are asked about papers; nothing of these is imported for it."""

from __future__ import annotations

BIBLIOGRAPHIES = ("semantic_scholar", "openalex", "crossref")
"""The bibliographies, in the order in which they are asked, and in which their records are preferred."""

SEARCHES = ("semantic_scholar by title", "crossref by title", "openalex by title")
"""The services that are asked about titles without a link, in their order."""
