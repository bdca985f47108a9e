"""One odd value in the record of a paper is left out, and costs no other paper of the answer anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.papers.services.crossref import Crossref
from crawler.papers.services.datacite import DataCite
from crawler.papers.services.openreview import OpenReview
from crawler.papers.services.semantic_scholar import SemanticScholarIds
from crawler.store.schema import mapping
from tests.crawler.lookups.test_values import ODD, changed, places
from tests.fuzz.answers import session

if TYPE_CHECKING:
    from crawler.papers.services.base import RecordService

DAY = datetime(2026, 11, 20, tzinfo=UTC)


class Case(NamedTuple):
    """A service, the scheme and ids of two papers, their records, and where these are in an answer."""

    service: type[RecordService]
    scheme: str
    ids: tuple[str, str]
    records: list[Any]
    keys: tuple[str, ...]


WORK = {
    "title": ["One"], "subtitle": ["Two"], "DOI": "10.1145/1234.5678", "alternative-id": ["S0001"], "type": "article",
    "author": [{"given": "Ada", "family": "Ring", "suffix": "Jr."}, {"name": "A Group"}], "abstract": "<p>We doubt.",
    "container-title": ["Loops"], "event": {"name": "L"}, "volume": "3", "page": "1-9",
    "issued": {"date-parts": [[2019, 7, 25]]},
    "link": [{"URL": "https://a.example/a", "content-type": "application/pdf"}],
    "updated-by": [{"DOI": "10.1145/7.1", "type": "correction"}], "update-to": [{"DOI": "10.1145/8.1", "type": "x"}],
}  # fmt: skip
RECORD = {
    "attributes": {
        "doi": "10.5281/one", "titles": [{"title": "One"}], "publicationYear": 2019,
        "creators": [{"givenName": "Ada", "familyName": "Ring", "name": "Ring, Ada"}],
        "descriptions": [{"description": "We doubt."}], "container": {"title": "L", "volume": "3", "firstPage": "1"},
    }
}  # fmt: skip
NOTE = {
    "id": "AbCdEf1", "pdate": 1675700000000,
    "content": {name: {"value": text} for name, text in (("title", "One"), ("venue", "ICLR 2023"), ("pdf", "/pdf"))}
    | {"authors": {"value": ["Ada Ring"]}, "abstract": "We doubt."},
}  # fmt: skip
KNOWN = {
    "title": "One", "venue": "CVPR", "publicationVenue": {"name": "CVPR"}, "journal": {"name": "ArXiv"}, "year": 2021,
    "authors": [{"name": "A"}], "externalIds": {"ArXiv": "2110.15352", "DOI": "10.1/x"},
}  # fmt: skip
OTHER = {"title": ["Other"], "DOI": "10.1145/1234.9999", "alternative-id": ["S0002"]}
OF_DATACITE = {"attributes": {"doi": "10.5281/other", "titles": [{"title": "Other"}]}}
OF_OPENREVIEW = {"id": "AbCdEf2", "content": {"title": "Other"}}
CASES = {
    "doi": Case(Crossref, "doi", ("10.1145/1234.5678", "10.1145/1234.9999"), [WORK, OTHER], ("message", "items")),
    "pii": Case(Crossref, "pii", ("S0001", "S0002"), [WORK, OTHER], ("message", "items")),
    "datacite": Case(DataCite, "doi", ("10.5281/one", "10.5281/other"), [RECORD, OF_DATACITE], ("data",)),
    "openreview": Case(OpenReview, "openreview", ("AbCdEf1", "AbCdEf2"), [NOTE, OF_OPENREVIEW], ("notes",)),
    "s2": Case(SemanticScholarIds, "s2", ("a" * 40, "b" * 40), [KNOWN, {"title": "Other"}], ()),
}


@pytest.mark.parametrize("name", CASES)
@given(st.data())
def test_one_odd_value_is_left_out(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    one, other = case.records
    path = data.draw(st.sampled_from(list(places(one))))
    value = data.draw(st.sampled_from(ODD) | st.text(st.characters(exclude_categories=())) | st.integers())
    answer: Any = [changed(one, path, value), other]
    for key in reversed(case.keys):
        answer = {key: answer}
    found = case.service(session(200, json.dumps(answer).encode())).papers(case.scheme, case.ids)
    second = found[case.ids[1]]
    assert second is not None
    assert second.title == "Other"
    for paper in found.values():
        if paper is not None:
            row = mapping.fact_to_row("paper", "x", paper, DAY)
            row["data"].encode()
            assert mapping.fact_from_json(row["data"], type(paper)) == paper
