"""Papers without a venue and the bibliographies: who is asked about which, when, and what becomes of the answer."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.lookups.bibliographies.openalex import OpenAlex
from crawler.lookups.bibliographies.semantic_scholar import SemanticScholar
from crawler.lookups.bibliographies.title_search import CrossrefTitles, OpenAlexTitles, SemanticScholarTitles
from crawler.lookups.session import open_session
from crawler.models.metadata import Paper, Publication
from crawler.papers.bibliographies import BIBLIOGRAPHIES, SEARCHES
from crawler.papers.services.crossref import Crossref
from crawler.papers.services.crossref_notices import CrossrefNotices
from crawler.store.external_sources import PUBLICATION_RETRY
from pipelines.venues.citation_stage import CLIENTS, PAGE, ask_bibliography
from pipelines.venues.known_records import link_states_with_records
from tests.internet.messages import as_json, html
from tests.support.crawling import EVERY_NIGHT
from tests.support.storing import NIGHT, NOW, checked, one_worker, register, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.lookups.bibliographies.base import Bibliography
    from crawler.store.link_store import LinkStore
    from tests.internet import Internet, Request
    from tests.internet.messages import Response
    from tests.support.crawling import Desk

pytest_plugins = ["tests.support.databases", "tests.internet.fixtures"]

S2 = "https://api.semanticscholar.org/*"
WORKS = "https://api.openalex.org/*"
CROSSREF = "https://api.crossref.org/*"


def known(store: LinkStore, *papers: Paper, note: str = "n.md", night: float = 0) -> None:
    """Let a note mention papers of which arXiv says this."""
    links = register(store, note, *(f"https://arxiv.org/abs/{paper.arxiv_id}" for paper in papers))
    store.save([checked(each, night=night, metadata=paper) for each, paper in zip(links, papers, strict=True)])


def paper(number: int = 1, **more: Any) -> Paper:
    return Paper(f"Title {number}", {"arxiv": f"2111.{number:05}"}, ("Ada Lovelace",), **more)


def wanting(store: LinkStore, source: str = "openalex", now: datetime = NOW) -> list[str]:
    return store.papers_without_publication(source, now)


def venues_of(store: LinkStore, *arxiv_ids: str) -> set[str]:
    """Return "venue source" of papers as the outputs see it."""
    urls = [f"https://arxiv.org/abs/{each}" for each in arxiv_ids]
    states = link_states_with_records(store, store.link_states_of(urls))
    found = [state.metadata for url in urls if isinstance((state := states[url]).metadata, Paper)]
    assert len(found) == len(urls)
    return {f"{each.venue} {each.venue_source}" for each in found}


def venue(store: LinkStore, arxiv_id: str) -> str:
    """Return "venue source" of one paper."""
    (found,) = venues_of(store, arxiv_id)
    return found


# --- what is asked about ----------------------------------------------------------------------------------------------


def test_only_papers_that_are_known_and_mentioned_are_asked_about(store: LinkStore) -> None:
    known(store, paper(1), note="gone.md")
    known(store, paper(2), note="kept.md")
    register(
        store, "kept.md", "https://arxiv.org/abs/2111.00002", "https://arxiv.org/abs/2111.00009", "https://a.example/"
    )
    store.forget_other_notes(["kept.md"])
    assert wanting(store) == ["arxiv:2111.00002"]


def test_what_was_answered_is_asked_again_a_month_later_those_never_asked_first(store: LinkStore) -> None:
    known(store, paper(1), paper(2), paper(3))
    store.save_publications("openalex", {"arxiv:2111.00001": Publication(), "arxiv:2111.00002": Publication()}, NOW)
    store.save_publications("openalex", {"arxiv:2111.00001": Publication()}, NOW + NIGHT)
    assert wanting(store) == ["arxiv:2111.00003"]
    assert wanting(store, "semantic_scholar") == ["arxiv:2111.00001", "arxiv:2111.00002", "arxiv:2111.00003"]
    assert wanting(store, now=NOW + PUBLICATION_RETRY) == ["arxiv:2111.00003"]
    assert wanting(store, now=NOW + PUBLICATION_RETRY + timedelta(seconds=1)) == [
        "arxiv:2111.00003",
        "arxiv:2111.00002",
    ]
    assert len(wanting(store, now=NOW + 2 * PUBLICATION_RETRY)) == 3
    assert timedelta(days=30) == PUBLICATION_RETRY


def test_what_a_bibliography_said_outlives_the_refresh_of_the_paper(store: LinkStore) -> None:
    known(store, paper())
    said = Publication("Title 1", ("Ada Lovelace",), "2111.00001", ("ICML",), 2022)
    store.save_publications("openalex", {"arxiv:2111.00001": said}, NOW)
    known(store, paper(version=2), night=7)
    assert store.publications("openalex", ["arxiv:2111.00001", "arxiv:2111.00002"]) == {"arxiv:2111.00001": said}
    assert venue(store, "2111.00001") == "ICML openalex"
    found = standing(store, "https://arxiv.org/abs/2111.00001")
    assert found.metadata == paper(version=2)
    known(store, paper(venue="CVPR", venue_source="comment"), night=14)
    assert venue(store, "2111.00001") == "CVPR comment"


def test_an_answer_about_another_paper_is_kept_and_not_believed(store: LinkStore) -> None:
    known(store, paper())
    store.save_publications("openalex", {"arxiv:2111.00001": Publication("Else", ("A B",), None, ("ICML",))}, NOW)
    assert venue(store, "2111.00001") == "None None"


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def semantic_scholar(online: Internet, tmp_path: Path) -> Iterator[SemanticScholar]:
    with open_session(tmp_path / "s2.sqlite", user_agent="tests", delay=0) as session:
        yield SemanticScholar(session)


@pytest.fixture
def openalex(online: Internet, tmp_path: Path) -> Iterator[OpenAlex]:
    with open_session(tmp_path / "oa.sqlite", user_agent="tests", delay=0) as session:
        yield OpenAlex(session)


@pytest.fixture
def crossref(online: Internet, tmp_path: Path) -> Iterator[CrossrefNotices]:
    with open_session(tmp_path / "cr.sqlite", user_agent="tests", delay=0, is_cacheable=lambda _: False) as session:
        yield CrossrefNotices(session, Crossref(session))


def asks(store: LinkStore, bibliography: Bibliography, night: float = 0, seconds: float = math.inf) -> None:
    left = iter(range(int(seconds), -1, -1)) if math.isfinite(seconds) else None
    ask_bibliography(store, bibliography, NOW + night * NIGHT, lambda: math.inf if left is None else next(left))


def appeared(request: Request) -> Response:
    """Answer for every paper that it appeared at ICML."""
    if request.method == "POST":
        ids = [each.removeprefix("ARXIV:") for each in json.loads(request.body)["ids"]]
        return as_json([{"externalIds": {"ArXiv": each}, "venue": "ICML", "year": 2022} for each in ids])
    where = {"version": "publishedVersion", "source": {"display_name": "ICML", "type": "conference"}}
    return as_json({"doi": f"https://doi.org/{request.path.partition('doi:')[2]}", "title": "t", "locations": [where]})


def test_many_papers_are_few_requests(store: LinkStore, semantic_scholar: SemanticScholar, online: Internet) -> None:
    online.fault(S2, appeared)
    count = 2 * PAGE + 1
    known(store, *map(paper, range(count)), paper(count, venue="CVPR", venue_source="doi"))
    asks(store, semantic_scholar)
    assert [len(json.loads(request.body)["ids"]) for request in online.requests] == [500, 500, 1]
    assert venues_of(store, *(f"2111.{n:05}" for n in range(count))) == {"ICML semantic_scholar"}
    online.forget()
    for night in (0, 1, 100):  # what it knows is settled
        asks(store, semantic_scholar, night)
    assert online.requests == []


def test_what_only_the_authors_say_is_confirmed_by_batches_alone(
    store: LinkStore, semantic_scholar: SemanticScholar, openalex: OpenAlex, online: Internet
) -> None:
    online.fault(S2, appeared)
    online.fault(WORKS, appeared)
    sources = ("comment", "journal_ref", "acl")
    known(store, *(paper(at, venue="CVPR", venue_source=source) for at, source in enumerate(sources)))
    asks(store, openalex)
    assert online.requests == []
    asks(store, semantic_scholar)
    (request,) = online.requests
    assert sorted(json.loads(request.body)["ids"]) == ["ARXIV:2111.00000", "ARXIV:2111.00001"]
    url = "https://arxiv.org/abs/2111.00000"
    state = link_states_with_records(store, store.link_states_of([url]))[url]
    assert [(name, record.venues) for name, record in state.records] == [("semantic_scholar", ("ICML",))]
    assert isinstance(state.metadata, Paper)
    assert state.metadata.venue == "CVPR"
    online.forget()
    asks(store, semantic_scholar, 100)
    assert online.requests == []


def test_openalex_is_asked_for_what_is_still_open(
    store: LinkStore, semantic_scholar: SemanticScholar, openalex: OpenAlex, online: Internet
) -> None:
    def knows_the_first(request: Request) -> Response:
        return as_json([{"externalIds": {"ArXiv": "2111.00001"}, "title": "t", "venue": "ICML"}, None])

    online.fault(S2, knows_the_first)
    online.fault(WORKS, appeared)
    known(store, paper(1), paper(2))
    asks(store, semantic_scholar)
    asks(store, openalex)
    assert [venue(store, f"2111.0000{n}") for n in (1, 2)] == ["ICML semantic_scholar", "ICML openalex"]
    assert [request.path for request in online.asked(WORKS)] == ["/works/doi:10.48550/arxiv.2111.00002"]


def test_openalex_is_asked_a_modest_number_a_night(store: LinkStore, openalex: OpenAlex, online: Internet) -> None:
    online.fault(WORKS, as_json({"error": "Not Found"}, 404))
    known(store, *map(paper, range(openalex.max_per_run + 5)))
    counts = []
    for night in (0, 1, 2):
        online.forget()
        asks(store, openalex, night)
        counts.append(len(online.requests))
    assert counts == [openalex.max_per_run, 5, 0]
    assert openalex.max_per_run == 100


@one_worker
def test_that_there_is_none_is_an_answer(
    store: LinkStore, semantic_scholar: SemanticScholar, online: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    online.fault(S2, as_json({"error": "No valid paper ids given"}, 400))
    known(store, paper())
    for night, requests in ((0, 1), (1, 1), (29, 1), (31, 2)):
        asks(store, semantic_scholar, night)
        assert len(online.requests) == requests
    assert venue(store, "2111.00001") == "None None"
    assert caplog.messages == []


def test_a_source_that_is_down_is_asked_the_next_night(
    store: LinkStore, openalex: OpenAlex, online: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    known(store, *map(paper, range(REFUSALS + 5)))
    store.save_publications(
        "semantic_scholar", {"arxiv:2111.00000": Publication(arxiv_id="2111.00000", venues=("CVPR",))}, NOW
    )
    online.fault(WORKS, html("offline", 404))
    asks(store, openalex)
    assert len(online.requests) == REFUSALS
    assert caplog.messages == ["OpenAlex: HTTP 404; venues of some papers not looked up in this run"]
    assert venue(store, "2111.00000") == "CVPR semantic_scholar"
    online.heal()
    online.fault(WORKS, appeared)
    asks(store, openalex, 1)
    assert {venue(store, f"2111.{n:05}") for n in range(1, REFUSALS + 5)} == {"ICML openalex"}


@one_worker
def test_one_paper_that_cannot_be_answered_for_stops_no_other(
    store: LinkStore, openalex: OpenAlex, online: Internet
) -> None:
    online.fault(WORKS, appeared)
    online.fault("*2111.0000[13]", html("oops", 403))
    online.fault("*2111.0000[57]", html("oops", 403))
    known(store, *map(paper, range(9)))
    asks(store, openalex)
    assert [n for n in range(9) if venue(store, f"2111.0000{n}") == "ICML openalex"] == [0, 2, 4, 6, 8]


@one_worker
@pytest.mark.parametrize(("seconds", "asked"), [(0, 0), (2, 2), (9, 5)])
def test_time_that_is_up(store: LinkStore, openalex: OpenAlex, online: Internet, seconds: int, asked: int) -> None:
    online.fault(WORKS, appeared)
    known(store, *map(paper, range(5)))
    asks(store, openalex, seconds=seconds)
    assert len(online.requests) == asked


# --- notices ----------------------------------------------------------------------------------------------------------


def with_doi(number: int, **more: Any) -> Paper:
    found = paper(number, **more)
    return replace(found, ids={**found.ids, "doi": f"10.1000/{number}"})


def retracted(request: Request) -> Response:
    """Answer for every DOI that its paper was retracted."""
    asked = [each.partition(":")[::2] for each in request.query["filter"].split(",")]
    items = [
        {
            "DOI": doi,
            "title": [f"Title {doi.removeprefix('10.1000/')}"],
            "author": [{"given": "Ada", "family": "Lovelace"}],
            "updated-by": [{"type": "retraction", "DOI": "10.1000/r"}],
        }
        for name, doi in asked
        if name == "doi"
    ]
    return as_json({"message": {"items": items}})


def withdrawn(store: LinkStore, count: int) -> list[bool | None]:
    urls = [f"https://arxiv.org/abs/2111.{n:05}" for n in range(count)]
    states = link_states_with_records(store, store.link_states_of(urls))
    return [state.metadata.withdrawn for url in urls if isinstance((state := states[url]).metadata, Paper)]


def test_notices_about_all_papers_with_a_doi_are_looked_up_once_a_month(
    store: LinkStore, crossref: CrossrefNotices, online: Internet
) -> None:
    online.fault(CROSSREF, retracted)
    known(store, with_doi(0), with_doi(1, venue="CVPR", venue_source="doi"), paper(2), paper(3))
    ids = {"doi": "10.1000/3"}
    ours, other = (Publication("Title 3", (author,), ids=ids) for author in ("Ada Lovelace", "Else"))
    store.save_publications("semantic_scholar", {"arxiv:2111.00003": ours, "arxiv:2111.00002": other}, NOW)
    for night, requests in ((0, 2), (1, 2), (29, 2), (31, 4), (32, 4)):
        asks(store, crossref, night)
        assert len(online.requests) == requests
    assert {request.query["filter"] for request in online.requests} == {
        "doi:10.1000/0,doi:10.1000/1,doi:10.1000/3",
        "updates:10.1000/0,updates:10.1000/1,updates:10.1000/3",
    }
    assert withdrawn(store, 4) == [True, True, None, True]
    assert venue(store, "2111.00001") == "CVPR doi"


def test_many_papers_are_two_requests_for_fifty(store: LinkStore, crossref: CrossrefNotices, online: Internet) -> None:
    online.fault(CROSSREF, retracted)
    known(store, *map(with_doi, range(120)))
    asks(store, crossref)
    assert [request.query["filter"].count(",") + 1 for request in online.requests] == [50, 50, 50, 50, 20, 20]
    assert withdrawn(store, 120) == [True] * 120


def test_notices_stay_while_the_service_is_down(
    store: LinkStore, crossref: CrossrefNotices, online: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    known(store, with_doi(0), with_doi(1))
    about = Publication("Title 0", ("Ada Lovelace",), notices=("retraction 10.1000/r",))
    store.save_publications(crossref.name, {"arxiv:2111.00000": about}, NOW)
    online.fault(CROSSREF, html("offline", 404))
    asks(store, crossref, 31)
    assert withdrawn(store, 2) == [True, None]
    assert caplog.messages == ["Crossref: HTTP 404; notices about some papers not looked up in this run"]
    online.heal()
    online.fault(CROSSREF, retracted)
    asks(store, crossref, 32)
    assert withdrawn(store, 2) == [True, True]


# --- on a desk --------------------------------------------------------------------------------------------------------

MAE = "https://arxiv.org/abs/2111.06377"
RESNET = "https://arxiv.org/abs/1512.03385"
NOTE = f"""# Notes

