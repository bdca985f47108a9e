"""Services that know papers: what they do not say is left to the page, whatever they answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from crawler.kinds.registry import all_kinds, link_of
from crawler.models.metadata import Paper
from crawler.models.result import CheckResult, DueLink
from tests.support.answers import Answer, Server, query_of
from tests.support.options import project_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from requests import PreparedRequest

FIRST, SECOND = "https://doi.org/10.1145/1234.5678", "https://dl.acm.org/doi/10.1145/1234.9999"
FORUM, DBLP = "https://openreview.net/forum?id=AbCdEf123", "https://dblp.org/rec/conf/cvpr/X16.html"


def ask(
    urls: list[str], answers: Mapping[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> tuple[list[CheckResult | None], Server]:
    """Look up URLs; `answers` are those of hosts, as JSON or as an answer."""

    def answer(request: PreparedRequest) -> Answer:
        found = answers.get(urlsplit(str(request.url)).hostname or "", Answer(b"", 500, {"Retry-After": "0"}))
        return found if isinstance(found, Answer) else Answer(json.dumps(found).encode())

    server = Server(answer)
    server.install(monkeypatch)
    options = project_options(OUTPUT_DIR=str(tmp_path), DOWNLOAD_DELAYS={"*": 0})
    links = [link for url in urls if (link := link_of(url, "n.md")) is not None]
    lookup = all_kinds()["record"].lookup(options)
    return list(lookup([DueLink(link) for link in links])), server


def crossref(*works: dict[str, Any]) -> dict[str, Any]:
    return {"message": {"items": list(works)}}


NOTHING = {"api.crossref.org": crossref(), "api.datacite.org": {"data": []}, "doi.org": []}


def test_two_dois_are_one_question(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    works = [{"DOI": "10.1145/1234.5678", "title": ["One"]}, {"DOI": "10.1145/1234.9999", "title": ["Two"]}]
    results, server = ask([FIRST, SECOND, FIRST], {"api.crossref.org": crossref(*works)}, monkeypatch, tmp_path)
    assert [each and each.metadata and each.metadata.title for each in results] == ["One", "Two", "One"]
    assert [query_of(request)["filter"] for request in server.requests] == [
        "doi:10.1145/1234.5678,doi:10.1145/1234.9999",
        "updates:10.1145/1234.5678,updates:10.1145/1234.9999",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", 500, {"Retry-After": "0"}),
        Answer(b"<html>", 200),
        Answer(b"[]", 200),
        Answer(b'{"message": {"items": [1, {"DOI": 5, "title": 3, "author": 7, "link": 1}]}}', 200),
        Answer(b"", 404),
        Answer(b"{" * 100_000, 200),
    ],
)
@pytest.mark.parametrize("url", [FIRST, FORUM, DBLP, "https://api.semanticscholar.org/CorpusID:5"])
def test_what_no_service_says_is_left_to_the_page(
    url: str, answer: Answer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hosts = ("api.crossref.org", "api.datacite.org", "doi.org", "api2.openreview.net", "api.openreview.net")
    answers = dict.fromkeys((*hosts, "dblp.org", "api.semanticscholar.org"), answer)
    results, _ = ask([url], answers, monkeypatch, tmp_path)
    assert results == [None]


def test_a_service_that_is_down_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = {"id": "AbCdEf123", "content": {"title": {"value": "T"}}}
    answers = NOTHING | {"api.crossref.org": Answer(b"", 404), "api2.openreview.net": {"notes": [note]}}
    results, _ = ask([FIRST, FORUM], answers, monkeypatch, tmp_path)
    assert results[0] is None
    assert results[1] is not None
    assert isinstance(results[1].metadata, Paper)


def test_a_doi_of_another_agency_is_registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    agencies = [
        {"DOI": "10.1145/1234.5678", "RA": "JaLC"},
        {"DOI": "10.1145/1234.9999", "status": "DOI does not exist"},
    ]
    (known, unknown), _ = ask([FIRST, SECOND], NOTHING | {"doi.org": agencies}, monkeypatch, tmp_path)
    assert unknown is None
    assert known is not None
    assert (str(known.check.reason), known.metadata) == ("registered with doi.org", None)


def test_notices_of_both_directions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The paper's own record has one, the record of a notice says that it is about the paper as well."""

    def answer(request: PreparedRequest) -> Answer:
        asked = query_of(request)["filter"]
        update = {"type": "Retraction", "DOI": "10.1145/1234.5678"}
        own = {"type": "correction", "DOI": "10.1145/7777.1"}
        work = {"DOI": "10.1145/1234.5678", "title": ["T"], "updated-by": [own]}
        notice = {"DOI": "10.1145/8888.1", "title": ["Retraction"], "update-to": [update]}
        return Answer(json.dumps(crossref(notice if asked.startswith("updates:") else work)).encode())

    Server(answer).install(monkeypatch)
    link = link_of(FIRST, "n.md")
    assert link is not None
    options = project_options(OUTPUT_DIR=str(tmp_path), DOWNLOAD_DELAYS={"*": 0})
    (result,) = all_kinds()["record"].lookup(options)([DueLink(link)])
    assert result is not None
    assert isinstance(result.metadata, Paper)
    assert result.metadata.notices == ("correction 10.1145/7777.1", "retraction 10.1145/8888.1")
