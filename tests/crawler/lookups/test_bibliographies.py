"""The clients of bibliographies: what is asked, what is read of an answer, and what is none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import MAX_REFUSED, SemanticScholar
from crawler.lookups.errors import ServiceDownError
from crawler.models.metadata import Paper, Publication
from tests.support.answers import Answer, query_of
from tests.support.options import project_options

if TYPE_CHECKING:
    from requests import PreparedRequest, Session

    from crawler.lookups.bibliographies.base import Bibliography

RECORDED = Path(__file__).parents[3] / "../shared/data/bib_apis"
pytest_plugins = ["tests.support.apis"]


def by_id(*papers: Paper) -> dict[str, Paper]:
    return {paper.ids["arxiv"]: paper for paper in papers}


A, B = Paper("A", {"arxiv": "2111.06377"}), Paper("B", {"arxiv": "cs/0101001"})

RECORD = {
    "paperId": "c1",
    "title": "Masked Autoencoders",
    "venue": "Computer Vision and Pattern Recognition",
    "publicationVenue": {"name": "Computer Vision and Pattern Recognition", "type": "conference"},
    "journal": {"name": "2022 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)", "pages": "1-9"},
    "year": 2021,
    "authors": [{"authorId": "1", "name": "Kaiming He"}, {"authorId": None, "name": "Xinlei Chen"}],
    "externalIds": {"ArXiv": "2111.06377", "CorpusId": 1},
}
READ = Publication(
    "Masked Autoencoders",
    ("Kaiming He", "Xinlei Chen"),
    "2111.06377",
    (
        "Computer Vision and Pattern Recognition",
        "2022 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)",
    ),
    2021,
)


def answer(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status, {"Content-Type": "application/json"})


def asked_for(request: PreparedRequest) -> list[str]:
    ids: list[str] = json.loads(request.body or b"")["ids"]
    return ids


def papers(count: int) -> dict[str, Paper]:
    return by_id(*(Paper("t", {"arxiv": f"2111.{n:05}"}) for n in range(count)))


WITHOUT_ARXIV = {
    "a": A,
    "d": Paper("t", {"doi": "10.1/x", "acl": "N19-1"}),
    "n": Paper("t", {"acl": "N19-2"}),
    "o": Paper("t"),
}


def test_papers_that_are_not_on_arxiv_are_asked_about_by_their_doi(serve: Any, session: Session) -> None:
    server = serve([answer([None, None])])
    found = SemanticScholar(session).publications(WITHOUT_ARXIV)
    assert (set(found), json.loads(server.requests[0].body)) == (
        {"a", "d"},
        {"ids": ["ARXIV:2111.06377", "DOI:10.1/x"]},
    )
    server = serve([answer({"title": "t"})])
    assert set(OpenAlex(session).publications(WITHOUT_ARXIV)) == {"a", "d"}
    assert [request.path_url.partition("doi:")[2] for request in server.requests] == [
        "10.48550/arxiv.2111.06377",
        "10.1/x",
    ]


def test_nobody_is_asked_about_papers_without_an_id_that_is_known_there(serve: Any, session: Session) -> None:
    server = serve([answer({})])
    for client in (SemanticScholar, OpenAlex):
        assert client(session).publications({"o": Paper("t")}) == {}
    assert server.requests == []


# --- Semantic Scholar -------------------------------------------------------------------------------------------------


def test_a_batch_is_one_request_and_answers_stand_in_its_order(serve: Any, session: Session) -> None:
    server = serve([answer([RECORD, None])])
    found = SemanticScholar(session, "secret").publications(by_id(A, B))
    assert found == {"2111.06377": READ, "cs/0101001": Publication()}
    (request,) = server.requests
    assert (request.method, request.url.partition("?")[0]) == (
        *("POST", "https://api.semanticscholar.org/graph/v1/paper/batch"),
    )
    assert asked_for(request) == ["ARXIV:2111.06377", "ARXIV:cs/0101001"]
    assert set(query_of(request)["fields"].split(",")) == set(RECORD) - {"paperId"}
    assert request.headers["x-api-key"] == "secret"
    assert SemanticScholar.batch == 500


def test_without_a_key_none_is_sent(serve: Any, session: Session) -> None:
    server = serve([answer([None])])
    SemanticScholar(session).publications(by_id(A))
    assert "x-api-key" not in server.requests[0].headers


def test_the_key_is_sent_to_nobody_else(serve: Any, session: Session) -> None:
    server = serve([Answer(status=302, headers={"Location": "https://elsewhere.example/"})])
    with pytest.raises(ServiceDownError, match="HTTP 302"):
        SemanticScholar(session, "secret").publications(by_id(A))
    assert len(server.requests) == 1


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers in ../shared/data are not here")
def test_recorded_answers_are_read(serve: Any, session: Session) -> None:
    text = (RECORDED / "s2_test_get_papers_not_found_warning.yaml").read_text("utf-8")
    body = re.search(r"string: '(\[null.*?\])\s*'\s*headers", text, re.DOTALL)
    assert body is not None
    serve([Answer(re.sub(r"\s*\n\s*", " ", body[1].replace("''", "'")).encode())])
    first, second, *_ = SemanticScholar(session).publications(papers(4)).values()
    assert first == Publication()
    assert second.title == "How Much Should We Trust Differences-in-Differences Estimates?"
    assert second.authors == ("Marianne Bertrand", "E. Duflo", "S. Mullainathan")
    assert second.venues == ("Experimental & Empirical Studies eJournal",)
    assert second.year == 2001

    serve([Answer((RECORDED / "openalex_work.json").read_bytes())])
    (work,) = OpenAlex(session).publications(by_id(A)).values()
    assert work.venues == ("PeerJ",)
    assert (work.year, work.authors[:2], work.arxiv_id) == (2018, ("Heather Piwowar", "Jason Priem"), None)


def test_bad_ids_do_not_spoil_a_batch(serve: Any, session: Session) -> None:
    bad = {"ARXIV:2111.00003", "ARXIV:2111.00400"}

    def refuse(request: PreparedRequest) -> Answer:
        ids = asked_for(request)
        return answer({"error": "bad id"}, 400) if bad.intersection(ids) else answer([RECORD for _ in ids])

    server = serve(refuse)
    found = SemanticScholar(session).publications(papers(500))
    assert len(found) == 500
    assert {f"ARXIV:{arxiv_id}" for arxiv_id, each in found.items() if each == Publication()} == bad
    assert len(server.requests) <= 1 + 2 * 2 * 9


def test_a_batch_of_which_nothing_is_known_is_not_halved(serve: Any, session: Session) -> None:
    server = serve([answer({"error": "No valid paper ids given"}, 400)])
    assert set(SemanticScholar(session).publications(papers(500)).values()) == {Publication()}
    assert len(server.requests) == 1


def test_a_service_that_refuses_everything_is_down(serve: Any, session: Session) -> None:
    server = serve([answer({"error": "Unrecognized or unsupported fields: [title]"}, 400)])
    with pytest.raises(ServiceDownError):
        SemanticScholar(session).publications(papers(500))
    assert len(server.requests) == MAX_REFUSED + 1


# --- OpenAlex ---------------------------------------------------------------------------------------------------------

SOURCE = {"display_name": "Optics Express", "type": "journal"}
ARXIV = {"display_name": "arXiv (Cornell University)", "type": "repository"}
WORK = {
    "doi": "https://doi.org/10.1364/oe.1",
    "title": "A",
    "publication_year": 2022,
    "primary_location": {
        "version": "publishedVersion",
        "source": SOURCE,
        "raw_source_name": "Opt. Express",
        "landing_page_url": "https://doi.org/1",
    },
    "locations": [
        {"version": "publishedVersion", "source": None, "raw_source_name": "Opt. Express"},
        {"version": "submittedVersion", "source": SOURCE, "raw_source_name": "Opt. Express, Vol 1"},
        {"source": ARXIV, "landing_page_url": "http://arxiv.org/abs/2111.06377v2"},
    ],
    "authorships": [{"author": {"display_name": "Kaiming He"}}],
}


def test_a_work_is_asked_for_by_its_doi(serve: Any, session: Session) -> None:
    server = serve([answer(WORK)])
    asked = [
        A,
        B,
        Paper("t", {"arxiv": "2111.00001", "doi": "10.1364/OE.1 10.1364/OE.2"}),
        Paper("t", {"arxiv": "2111.00002", "doi": "https://x"}),
        Paper("t", {"arxiv": "2111.00003", "doi": "10.1/a?b#c&d=../e f"}),
    ]
    found = OpenAlex(session, "me@example.org").publications(by_id(*asked))
    assert found["2111.06377"] == Publication(
        "A", ("Kaiming He",), "2111.06377", ("Opt. Express", "Optics Express"), 2022
    )
    assert [request.url.partition("/works/")[2].partition("?")[0] for request in server.requests] == [
        "doi:10.48550/arxiv.2111.06377",
        "doi:10.48550/arxiv.cs/0101001",
        "doi:10.1364/OE.1",
        "doi:10.48550/arxiv.2111.00002",
        "doi:10.1/a%3Fb%23c%26d%3D../e",
    ]
    assert {query_of(request)["mailto"] for request in server.requests} == {"me@example.org"}


def test_an_answer_that_is_none_is_not_kept(serve: Any, tmp_path: Path) -> None:
    options = project_options(HTTP_CACHE=str(tmp_path / "c.sqlite"), DOWNLOAD_DELAYS={})
    serve([Answer(b"<html>Please log in</html>")])
    with pytest.raises(ServiceDownError):
        OpenAlex.from_options(options).publications(by_id(A))
    serve([answer(WORK)])
    assert OpenAlex.from_options(options).publications(by_id(A))["2111.06377"].year == 2022


def test_the_doi_of_arxiv_names_the_paper(serve: Any, session: Session) -> None:
    serve([answer({"doi": "https://doi.org/10.48550/arXiv.2111.06377", "title": None})])
    assert OpenAlex(session).publications(by_id(A)) == {"2111.06377": Publication(arxiv_id="2111.06377")}


def test_what_it_does_not_have_is_none(serve: Any, session: Session) -> None:
    serve([answer({"error": "Not Found", "message": "The requested resource could not be found."}, 404)])
    assert OpenAlex(session).publications(by_id(A)) == {"2111.06377": Publication()}
    serve([Answer(b"<!doctype html><title>404 Not Found</title>", 404)])
    assert OpenAlex(session).publications(by_id(B)) == {"cs/0101001": Publication()}


@pytest.mark.parametrize(
    ("contact", "mail"),
    [
        ("me@example.org", "me@example.org"),
        ("mailto:me@example.org", "me@example.org"),
        ("https://example.org/@me", None),
        ("", None),
    ],
)
def test_who_asks_is_said_by_mail_address(serve: Any, tmp_path: Path, contact: str, mail: str | None) -> None:
    server = serve([answer(WORK)])
    options = project_options(USER_AGENT_CONTACT=contact, HTTP_CACHE=str(tmp_path / "c.sqlite"), DOWNLOAD_DELAYS={})
    OpenAlex.from_options(options).publications(by_id(A))
    OpenAlex.from_options(options).publications(by_id(A))
    (request,) = server.requests  # the second comes from the cache
    assert query_of(request).get("mailto") == mail


# --- answers that are none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", [SemanticScholar, OpenAlex])
@pytest.mark.parametrize(
    "said",
    [
        Answer(b"<html>Please log in</html>"),
        Answer(b""),
        Answer(b"null"),
        Answer(b'{"data": null'),
        Answer(b"[" * 100_000),
        Answer(b"x" * 10_000_000),
        Answer(b"[1]"),
        Answer(b'["2111.06377"]'),
        Answer(b"[null, null]"),
        Answer(b'"text"'),
        answer({"title": ["a"], "data": None}),
        answer({"message": "Forbidden"}, 403),
        answer({"message": "Too Many Requests"}, 429),
        Answer(b"oops", 500),
        Answer(b"offline", 404),
        Answer(b"", 204),
        requests.ConnectionError("refused"),
        requests.exceptions.ChunkedEncodingError("cut short"),
    ],
)
def test_an_answer_that_is_none_says_that_the_service_is_down(
    serve: Any, session: Session, client: type[Bibliography], said: Answer | Exception
) -> None:
    serve([said])
    with pytest.raises(ServiceDownError) as caught:
        client(session).publications(by_id(A))
    assert len(str(caught.value)) < 250


HOSTILE: list[Any] = [
    None,
    0,
    -1,
    2**70,
    1.5,
    True,
    "",
    "x" * 100_000,
    "\ud800a\0b\n\u202e",
    [],
    [None],
    {},
    {"name": {}},
]


@pytest.mark.parametrize("value", HOSTILE)
def test_records_of_odd_types_are_read_without_them(serve: Any, session: Session, value: Any) -> None:
    for field in RECORD:
        serve([answer([{**RECORD, field: value}])])
        (found,) = SemanticScholar(session).publications(by_id(A)).values()
        check(found)
    for name in ("doi", "publication_year", "primary_location", "locations", "authorships"):
        serve([answer({**WORK, name: value})])
        check(OpenAlex(session)._publication(f"10.48550/arxiv.2111.{HOSTILE.index(value):02}{len(name):03}"))


def check(found: Publication) -> None:
    texts = [found.title, *found.authors, *found.venues, found.arxiv_id or "x"]
    assert all(isinstance(each, str) and len(each) <= 500 and each.encode() is not None for each in texts)
    assert not any(set("\0\n") & set(each) for each in texts)
    assert found.year is None or 1900 < found.year < 2200
    assert len(found.authors) <= 1000