1. [a](https://alive.example.org/)
   - Paper: [MAE]({MAE})
2. [b](https://alive.example.org/b)
   - Paper: [R]({RESNET})
"""


def venues(desk: Desk) -> list[str]:
    with (desk.output / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        return [f"{row['venue']} {row['venue_year']} {row['venue_source']}" for row in csv.DictReader(file)]


FOUND = ["CVPR 2022 semantic_scholar", "CVPR 2016 semantic_scholar"]


def test_a_crawl_finds_where_papers_appeared(desk: Desk, internet: Internet) -> None:
    desk.published = (*desk.published, "pipelines.reports.csv.dataset")
    desk.write("a.md", NOTE)
    done = desk.crawl(SEMANTIC_SCHOLAR_API_KEY="secret")
    assert (done.returncode, done.stderr) == (0, "")
    assert venues(desk) == FOUND
    assert "   - Venue: CVPR 2022\n" in (desk.output / "notes/a.md").read_text("utf-8")
    (request,) = internet.asked(S2)
    assert request.headers["x-api-key"] == "secret"
    desk.crawl(*EVERY_NIGHT)
    assert len(internet.asked(S2)) == 1
    assert venues(desk) == FOUND
    desk.crawl("-a", "only=wechat", *EVERY_NIGHT)
    assert len(internet.asked(S2)) == 1


def test_bibliographies_that_are_down_are_said_in_a_line_each_and_asked_the_next_night(
    desk: Desk, internet: Internet
) -> None:
    desk.published = (*desk.published, "pipelines.reports.csv.dataset")
    desk.write("a.md", NOTE)
    internet.fault(S2, html("log in", 403))
    internet.fault(WORKS, html("log in"))
    done = desk.crawl()
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "WARNING: Semantic Scholar: HTTP 403; venues of some papers not looked up in this run",
        "WARNING: OpenAlex: HTTP 200, not JSON; venues of some papers not looked up in this run",
    ]
    assert venues(desk) == ["  ", "  "]
    internet.heal()
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, "")
    assert venues(desk) == FOUND


def test_the_names_of_bibliographies_are_those_of_their_clients() -> None:
    assert tuple(client.name for client in CLIENTS) == BIBLIOGRAPHIES
    assert (SemanticScholarTitles.name, CrossrefTitles.name, OpenAlexTitles.name) == SEARCHES
