"""Find the papers of entries that give only a title, in the records that services have of that title. Pure.

A record is that of the paper if the titles are the same, and an author or the year of the record is in the entry or in
the headings above it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from crawler.links.arxiv_ids import paper_url
from crawler.models.authors import comparable_names
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.works.bare_titles import bare_title
from crawler.papers.bibliographies import SEARCHES
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence
from pipelines.consistency.title_match import similarity
from pipelines.venues.from_bibliography import SAME_PUBLICATION_TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawler.models.metadata import Publication
    from crawler.models.notes.note import Entry, Note

_SERVICES = dict(zip(SEARCHES, ("Semantic Scholar", "Crossref", "OpenAlex"), strict=True))
_SHORTEST_NAME = 3
_YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|(?<=['’])\d\d)(?!\d)")


def is_same_title(title: str, record: Publication) -> bool:
    """Return whether a record has a title, but for case, punctuation and a slip."""
    return similarity(title, record.title) >= SAME_PUBLICATION_TITLE


def bare_title_findings(
    note: Note, entry: Entry, records: Mapping[str, Sequence[tuple[str, Publication]]]
) -> Iterator[Finding]:
    """Yield a finding if a service knows the paper of an entry that has only its title.

    `records` are those of titles, each with the name of its search.
    """
    if not records or (title := bare_title(note, entry)) is None:
        return
    around = _text_beside_title(note, entry, title)
    for name, record in records.get(title, ()):
        if not is_same_title(title, record) or not _has_author_or_year(around, record):
            continue
        if (address := _address(record)) is not None:
            evidence = Reason(ReasonCode.FINDING_SAME_TITLE, _SERVICES[name], _cited(record))
            location, actual = (note.path, entry.line, entry.number), Reason(ReasonCode.OTHER, address)
            yield Finding(*location, FindingKind.PAPER_MISSING, title, actual, evidence, Confidence.MEDIUM)
            return


def _text_beside_title(note: Note, entry: Entry, title: str) -> str:
    text = note.data[entry.start : entry.end].decode("utf-8", "replace")
    return " ".join([*entry.section, text.replace(title, " ", 1)])


def _has_author_or_year(text: str, record: Publication) -> bool:
    years = {int(year) if len(year) > len("21") else 2000 + int(year) for year in _YEAR.findall(text)}
    if record.year in years:
        return True
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = {word.lower() for word in re.findall(r"[A-Z][A-Za-z]+", plain)}
    families = {family for family, _ in comparable_names(record.authors) if len(family) >= _SHORTEST_NAME}
    return not families.isdisjoint(words)


def _address(record: Publication) -> str | None:
    """Return the address of a paper that is most likely to stay, and to be free."""
    if record.arxiv_id:
        return paper_url(record.arxiv_id)
    for scheme, prefix in (
        ("acl", "https://aclanthology.org/"),
        ("doi", "https://doi.org/"),
        ("s2", "https://www.semanticscholar.org/paper/"),
    ):
        if found := record.ids.get(scheme):
            return prefix + found
    return None


def _cited(record: Publication) -> str:
    """Return title, first author and year of a record."""
    first = f"{record.authors[0]} et al." if len(record.authors) > 1 else "".join(record.authors)
    return ", ".join(filter(None, (record.title, first, str(record.year or ""))))
