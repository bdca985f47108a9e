"""The client of GitHub's API: repositories and places in them, on the small internet, which executes the queries."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from graphql import build_schema, execute_sync, parse, validate

from crawler.kinds.registry import link_of
from crawler.lookups.github import graphql
from crawler.lookups.github.client import RESERVE, GithubLookup
from crawler.lookups.github.paths import parse_repository_path
from crawler.models.check import CheckMethod, Outcome
from crawler.models.metadata import Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import DueLink
from tests.internet import World
from tests.internet.messages import as_json, redirect, text
from tests.internet.world import find_repository

if TYPE_CHECKING:
    from requests import Session

    from crawler.models.metadata import Metadata
    from crawler.models.result import CheckResult
    from tests.internet import Internet, Request, Response

pytest_plugins = ["tests.support.apis"]
SCHEMA = Path(__file__).parents[2] / "internet/pages/github.graphql"
GRAPHQL = "https://api.github.com/graphql"
REST = "https://api.github.com/rep*"
ALIVE, MAIN = World.repository("alive", 0), "small-internet/alive-0"


def due(*urls: str, known: Metadata | None = None) -> list[DueLink]:
    links = [link_of(url, "n.md") for url in urls]
    return [DueLink(link, known=known) for link in links if link is not None]


def look_up(session: Session, *urls: str, known: Metadata | None = None) -> list[CheckResult]:
    return GithubLookup(session, "token")(due(*urls, known=known))


def size_of(request: Request) -> int:
    """Return how many repositories a query asks for."""
    return str(json.loads(request.body)["query"]).count("repository(")


# --- the query --------------------------------------------------------------------------------------------------------


def test_the_query_is_valid() -> None:
    """Every field exists in the schema that GitHub publishes, and what is asked for is what was meant."""
    schema = build_schema(SCHEMA.read_text("utf-8"))
    names = ["o/r", 'a"b\\/c', "o.o/中{}", "x/$y"]
    deep = ["/tree/a/b/c", '/blob/m/"}.md', "/issues/7", "/discussions/7", "/releases/tag/v1", "/commit/0123abc"]
    places = [place for path in deep if (place := parse_repository_path(f"https://github.com/o/r{path}")) is not None]
    assert len(places) == len(deep)
    query = parse(graphql.write_query([(name, places) for name in names]))
    assert validate(schema, query) == []
    asked = []
    root = {"repository": lambda _, **arguments: asked.append(f"{arguments['owner']}/{arguments['name']}")}
    assert not execute_sync(schema, query, root).errors
    assert asked == names


def test_what_is_said_of_a_repository(internet: Internet, web_session: Session) -> None:
    (result,) = look_up(web_session, ALIVE)
    truth = find_repository(MAIN)
    assert truth is not None
    assert isinstance(result.metadata, Repository)
    assert result.metadata == Repository(
        title=MAIN,
        database_id=truth.id,
        stars=truth.stars,
        forks=truth.forks,
        language=truth.language,
        license=truth.license or None,
        archived=False,
        pushed_at=result.metadata.pushed_at,
        description=truth.description,
        default_branch=truth.default_branch,
        topics=truth.topics,
        latest_release=truth.latest_release,
        released_at=result.metadata.pushed_at if truth.latest_release else None,
    )
    assert result.metadata.pushed_at is not None
    assert result.metadata.pushed_at.date() == truth.pushed
    (request,) = internet.requests
    assert (request.method, request.url) == ("POST", GRAPHQL)
    assert request.headers["authorization"] == "bearer token"


def test_fifty_repositories_are_one_query(internet: Internet, web_session: Session) -> None:
    urls = [World.repository("alive", n) for n in range(48)] + [f"{ALIVE}/tree/HEAD/x", f"{ALIVE}/issues/1"]
    results = look_up(web_session, *urls)
    assert [result.link.url for result in results] == urls
    assert {result.check.outcome for result in results} == {Outcome.OK}
    assert results[0].metadata == results[-1].metadata
    assert [size_of(request) for request in internet.requests] == [48]
    assert GithubLookup.batch == 50


def test_a_query_that_costs_too_much_is_halved(internet: Internet, web_session: Session) -> None:
    internet.world.graphql_limit = 13
    results = look_up(web_session, *(World.repository("alive", n) for n in range(50)))
    assert {result.check.outcome for result in results} == {Outcome.OK}
    assert [size_of(request) for request in internet.requests] == [50, 25, 12, 13, 25, 12, 13]


@pytest.mark.parametrize("status", [502, 504])
def test_a_query_that_takes_too_long_is_halved(internet: Internet, web_session: Session, status: int) -> None:
    def too_long(request: Request) -> Response | None:
        return text("", status).with_headers(retry_after="0") if size_of(request) > 3 else None

    internet.fault(GRAPHQL, too_long)
    results = look_up(web_session, *(World.repository("alive", n) for n in range(5)))
    assert {result.check.outcome for result in results} == {Outcome.OK}
    assert [size_of(request) for request in internet.requests if size_of(request) < 5] == [2, 3]


def test_what_was_lost_without_a_word_is_asked_for_again(internet: Internet, web_session: Session) -> None:
    """Null without NOT_FOUND is no answer: a part of the query ran out of time."""
    half = {
        "data": {"r0": {"nameWithOwner": MAIN}, "r1": None, "r2": None},
        "errors": [{"type": "TIMEOUT", "path": ["r1"]}],
    }
    internet.fault(GRAPHQL, as_json(half), times=1)
    urls = [World.repository("alive", n) for n in range(3)]
    assert [result.check.outcome for result in look_up(web_session, *urls)] == [Outcome.OK] * 3
    assert [size_of(request) for request in internet.requests] == [3, 2]


def test_one_repository_that_no_query_answers_for_stops_no_other(internet: Internet, web_session: Session) -> None:
    def poison(request: Request) -> Response | None:
        return (
            as_json({"data": None, "errors": [{"message": "Something went wrong"}]})
            if b"alive-3" in request.body
            else None
        )

    internet.fault(GRAPHQL, poison)
    results = look_up(web_session, *(World.repository("alive", n) for n in range(8)))
    assert {result.check.outcome for result in results} == {Outcome.OK}
    assert [request.path for request in internet.asked(REST)] == ["/repos/small-internet/alive-3"]
    lookup = GithubLookup(web_session, "token")
    for n in (30, 31, 32, 33):  # each of a batch with others that are answered for
        results = lookup(due(World.repository("alive", n), World.repository("alive", n + 10)))
        assert {result.check.outcome for result in results} == {Outcome.OK}
    internet.fault(GRAPHQL, as_json({"data": None}))
    internet.forget()
    lookup = GithubLookup(web_session, "token")
    results = lookup(due(*(World.repository("alive", n) for n in range(40))))
    assert lookup.unavailable_reason == "no data"
    assert Outcome.GONE not in {result.check.outcome for result in results}
    assert len(internet.requests) < 15


def test_points_are_left_for_others(internet: Internet, web_session: Session) -> None:
    internet.world.github_budget = RESERVE + 1
    lookup = GithubLookup(web_session, "token")
    results = []
    for n in range(3):
        assert (lookup.unavailable_reason is None) == (n < 2)
        results += lookup(due(World.repository("alive", n)))
    assert [result.check.outcome for result in results] == [Outcome.OK, Outcome.OK, Outcome.SKIPPED]
    third = results[2]
    assert str(third.check.reason) == (
        f"GitHub's API unavailable: only {RESERVE - 1} requests left until 2030-01-01T00:00:00Z"
    )
    assert len(internet.requests) == 2


# --- what is not found ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "outcome", "conclusive", "reason"),
    [
        ("missing", Outcome.GONE, True, Reason(ReasonCode.REPOSITORY_NOT_FOUND)),
        ("dmca", Outcome.RESTRICTED, False, Reason(ReasonCode.BLOCKED_BY_GITHUB, "dmca")),
        ("tos", Outcome.RESTRICTED, False, Reason(ReasonCode.BLOCKED_BY_GITHUB, "tos")),
    ],
)
def test_rest_tells_what_graphql_does_not(
    internet: Internet, web_session: Session, state: str, outcome: Outcome, reason: Reason, *, conclusive: bool
) -> None:
    url = World.repository(state)
    for result in look_up(web_session, url, f"{url}/tree/main/x"):
        assert (result.check.outcome, result.check.reason) == (outcome, reason)
        assert (result.check.conclusive, result.check.how, result.metadata) == (conclusive, CheckMethod.API, None)
    asked = ["POST", "GET"] + 2 * ["GET"] * (state == "missing")  # and each page, which may be one of GitHub's own
    assert [request.method for request in internet.requests] == asked


LIMITS = [
    (as_json({"message": "API rate limit exceeded"}, 403).with_headers(x_ratelimit_remaining="0"), "HTTP 403 API rate"),
    (as_json({"message": "wait"}, 403).with_headers(retry_after="999"), "HTTP 403, retry after 999 s"),
    (as_json({"message": "wait"}, 429).with_headers(retry_after="999"), "HTTP 429, retry after 999 s"),
    (as_json({"message": "Bad credentials"}, 401), "HTTP 401 Bad credentials"),
    (text("<html>", 403), "HTTP 403, not JSON"),
    (as_json([1]), "HTTP 200"),
    (as_json({"message": "Not Found"}), "HTTP 200 Not Found"),
]


@pytest.mark.parametrize(("answer", "reason"), LIMITS)
def test_a_limit_says_nothing_of_a_repository(
    internet: Internet, web_session: Session, answer: Response, reason: str
) -> None:
    """Nor is it asked for every one of fifty repositories that are not found."""
    internet.fault(REST, answer)
    lookup = GithubLookup(web_session, "token")
    results = lookup(due(ALIVE, *(World.repository("missing", n) for n in range(9))))
    assert [result.check.outcome for result in results] == [Outcome.OK] + 9 * [Outcome.SKIPPED]
    assert str(results[1].check.reason).startswith(f"GitHub's API unavailable: {reason}")
    assert len(internet.asked(REST)) == 3
    assert str(lookup.unavailable_reason).startswith(reason)
    look = lookup(due(ALIVE))
    assert look[0].check.outcome is Outcome.SKIPPED


def test_one_repository_that_rest_stumbles_over_stops_no_other(internet: Internet, web_session: Session) -> None:
    internet.fault("*/missing-0", text("", 500).with_headers(retry_after="0"))
    lookup = GithubLookup(web_session, "token")
    results = lookup(due(*(World.repository("missing", n) for n in range(4))))
    assert [result.check.outcome for result in results] == [Outcome.SKIPPED] + 3 * [Outcome.GONE]
    assert lookup.unavailable_reason is None


def test_an_organisation_that_wants_another_token_says_nothing(internet: Internet, web_session: Session) -> None:
    forbidden = {"type": "FORBIDDEN", "path": ["r0"], "message": "Resource protected by organization SAML enforcement."}
    internet.fault(GRAPHQL, as_json({"data": {"r0": None}, "errors": [forbidden]}))
    internet.fault(REST, as_json({"message": forbidden["message"]}, 403))
    internet.fault(ALIVE, text("", 404), times=1)
    (result,) = look_up(web_session, ALIVE)
    assert (result.check.outcome, result.metadata) == (Outcome.BLOCKED, None)
    assert "SAML" in str(result.check.reason)
    (result,) = look_up(web_session, ALIVE)
    assert (result.check.outcome, result.metadata) == (Outcome.OK, None)  # its page is public
    internet.heal()
    internet.fault(GRAPHQL, as_json({"data": {"r0": None}, "errors": [forbidden]}))
    (result,) = look_up(web_session, ALIVE)
    assert result.check.outcome is Outcome.OK  # REST may well show it
    assert isinstance(result.metadata, Repository)
    assert result.metadata.stars


# --- renamed, transferred, replaced -----------------------------------------------------------------------------------


def test_renamed(internet: Internet, web_session: Session) -> None:
    old, now = World.repository("renamed"), "https://github.com/small-internet/now-0"
    same, deep, gone = look_up(web_session, old, f"{old}/tree/HEAD/a%20b?x=y", f"{old}/tree/HEAD/missing")
    assert (same.check.outcome, same.check.final_url) == (Outcome.MOVED, now)
    assert same.check.reason == Reason(ReasonCode.REPOSITORY_RENAMED)
    assert (deep.check.outcome, deep.check.final_url) == (Outcome.MOVED, f"{now}/tree/HEAD/a%20b?x=y")
    assert gone.check.outcome is Outcome.GONE
    assert isinstance(same.metadata, Repository)
    assert same.metadata.title == "small-internet/now-0"
    (upper,) = look_up(web_session, ALIVE.upper().replace("HTTPS://GITHUB.COM", "https://github.com"))
    assert (upper.check.outcome, upper.check.final_url) == (Outcome.OK, None)


def test_a_name_that_was_given_away_leads_to_where_its_repository_went(
    internet: Internet, web_session: Session
) -> None:
    truth = find_repository("small-internet/renamed-7")
    assert truth is not None
    known = Repository(MAIN, database_id=truth.id, stars=1)
    for _ in range(2):  # and does so the next night
        (result,) = look_up(web_session, f"{ALIVE}/issues/3", known=known)
        assert result.check.outcome is Outcome.MOVED
        assert result.check.final_url == "https://github.com/small-internet/now-7/issues/3"
        assert isinstance(result.metadata, Repository)
        assert (result.metadata.database_id, result.metadata.stars) == (truth.id, truth.stars)
        known = result.metadata


def test_a_name_that_was_taken_over_is_said_to_be(internet: Internet, web_session: Session) -> None:
    known: Metadata = Repository(MAIN, database_id=5)
    for _ in range(3):
        (result,) = look_up(web_session, ALIVE, known=known)
        assert result.check.outcome is Outcome.OK
        assert result.check.reason == Reason(ReasonCode.NAME_REUSED, "5")
        assert result.metadata is not None
        known = result.metadata
    assert len(internet.asked("https://api.github.com/repositories/5")) == 1
    assert isinstance(known, Repository)
    assert known.earlier_id == 5
    (result,) = look_up(web_session, ALIVE, known=replace(known, database_id=None, earlier_id=None))
    assert result.check.reason == Reason(ReasonCode.FOUND_ON_GITHUB)


def test_what_is_not_found_by_name_may_be_by_number(internet: Internet, web_session: Session) -> None:
    truth = find_repository("small-internet/renamed-8")
    assert truth is not None
    lost = World.repository("missing")
    (result,) = look_up(web_session, lost, known=Repository("x/y", database_id=truth.id))
    assert (result.check.outcome, result.check.final_url) == (
        Outcome.MOVED,
        "https://github.com/small-internet/now-8",
    )
    (result,) = look_up(web_session, lost, known=Repository("x/y", database_id=5))
    assert (result.check.outcome, result.check.conclusive) == (Outcome.GONE, True)


# --- places inside ----------------------------------------------------------------------------------------------------


def branch_of(name: str) -> str:
    repository = find_repository(name)
    assert repository is not None
    return str(repository.default_branch)


DEFAULT = branch_of(MAIN)
RENAMED = "trunk"
OK, MOVED, GONE = Outcome.OK, Outcome.MOVED, Outcome.GONE


@pytest.mark.parametrize(
    ("path", "outcome", "conclusive", "leads_to"),
    [
        (f"tree/{DEFAULT}", OK, False, None),
        (f"tree/{DEFAULT}/src", OK, False, None),
        (f"blob/{DEFAULT}/a%20b.md?plain=1", OK, False, None),
        ("blob/v1.0/README.md", OK, False, None),
        ("tree/feature/loops/src/x", OK, False, None),
        ("blob/0123abc/README.md", OK, False, None),
        (f"blob/{DEFAULT}/missing.md", GONE, True, None),
        ("tree/feature/loops/missing", GONE, False, None),
        (f"tree/{DEFAULT}/submodule", OK, False, None),
        ("blob/v1.0/missing.md", GONE, True, None),
        (f"tree/{RENAMED}", MOVED, False, f"tree/{DEFAULT}"),
        (f"blob/{RENAMED}/a%20b.md", MOVED, False, f"blob/{DEFAULT}/a%20b.md"),
        (f"blob/{RENAMED}/missing.md", GONE, False, None),
        ("blob/never/was.md", GONE, False, f"blob/{DEFAULT}/was.md"),
        ("tree/never", GONE, False, None),
        ("issues/7", OK, False, None),
        ("issues/8#issuecomment-1", OK, False, None),
        ("issues/555", OK, False, None),
        ("issues/607", MOVED, False, "issues/7"),
        ("issues/777", GONE, True, None),
        ("pull/7/files", OK, False, None),
        ("pull/777", GONE, True, None),
        ("discussions/555", OK, False, None),
        ("discussions/7", GONE, False, None),
        ("releases/tag/v1.0", OK, False, None),
        ("releases/tag/v9.9.9", OK, False, None),
        ("releases/tag/never", GONE, True, None),
        ("commit/0123abc", OK, False, None),
        ("commit/never", GONE, False, None),
        ("wiki/Home", OK, False, None),
        ("wiki/missing", GONE, False, None),
        ("releases", OK, False, None),
        ("releases/download/v1.0/missing", GONE, False, None),
        ("commits/missing", GONE, False, None),
        ("compare/missing", GONE, False, None),
        ("stargazers", OK, False, None),
    ],
)
def test_places(
    internet: Internet, web_session: Session, path: str, outcome: Outcome, leads_to: str | None, *, conclusive: bool
) -> None:
    (result,) = look_up(web_session, f"{ALIVE}/{path}")
    check = result.check
    assert (check.outcome, check.conclusive) == (outcome, conclusive)
    target = f"{ALIVE}/{leads_to}" if leads_to else None
    assert check.final_url == (target if outcome is MOVED else None)
    assert (check.suggestion, check.suggestion_source) == (
        (target, "github") if outcome is GONE and target else (None, None)
    )
    assert result.metadata is not None  # the repository is there, whatever is in it
    assert len(internet.requests) <= 4
    assert len(internet.asked(GRAPHQL)) == 1


def test_what_the_cache_keeps(internet: Internet, web_session: Session, tmp_path: Path) -> None:
    """Good answers for half a day, but never the token: so none with the redirects that led to it."""
    fields = dict.fromkeys(("p0", "p1", "p2"))
    internet.fault(GRAPHQL, as_json({"data": {"r0": {"nameWithOwner": MAIN, **fields}}}))
    for path, asked in (("issues/8", 1), (f"tree/{RENAMED}", 3)):
        internet.forget()
        for _ in range(2):
            GithubLookup(web_session, "s3cret")(due(f"{ALIVE}/{path}"))
        assert len(internet.asked(REST)) == asked
    assert all(request.headers["authorization"] == "bearer s3cret" for request in internet.requests)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("web_session.sqlite*"))
    assert b"issues/8" in kept
    assert b"s3cret" not in kept


def test_a_place_that_rest_stumbles_over_stops_no_other(internet: Internet, web_session: Session) -> None:
    """Nor is it gone for that."""
    internet.fault("*/contents/*", redirect("https://api.github.com/repos/small-internet/alive-0/contents/x"))
    lookup = GithubLookup(web_session, "token")
    urls = [f"{ALIVE}/blob/{DEFAULT}/missing.md", World.repository("alive", 1), World.repository("missing")]
    results = lookup(due(*urls))
    assert [result.check.outcome for result in results] == [Outcome.SKIPPED, Outcome.OK, Outcome.GONE]
    assert str(results[0].check.reason) == "GitHub's API unavailable: Exceeded 5 redirects."
    assert lookup.unavailable_reason is None


def test_a_place_of_which_nothing_was_said_is_not_gone(internet: Internet, web_session: Session) -> None:
    silent = {"data": {"r0": {"nameWithOwner": MAIN, "p0": None, "p1": None, "p2": None, "p3": None}}}
    trouble = [{"type": "TIMEOUT", "path": ["r0", f"p{n}"]} for n in range(4)]
    internet.fault(GRAPHQL, as_json({**silent, "errors": trouble}))
    (result,) = look_up(web_session, f"{ALIVE}/blob/{DEFAULT}/README.md")
    assert result.check.outcome is Outcome.OK


def test_an_issue_that_only_rest_sees_is_there(internet: Internet, web_session: Session) -> None:
    def blind(request: Request) -> Response:
        errors = [{"type": "NOT_FOUND", "path": ["r0", "p0"]}, {"type": "NOT_FOUND", "path": ["r0", "p1"]}]
        return as_json({"data": {"r0": {"nameWithOwner": MAIN, "p0": None, "p1": None}}, "errors": errors})

    internet.fault(GRAPHQL, blind)
    (result,) = look_up(web_session, f"{ALIVE}/issues/8")
    assert result.check.outcome is Outcome.OK
