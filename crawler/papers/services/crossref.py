"""Client of Crossref: the registry of most DOIs, up to 50 per request, with what was published about a paper since.

https://api.crossref.org/swagger-ui/index.html; https://www.crossref.org/documentation/retrieve-metadata/rest-api/
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar, Self

from crawler.lookups.errors import ServiceDownError
from crawler.lookups.values import list_in, value_at
from crawler.papers.services.base import RecordService
from crawler.papers.values import build_paper, doi_in, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Paper

_ROWS = 200
"""Records in an answer at most: several notices may be about one paper."""
_FILTERS = {"doi": "doi", "pii": "alternative-id"}
_MAX_NOTICES = 20
_RETRACTED = re.compile(r"(?:(?:RETRACTED|WITHDRAWN|REMOVED)(?: ARTICLE| PAPER| CHAPTER)?\s*:|\[(?i:retracted)\])\s*")
"""What publishers write before the titles of papers that they have retracted."""


class Crossref(RecordService):
    """Looks up papers by DOI, or by the id that a publisher has for an article (PII)."""

    service: ClassVar[str] = "Crossref"
    host: ClassVar[str] = "api.crossref.org"
    schemes: ClassVar[frozenset[str]] = frozenset(_FILTERS)

    def __init__(self, session: requests.Session, mail: str = "") -> None:
        super().__init__(session)
        self._more = {"mailto": mail} if mail else {}

    @classmethod
    def build(cls, session: requests.Session, options: CrawlOptions) -> Self:
        """Build the client; with a mail address Crossref answers from its faster servers."""
        contact = options.requests.contact.removeprefix("mailto:")
        return cls(session, contact if "@" in contact and "/" not in contact else "")

    def papers(self, scheme: str, ids: Sequence[str]) -> Mapping[str, Paper | None]:
        """Return the papers that are registered, by id as asked."""
        works = self._works(_FILTERS[scheme], ids)
        try:
            notices = self._notices(works)
        except ServiceDownError:
            notices = {}  # what the papers' own records say counts alone
        found: dict[str, Paper | None] = {}
        for work in works:
            doi = _doi(work)
            names = {doi} if scheme == "doi" else set(map(plain_text, list_in(work.get("alternative-id"))))
            for name in names.intersection(ids):
                found[name] = _paper(work, doi, notices.get(doi, []))
        return found

    def noticed_papers(self, dois: Sequence[str]) -> Mapping[str, Paper]:
        """Return the papers that are registered, by DOI in lower case, each with all notices.

        Raises ServiceDownError if the service does not answer, also for notices alone.
        """
        works = self._works("doi", dois)
        notices = self._notices(works)
        papers = ((doi, _paper(work, doi, notices.get(doi, []))) for work in works if (doi := _doi(work)))
        return {doi: paper for doi, paper in papers if paper is not None}

    def _works(self, name: str, values: Sequence[str]) -> list[dict[str, Any]]:
        asked = [f"{name}:{value}" for value in values if "," not in value]  # a comma separates filters
        if not asked:
            return []
        parameters = {"filter": ",".join(asked), "rows": str(_ROWS), **self._more}
        items = value_at(self._get_json(f"https://{self.host}/works", parameters), "message", "items")
        if not isinstance(items, list):
            raise ServiceDownError("no list of works")
        return [each for each in items if isinstance(each, dict)]

    def _notices(self, works: Sequence[Mapping[str, Any]]) -> Mapping[str, list[str]]:
        """Return the notices that say which papers they are about; publishers do not add them to all of these."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for work in self._works("updates", sorted({doi for each in works if (doi := _doi(each))})):
            for type_, about in _updates(work.get("update-to")):
                if doi := _doi(work):
                    found[about].append(f"{type_} {doi}")
        return found


def _doi(work: Mapping[str, Any]) -> str:
    """Return the DOI of a record in lower case; "" for none."""
    return (doi_in(work.get("DOI")) or "").lower()


def _updates(records: Any) -> Iterator[tuple[str, str]]:
    """Yield type and DOI of each update."""
    for each in list_in(records):
        type_, doi = plain_text(value_at(each, "type"), 40).lower(), doi_in(value_at(each, "DOI"))
        if type_ and doi:
            yield type_, doi.lower()


def _paper(work: Mapping[str, Any], doi: str, notices: Sequence[str]) -> Paper | None:
    title, containers = _title(work), work.get("container-title")
    own = [f"{type_} {by}" for type_, by in _updates(work.get("updated-by"))]
    if _RETRACTED.match(title) and not any(each.startswith("retraction") for each in (*own, *notices)):
        own.append(f"retraction {doi}")
    return build_paper(
        title=_RETRACTED.sub("", title),
        authors=[_name(each) for each in list_in(work.get("author"))],
        ids={"doi": doi},
        abstract=work.get("abstract"),
        venue=_first(containers) or value_at(work, "event", "name"),
        volume=work.get("volume"),
        date=_date(work),
        pages=work.get("page"),
        pdf_url=next((each["URL"] for each in list_in(work.get("link")) if _is_pdf(each)), None),
        notices=list(dict.fromkeys([*own, *notices]))[:_MAX_NOTICES],
    )


def _title(work: Mapping[str, Any]) -> str:
    """Return the whole title of a work; some publishers register what is behind a colon apart."""
    title, rest = (plain_text(_first(work.get(name))) for name in ("title", "subtitle"))
    return f"{title}: {rest}" if title and rest and rest.lower() not in title.lower() else title


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else values


def _name(author: Any) -> str:
    given, family = plain_text(value_at(author, "given")), plain_text(value_at(author, "family"))
    suffix = plain_text(value_at(author, "suffix"))
    return " ".join(filter(None, (given, family, suffix))) or plain_text(value_at(author, "name"))


def _date(work: Mapping[str, Any]) -> str | None:
    """Return when a paper appeared, in print before online."""
    for name in ("published-print", "published", "published-online", "issued", "created"):
        parts = _first(value_at(work, name, "date-parts"))
        if isinstance(parts, list) and parts and all(isinstance(part, int) for part in parts):
            return "-".join(map(str, parts))
    return None


def _is_pdf(link: Any) -> bool:
    return value_at(link, "content-type") == "application/pdf" and isinstance(value_at(link, "URL"), str)
