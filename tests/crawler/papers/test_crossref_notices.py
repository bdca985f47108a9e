"""Crossref as a bibliography: which papers it is asked for, and what it knows was published about them since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crawler.lookups.errors import ServiceDownError
from crawler.models.metadata import Paper, Publication
from crawler.papers.services.crossref import Crossref
from crawler.papers.services.crossref_notices import CrossrefNotices
from tests.support.answers import Answer, query_of

if TYPE_CHECKING:
    from requests import PreparedRequest, Session

pytest_plugins = ["tests.support.apis"]

DOI = "10.1016/j.x.2020.1"
PAPER = Paper("Title", {"arxiv": "2001.00001", "doi": DOI.upper()}, ("Ada Ode",))
AUTHOR = {"given": "Ada", "family": "Ode"}
DOWN = Answer(b"", 404)


def crossref(session: Session) -> CrossrefNotices:
    return CrossrefNotices(session, Crossref(session, "me@example.org"))


def works(*items: Any) -> Answer:
    return Answer(json.dumps({"message": {"items": items}}).encode())


def notice(type_: str, doi: str) -> dict[str, str]:
    return {"type": type_, "DOI": doi}


@pytest.mark.parametrize(
    ("ids", "asked"),
    [
        ({"arxiv": "2001.00001", "doi": DOI}, DOI),
        ({"acl": "N19-1423", "doi": "https://doi.org/10.18653/V1/N19-1423"}, "10.18653/v1/n19-1423"),
        ({"arxiv": "2001.00001", "doi": "10.1/x 10.1234/two"}, "10.1234/two"),
        ({"arxiv": "2001.00001", "doi": "to appear"}, None),
        ({"arxiv": "2001.00001", "doi": "10.48550/arXiv.2001.00001"}, None),
        ({"arxiv": "2001.00001"}, None),
        ({"doi": DOI}, None),
        ({"pii": "S0925231220399999", "doi": DOI}, None),
    ],
)
def test_papers_with_a_doi_are_asked_for_unless_they_are_linked_by_it(
    ids: dict[str, str], asked: str | None, session: Session
) -> None:
    assert crossref(session).id_of(Paper("t", ids)) == asked


def test_notices_of_both_directions_are_two_requests_for_all_papers(serve: Any, session: Session) -> None:
    own = {"DOI": DOI, "title": ["Title"], "author": [AUTHOR], "updated-by": [notice("correction", "10.1016/c")]}
    about = {"DOI": "10.1016/R", "update-to": [notice("Retraction", DOI.upper()), notice("retraction", "10.1016/y")]}
    server = serve([works(own), works(about)])
    papers = {
        "a": PAPER,
        "b": PAPER,
        "c": Paper("t", {"arxiv": "2001.00003", "doi": "10.5555/unknown"}),
        "d": Paper(""),
    }
    found = crossref(session).publications(papers)
    said = Publication("Title", ("Ada Ode",), notices=("correction 10.1016/c", "retraction 10.1016/r"))
    assert found == {"a": said, "b": said, "c": Publication()}
    assert [query_of(request)["filter"] for request in server.requests] == [
        f"doi:{DOI},doi:10.5555/unknown",
        f"updates:{DOI}",
    ]
    assert {query_of(request)["mailto"] for request in server.requests} == {"me@example.org"}


@pytest.mark.parametrize(
    ("record", "title", "notices"),
    [
        ({"title": ["RETRACTED: Title"]}, "Title", (f"retraction {DOI}",)),
        ({"title": ["WITHDRAWN ARTICLE: Title"]}, "Title", (f"retraction {DOI}",)),
        ({"title": ["[Retracted] Title"]}, "Title", (f"retraction {DOI}",)),
        ({"title": ["Retracted Papers: A Census"]}, "Retracted Papers: A Census", ()),
        ({"title": ["Title"], "subtitle": ["What Is Behind It"]}, "Title: What Is Behind It", ()),
        ({"title": ["Title: What Is Behind It"], "subtitle": ["What is behind it"]}, "Title: What Is Behind It", ()),
        ({"title": ["Title"], "updated-by": [notice("new_version", "10.1016/v")]}, "Title", ("new_version 10.1016/v",)),
        ({"title": ["Title"], "updated-by": "nothing"}, "Title", ()),
    ],
)
def test_records(record: dict[str, Any], title: str, notices: tuple[str, ...], serve: Any, session: Session) -> None:
    serve([works({"DOI": DOI, **record}), works()])
    (found,) = crossref(session).publications({"a": PAPER}).values()
    assert (found.title, found.notices) == (title, notices)


@pytest.mark.parametrize("answers", [[DOWN], [works({"DOI": DOI, "title": ["T"]}), DOWN], [Answer(b"[]")]])
def test_half_an_answer_is_none(answers: list[Answer], serve: Any, session: Session) -> None:
    serve(answers)
    with pytest.raises(ServiceDownError):
        crossref(session).publications({"a": PAPER})


def test_of_what_is_not_asked_nothing_is_requested(serve: Any, session: Session) -> None:
    def refuse(request: PreparedRequest) -> Answer:
        raise AssertionError(request.url)

    serve(refuse)
    with_comma = Paper("t", {"arxiv": "2001.00001", "doi": "10.1016/a,b"})
    assert crossref(session).publications({"a": Paper("t"), "b": with_comma}) == {"b": Publication()}
