"""What one cites of a work, from its metadata. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from crawler.links.secrets import masked
from pipelines.reports.bibliography.tex import as_unicode, one_line
from pipelines.venues.model import without_track
from pipelines.venues.table import venue_table
from pipelines.works.identifiers import dois_in

if TYPE_CHECKING:
    from datetime import date

    from crawler.models.metadata import Paper
    from pipelines.reports.bibliography.names import Name
    from pipelines.venues.table import VenueSeries

MAX_AUTHORS = 200
"""Maximum authors of a citation."""

MAX_ABSTRACT = 5_000
"""Maximum characters of an abstract."""

_OF_CONFERENCE = re.compile(
    r"\b(?:conf(?:erence)?|symp(?:osium)?|workshops?|proc(?:eedings)?|meeting|congress|challenge)\b", re.IGNORECASE
)
_OF_JOURNAL = re.compile(
    r"\b(?:journal|j|trans(?:actions)?|letters?|lett|reviews?|rev|annals|magazine|bulletin|acta|communications)\b",
    re.IGNORECASE,
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.", re.IGNORECASE)


class Form(StrEnum):
    """The form in which a work appeared."""

    ARTICLE = "article in a journal"
    CONFERENCE = "paper in the proceedings of a conference"
    PREPRINT = "not known to have appeared"


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation: what each format of a bibliography is written from.

    `title` and `abstract` are on one line, the title as its source has it, with TeX. `authors` are at most MAX_AUTHORS,
    `has_more` says that there are others. `container` is the full name of the journal or of the proceedings, `place`
    that of a venue of unknown form. `day` is that of the first version; `year` that of the venue, or else of the day.
    """

    key: str
    form: Form
    title: str
    url: str
    authors: tuple[Name, ...] = ()
    has_more: bool = False
    container: str = ""
    place: str = ""
    year: int | None = None
    day: date | None = None
    arxiv_id: str | None = None
    categories: tuple[str, ...] = ()
    doi: str | None = None
    abstract: str = ""
    is_withdrawn: bool = False

    @property
    def issued(self) -> tuple[int, ...]:
        """The year, month and day of a preprint; the year of what appeared; empty if none is known."""
        if self.form is Form.PREPRINT and self.day is not None and self.year == self.day.year:
            return (self.day.year, self.day.month, self.day.day)
        return () if self.year is None else (self.year,)


def citation(key: str, paper: Paper, url: str) -> Citation:
    """Return the citation of a paper at a URL."""
    from pipelines.reports.bibliography.names import names_of

    form, name = _form(paper)
    authors = list(islice(names_of(as_unicode(each) for each in paper.authors), MAX_AUTHORS + 1))
    day = paper.published and paper.published.date()
    return Citation(
        key,
        form,
        one_line(paper.title),
        masked(url),
        authors=tuple(authors[:MAX_AUTHORS]),
        has_more=len(authors) > MAX_AUTHORS,
        container="" if form is Form.PREPRINT else name,
        place=name if form is Form.PREPRINT else "",
        year=paper.venue_year or (day.year if day else None),
        day=day,
        arxiv_id=paper.arxiv_id,
        categories=paper.categories,
        doi=_doi(paper),
        abstract=as_unicode(paper.abstract or "", MAX_ABSTRACT),
        is_withdrawn=bool(paper.withdrawn),
    )


def _doi(paper: Paper) -> str | None:
    """Return the DOI of the publication, else that of the preprint; None if there is none."""
    found = dois_in(paper.doi or "")
    return next((each for each in found if not _ARXIV_DOI.match(each)), next(iter(found), None))


def _form(paper: Paper) -> tuple[Form, str]:
    """Return how a paper appeared, and the full name of its venue with that of its track."""
    venue = one_line(paper.venue or "")
    series = _by_name().get(without_track(paper))
    if series is not None:
        is_article = series.kind == "journal" and paper.venue_track != "workshop"
        return Form.ARTICLE if is_article else Form.CONFERENCE, series.full_name + venue.removeprefix(series.name)
    if not venue:
        return Form.PREPRINT, ""
    if paper.venue_track == "workshop" or _OF_CONFERENCE.search(venue):
        return Form.CONFERENCE, venue
    if _OF_JOURNAL.search(venue) or paper.venue_source == "journal_ref":
        return Form.ARTICLE, venue
    return Form.PREPRINT, venue


@cache
def _by_name() -> dict[str, VenueSeries]:
    return {series.name: series for series in venue_table().series}
