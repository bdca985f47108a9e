"""Clients of DataCite, the registry of DOIs of data and preprints, and of doi.org, which knows all that are registered.

https://support.datacite.org/docs/api-queries, https://www.doi.org/the-identifier/resources/factsheets/doi-system-proxy-server
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from crawler.lookups.errors import ServiceDownError
from crawler.lookups.values import list_in, value_at, values_at
from crawler.papers.services.base import RecordService
from crawler.papers.values import build_paper, doi_in, page_range, person_name, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.models.metadata import Paper


class DataCite(RecordService):
    """Looks up DOIs, as many as there are in a batch per request."""

    service: ClassVar[str] = "DataCite"
    host: ClassVar[str] = "api.datacite.org"
    schemes: ClassVar[frozenset[str]] = frozenset({"doi"})

    def papers(self, scheme: str, ids: Sequence[str]) -> Mapping[str, Paper | None]:  # noqa: ARG002 - there is one
        """Return the papers that are registered, by DOI."""
        listed = " OR ".join('"{}"'.format(doi.replace('"', "")) for doi in ids)
        parameters = {"query": f"doi:({listed})", "page[size]": str(len(ids))}
        answer = self._get_json(f"https://{self.host}/dois", parameters)
        records = value_at(answer, "data")
        if not isinstance(records, list):
            raise ServiceDownError("no list of DOIs")
        found = ((doi_in(value_at(each, "attributes", "doi")), value_at(each, "attributes")) for each in records)
        return {doi.lower(): _paper(doi.lower(), record) for doi, record in found if doi and doi.lower() in ids}


class DoiAgencies(RecordService):
    """Asks doi.org which agency a DOI is registered with: that of another country is registered all the same."""

    service: ClassVar[str] = "doi.org"
    host: ClassVar[str] = "doi.org"
    schemes: ClassVar[frozenset[str]] = frozenset({"doi"})

    def papers(self, scheme: str, ids: Sequence[str]) -> Mapping[str, Paper | None]:  # noqa: ARG002 - there is one
        """Return the DOIs that are registered, without any metadata."""
        listed = ",".join(quote(doi, safe="/()") for doi in ids if "," not in doi)
        if not listed:
            return {}
        answer = self._get_json(f"https://{self.host}/doiRA/{listed}")
        if not isinstance(answer, list):
            raise ServiceDownError("no list of DOIs")
        registered = {plain_text(value_at(each, "DOI")).lower() for each in answer if value_at(each, "RA")}
        return dict.fromkeys(sorted(registered.intersection(ids)))


def _paper(doi: str, record: Any) -> Paper | None:
    container = value_at(record, "container")
    titles = values_at(value_at(record, "titles"), "title")
    return build_paper(
        title=next((title for title in titles if title), None),
        authors=[_name(each) for each in list_in(value_at(record, "creators"))],
        ids={"doi": doi},
        abstract=next(iter(values_at(value_at(record, "descriptions"), "description")), None),
        venue=value_at(container, "title"),
        volume=value_at(container, "volume"),
        date=value_at(record, "publicationYear"),
        pages=page_range(value_at(container, "firstPage"), value_at(container, "lastPage")),
    )


def _name(creator: Any) -> str:
    given, family = plain_text(value_at(creator, "givenName")), plain_text(value_at(creator, "familyName"))
    return f"{given} {family}" if given and family else person_name(plain_text(value_at(creator, "name")))
