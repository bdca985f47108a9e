"""The clients of other people's APIs, against recorded answers served at the last door before the network."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import arxiv
import pytest
import requests
from arxiv import _feed

from crawler.kinds.registry import link_of
from crawler.lookups.arxiv import CONTROL, ArxivLookup
from crawler.lookups.github.client import GithubLookup
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link
from crawler.models.metadata import Paper
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import DueLink
from tests.internet import World
from tests.internet.messages import as_json, text
from tests.support.answers import Answer, Clock, query_of
from tests.support.options import project_options

if TYPE_CHECKING:
    from requests import PreparedRequest, Session

    from crawler.config.crawl_options import CrawlOptions
    from tests.internet import Internet, Response

RECORDED = Path(__file__).parents[3] / "../shared/data"
PAGES = Path(__file__).parents[2] / "pages"
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers in ../shared/data are not here")
pytest_plugins = ["tests.support.apis"]
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def due(*urls: str) -> list[DueLink]:
    links = [link_of(url, "n.md") for url in urls]
    history = (Check(Outcome.OK, Reason(ReasonCode.OTHER, "earlier"), NOW, CheckMethod.API),)
    return [DueLink(link, history=history) for link in links if link is not None]


# --- arXiv ------------------------------------------------------------------------------------------------------------


def test_the_package_still_uses_the_session_it_is_given(serve: Any, session: Session, clock: Clock) -> None:
    """The session has no public way in: an upgrade of the package that moves it must not go unnoticed."""
    assert isinstance(arxiv.Client()._session, requests.Session)
    assert _feed.parse((PAGES / "arxiv/found.xml").read_bytes()).results[0].title == "Loops in Sight"
    server = serve([Answer((PAGES / "arxiv/found.xml").read_bytes())])
    lookup = ArxivLookup(session)
    for _ in range(3):
        assert list(lookup.papers(["2110.15352"])) == ["2110.15352"]
    assert len(server.requests) == 1  # the cache is ours
    assert server.timeouts == [(10, 60)]  # so is the patience
    assert clock.now == 1000  # and nobody else waits


def entries_of(page: str) -> str:
    """Return the entries of a recorded feed."""
    return "".join(re.findall(r"<entry>.*?</entry>", (PAGES / "arxiv" / page).read_text("utf-8"), re.DOTALL))


def arxiv_answer(request: PreparedRequest) -> Answer:
    """Answer with what arXiv was recorded to say, entry by entry: one malformed id spoils the whole answer."""
    ids = query_of(request)["id_list"].split(",")
    assert int(query_of(request)["max_results"]) >= len(ids)
    files = [RECORDED / "arxiv_api" / name for name in RECORDED_IDS.values()]
    answers = [json.loads(file.read_text("utf-8")) for file in files]
    if "abc" in ids:
        return Answer(answers[-1]["body"].encode(), answers[-1]["status_code"])
    entries = [
        entry
        for name, answer in zip(RECORDED_IDS, answers, strict=True)
        if name in ids
        for entry in re.findall(r"<entry>.*?</entry>", answer["body"], re.DOTALL)
    ]
    if CONTROL in ids:
        entries.append(entries_of("control.xml"))
    head, _, _ = answers[0]["body"].partition("</feed>")
    head = re.sub(r"<entry>.*</entry>", "", head, flags=re.DOTALL)
    head = re.sub(r"totalResults>\d+<", f"totalResults>{len(entries)}<", head)
    return Answer(f"{head}{''.join(reversed(entries))}</feed>".encode())


RECORDED_IDS = {
    "1605.08386": "id_1605.08386_s0_m100_199195aa31ad.json",
    "1707.08567": "id_1707.08567_s0_m100_6a1afebfc6a3.json",
    "0808.05394": "id_0808.05394_s0_m100_7b0c7d0a7cdd.json",
    "astro-ph/0601001": "id_astro-ph_0601001_s0_m100_3150dca9dc76.json",
    "quant-ph/0201082": "id_quant-ph_0201082v1_s0_m100_86989fe779ef.json",
    "abc": "id_abc_s0_m100_b79c8dcf6bc3.json",
}


@recorded
def test_answers_are_joined_to_what_was_asked_by_id(serve: Any, session: Session) -> None:
    server = serve(arxiv_answer)
    asked = due(
        "https://arxiv.org/abs/quant-ph/0201082",
        "https://arxiv.org/abs/1707.08567",
        "https://arxiv.org/abs/0808.05394",
        "https://arxiv.org/abs/astro-ph/0601001",
        "https://arxiv.org/abs/1605.08386",
        "https://arxiv.org/abs/1706.99999",
    )
    results = ArxivLookup(session)(asked)
    assert len(server.requests) == 2  # once more for what is missing
    assert [result.link for result in results] == [each.link for each in asked]
    assert [result.history for result in results] == [each.history for each in asked]
    versions = [result.metadata.version if isinstance(result.metadata, Paper) else None for result in results]
    assert versions == [1, 1, None, 1, 1, None]
    assert "0808.05394" not in "".join(str(request.url) for request in server.requests)  # five digits in 2008
    for gone, reason in (
        (results[2], Reason(ReasonCode.INVALID_ARXIV_ID)),
        (results[5], Reason(ReasonCode.NOT_ON_ARXIV)),
    ):
        assert (gone.check.outcome, gone.check.conclusive, gone.metadata) == (Outcome.GONE, True, None)
        assert gone.check.reason == reason
    old = results[3].metadata
    assert isinstance(old, Paper)
    assert (old.arxiv_id, old.withdrawn) == ("astro-ph/0601001", False)
    assert old.journal_ref
    assert "\n" not in old.title


@recorded
def test_one_malformed_id_does_not_spoil_the_batch(serve: Any, session: Session) -> None:
    server = serve(arxiv_answer)
    good = ["0808.05394", "1605.08386", "1707.08567", "astro-ph/0601001", "quant-ph/0201082"]
    found = ArxivLookup(session).papers([*good[:2], "abc", *good[2:]])
    assert set(found) == set(good[1:])
    assert all("abc" in query_of(request)["id_list"] for request in server.requests[:1])
    assert len(server.requests) <= 8  # halved each time: 2 log2(6) + 1, and one to see that it refuses not everything


def test_an_id_that_is_refused_is_believed_only_while_others_are_not(serve: Any, session: Session) -> None:
    """Nobody knows all ids that arXiv calls malformed; but if it refuses every one, something else is wrong."""

    def answer(request: PreparedRequest, bad: str) -> Answer:
        ids = query_of(request)["id_list"].split(",")
        if any(re.search(bad, arxiv_id) for arxiv_id in ids):
            return Answer(status=400)
        return Answer((PAGES / "arxiv" / ("control.xml" if CONTROL in ids else "found.xml")).read_bytes())

    asked = due("https://arxiv.org/abs/2110.15352", "https://arxiv.org/abs/xyz/0101001")
    serve(partial(answer, bad="xyz"))
    good, refused = ArxivLookup(session)(asked)
    assert (good.check.outcome, good.check.conclusive) == (Outcome.OK, False)
    assert (refused.check.outcome, refused.check.conclusive) == (Outcome.GONE, True)
    session.cache.clear()  # type: ignore[attr-defined]
    server = serve(partial(answer, bad=""))
    assert {result.check.reason for result in ArxivLookup(session)(asked)} == {
        Reason(ReasonCode.SERVICE_UNAVAILABLE, "arXiv's API", "HTTP 400")
    }
    assert len(server.requests) == 2


def test_half_a_feed_is_no_answer(serve: Any, session: Session) -> None:
    """Nobody is gone because the answer ended before their turn, even if the paper that always exists is in it."""
    whole = (PAGES / "arxiv/control.xml").read_bytes()
    for cut in (whole[: whole.index(b"</feed>")], b"<html></html>", b""):
        session.cache.clear()  # type: ignore[attr-defined]
        serve([Answer(cut)])
        (result,) = ArxivLookup(session)(due("https://arxiv.org/abs/2110.15353"))
        assert result.check.reason == Reason(ReasonCode.SERVICE_UNAVAILABLE, "arXiv's API", "incomplete feed")


@pytest.mark.parametrize("page", ["absent.xml", "found.xml"])
def test_an_answer_without_the_paper_that_always_exists_proves_nothing(serve: Any, session: Session, page: str) -> None:
    serve([Answer((PAGES / "arxiv" / page).read_bytes())])
    (result,) = ArxivLookup(session)(due("https://arxiv.org/abs/2110.15353"))
    assert result.check.outcome is Outcome.SKIPPED
    assert result.check.reason == Reason(ReasonCode.SERVICE_UNAVAILABLE, "arXiv's API", "response without papers")


def test_only_answers_over_the_network_show_that_it_is_there(serve: Any, session: Session) -> None:
    asked = due("https://arxiv.org/abs/2110.15352")
    serve([Answer((PAGES / "arxiv/found.xml").read_bytes())])
    reached = []
    for _ in range(2):
        lookup = ArxivLookup(session)
        lookup(asked)
        reached.append(lookup.is_reached)
    assert reached == [True, False]  # the second came from the cache
    session.cache.clear()  # type: ignore[attr-defined]
    for trouble, there in ((Answer(status=503), True), (requests.ConnectionError("refused"), False)):
        serve([trouble])
        lookup = ArxivLookup(session)
        lookup(asked)
        assert (lookup.unavailable_reason is not None, lookup.is_reached) == (True, there)


def test_what_was_said_before_a_service_went_silent_counts(serve: Any, session: Session) -> None:
    serve([Answer((PAGES / "arxiv/found.xml").read_bytes()), Answer(status=403)])
    known, unknown = ArxivLookup(session)(due("https://arxiv.org/abs/2110.15352", "https://arxiv.org/abs/2110.15353"))
    assert known.check.outcome is Outcome.OK
    assert unknown.check.outcome is Outcome.SKIPPED


def test_all_that_seem_not_to_exist_are_asked_for_again(serve: Any, session: Session) -> None:
    def answer(request: PreparedRequest) -> Answer:
        page = "control.xml" if CONTROL in query_of(request)["id_list"] else "absent.xml"
        return Answer((PAGES / "arxiv" / page).read_bytes())

    server = serve(answer)
    results = ArxivLookup(session)(due(*(f"https://arxiv.org/abs/2110.{i:05d}" for i in range(1, 101))))
    assert {(result.check.outcome, result.check.conclusive) for result in results} == {(Outcome.GONE, True)}
    asked = [set(query_of(request)["id_list"].split(",")) - {CONTROL} for request in server.requests]
    assert [len(ids) for ids in asked] == [100, 99, 1]
    assert asked[1] | asked[2] == asked[0]


def test_authors_and_where_they_work_go_side_by_side(serve: Any, session: Session) -> None:
    page = (PAGES / "arxiv/found.xml").read_text("utf-8")
    tag = "arxiv:affiliation"
    two = f"</name><{tag}>Loop\n Institute</{tag}><{tag}>Göttingen</{tag}>"
    serve([Answer(page.replace("Noether</name>", f"Noether{two}").encode())])
    paper = ArxivLookup(session).papers(["2110.15352"])["2110.15352"]
    assert paper is not None
    assert paper.authors == ("Ada Lovelace", "Emmy Noether")
    assert paper.affiliations == ("", "Loop Institute; Göttingen")
    with pytest.raises(ValueError, match="1 affiliations of 2 authors"):
        replace(paper, affiliations=("Göttingen",))


@recorded
def test_recorded_affiliations(serve: Any, session: Session) -> None:
    files = (RECORDED / "arxiv_api").glob("*.json")
    bodies = [json.loads(file.read_text("utf-8"))["body"] for file in files]
    body = next(body for body in bodies if "<arxiv:affiliation" in body)
    serve([Answer(body.encode())])
    papers = ArxivLookup(session).papers([f"2110.{i:05d}" for i in range(100)])
    placed = [paper for paper in papers.values() if paper is not None and paper.affiliations]
    assert placed
    assert all(len(paper.affiliations) == len(paper.authors) for paper in placed)


def test_links_of_one_paper_are_asked_about_once(serve: Any, session: Session) -> None:
    server = serve([Answer((PAGES / "arxiv/found.xml").read_bytes())])
    (first,) = due("https://arxiv.org/abs/2110.15352")
    second = replace(first, link=Link("https://arxiv.org/pdf/2110.15352", "arxiv", "2110.15352", "arxiv.org"))
    results = ArxivLookup(session)([first, second])
    assert query_of(server.requests[0])["id_list"] == "2110.15352"
    assert [result.check.outcome for result in results] == [Outcome.OK, Outcome.OK]
    assert results[0].metadata == results[1].metadata


def test_a_hundred_papers_are_one_request(serve: Any, session: Session) -> None:
    server = serve([Answer((PAGES / "arxiv/absent.xml").read_bytes())])
    ids = [f"2110.{i:05d}" for i in range(100)]
    assert ArxivLookup(session).papers(ids) == {}
    (request,) = server.requests
    assert query_of(request)["id_list"].split(",") == ids
    assert query_of(request)["max_results"] == "100"
    assert ArxivLookup.batch == 100
    assert ArxivLookup(session).papers([]) == {}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=503), "arXiv's API unavailable: HTTP 503"),
        (requests.ConnectionError("refused"), "arXiv's API unavailable: connection failed"),
        (Answer(status=403), "arXiv's API unavailable: HTTP 403"),
    ],
)
def test_a_service_that_is_down_says_nothing_and_is_left_alone(
    serve: Any, session: Session, answer: Answer | Exception, reason: str
) -> None:
    server = serve([answer])
    lookup = ArxivLookup(session)
    asked = due("https://arxiv.org/abs/2110.15352", "https://arxiv.org/abs/2110.15353")
    results = lookup(asked)
    assert [result.link for result in results] == [each.link for each in asked]
    assert [result.history for result in results] == [each.history for each in asked]
    for result in results:
        assert (result.check.outcome, result.check.how, result.metadata) == (Outcome.SKIPPED, CheckMethod.API, None)
        assert str(result.check.reason).startswith(reason)
    asked_so_far = len(server.requests)
    later = lookup(due("https://arxiv.org/abs/2110.15354"))
    assert [result.check.outcome for result in later] == [Outcome.SKIPPED]
    assert len(server.requests) == asked_so_far
    serve([Answer((PAGES / "arxiv/found.xml").read_bytes())])
    assert ArxivLookup(session)(asked[:1])[0].check.outcome is Outcome.OK  # another night


# --- GitHub is down ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (as_json({"data": None, "errors": [{"message": "Something went wrong"}]}), "Something went wrong"),
        (as_json({"data": None}), "no data"),
        (as_json({}), "no data"),
        (as_json({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}), "API rate limit"),
        (text("<html>"), "HTTP 200, not JSON"),
        (as_json({"message": "Bad credentials"}, 401), "HTTP 401 Bad credentials"),
        (as_json([]), "HTTP 200"),
        (as_json("x", 403), "HTTP 403"),
        (text("", 502).with_headers(retry_after="0"), "HTTP 502"),
        (as_json({"message": "rate"}, 429).with_headers(retry_after="3600"), "HTTP 429, retry after 3600 s"),
    ],
)
def test_github_down_says_nothing(internet: Internet, web_session: Session, answer: Response, reason: str) -> None:
    internet.fault("https://api.github.com/*", answer)
    lookup = GithubLookup(web_session, "token")
    results = lookup(due(World.repository("alive", 0), World.repository("missing")))
    for result in results:
        assert result.check.outcome is Outcome.SKIPPED
        assert str(result.check.reason).startswith(f"GitHub's API unavailable: {reason}")
    so_far = len(internet.requests)
    assert so_far <= (1 if reason == "API rate limit" else 12)
    assert lookup(due(World.repository("alive", 1)))[0].check.outcome is Outcome.SKIPPED
    assert len(internet.requests) == so_far


# --- from the settings ------------------------------------------------------------------------------------------------


def options(tmp_path: Path, **more: object) -> CrawlOptions:
    return project_options(**{"OUTPUT_DIR": str(tmp_path), "HTTP_CACHE": "", **more})


@pytest.mark.parametrize(("pace", "distance"), [({"export.arxiv.org": 9}, 9), ({"*": 1}, 1), (None, 3)])
def test_arxiv_s_pace_is_three_seconds_unless_told_otherwise(
    serve: Any, clock: Clock, tmp_path: Path, pace: dict[str, float] | None, distance: float
) -> None:
    serve([Answer((PAGES / "arxiv/absent.xml").read_bytes())])
    lookup = ArxivLookup.from_options(options(tmp_path, **({} if pace is None else {"DOWNLOAD_DELAYS": pace})))
    began = clock.now
    lookup.papers(["2110.15352"])
    lookup.papers(["2110.15353"])
    assert clock.now - began == distance
    assert (tmp_path / "http_cache.sqlite").exists()


def test_the_cache_may_be_elsewhere(serve: Any, tmp_path: Path, clock: Clock) -> None:
    serve([Answer(b'{"data": {"r0": {"nameWithOwner": "o/a"}}}')])
    elsewhere = tmp_path / "cache" / "x.sqlite"
    given = options(tmp_path, HTTP_CACHE=str(elsewhere), GITHUB_TOKEN="t", DOWNLOAD_DELAYS={"api.github.com": 2})
    lookup = GithubLookup.from_options(given)
    began = clock.now
    for _ in range(2):  # a POST is not cached
        assert lookup(due("https://github.com/o/a"))[0].check.outcome is Outcome.OK
    assert clock.now - began == 2
    assert elsewhere.exists()
