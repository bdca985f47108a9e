"""Services of which a run asks much at once: what it costs them, and what it costs us when they are down."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from crawler.lookups.bibliographies.openalex import OpenAlex
from tests.internet import Failure, Internet, World
from tests.internet.messages import Response, as_json, html, text
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = {"GITHUB_TOKEN": "token"}
ARXIV, GITHUB = "https://export.arxiv.org/*", "https://api.github.com/*"
OPENALEX = "https://api.openalex.org/*"

# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [300, pytest.param(1000, marks=pytest.mark.stress)])
def test_a_hundred_papers_are_one_request_and_a_hundred_repositories_two(
    desk: Desk, internet: Internet, count: int
) -> None:
    papers = [World.paper("alive", n) for n in range(count)]
    repositories = [World.repository("alive", n) for n in range(count)]
    desk.write("a.md", "\n".join(f"- <{url}>" for url in papers + repositories))
    done = desk.crawl(**TOKEN)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(internet.asked(ARXIV)) == count / 100
    assert len(internet.asked(GITHUB)) == count / 50
    assert set(desk.verdicts().values()) == {"alive"}
    ids = [each for request in internet.asked(ARXIV) for each in request.query["id_list"].split(",")]
    assert sorted(ids) == sorted(url.rpartition("/")[2] for url in papers)
    assert len(internet.asked(OPENALEX)) == OpenAlex.max_per_run  # it takes one paper at a time, so many a night
    internet.forget()
    done = desk.crawl(**TOKEN)  # the next night
    assert (done.returncode, done.stderr) == (0, "")
    assert internet.asked(ARXIV) == internet.asked(GITHUB) == internet.asked("https://api.semanticscholar.org/*") == []
    assert 0 < len(internet.requests) == len(internet.asked(OPENALEX)) <= OpenAlex.max_per_run


# --- what is done when nobody answers ---------------------------------------------------------------------------------

PAPER, REPOSITORY, DEEP = World.paper(), World.repository(), f"{World.repository()}/issues/7"
FAULTS: dict[str, Response | Failure] = {
    "429": text("Rate exceeded.", 429).with_headers(retry_after="3600"),
    "429 for a moment": text("Rate exceeded.", 429).with_headers(retry_after="0"),
    "403": as_json({"message": "API rate limit exceeded for user"}, 403).with_headers(x_ratelimit_remaining="0"),
    "500": text("", 500).with_headers(retry_after="0"),
    "silence": Failure.HANG,
    "HTML": html("<html><body>Are you a robot?</body></html>"),
    "data: null": as_json({"data": None}),
    "half of it": Response(body=b'{"data": {"r0": {"nameWithOwner"'),
    "a body cut short": Failure.CUT,
    "reset": Failure.RESET,
}


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of a desk on which one good night has passed."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("desk"), internet.environ(), VERDICTS_AND_NOTES)
        desk.write("a.md", f"<{PAPER}> <{REPOSITORY}> <{DEEP}>")
        done = desk.crawl(*EVERY_NIGHT, **TOKEN)
        assert (done.returncode, done.stderr) == (0, "")
        yield desk.folder


@pytest.mark.parametrize("fault", sampled(FAULTS))
def test_services_that_are_down_cost_nothing_that_is_known(
    first_night: Path, desk: Desk, internet: Internet, fault: str
) -> None:
    shutil.copytree(first_night, desk.folder, dirs_exist_ok=True)
    before = desk.health()
    for service in (ARXIV, GITHUB):
        internet.fault(service, FAULTS[fault])
    another_night = (*EVERY_NIGHT, "-s", f"HTTP_CACHE={desk.folder}/another.sqlite", "-s", "API_TIMEOUT=0.3")
    done = desk.crawl(*another_night, **TOKEN)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("unavailable services: ")]
    assert "arXiv's API (" in line
    assert "GitHub's API (" in line
    for url, row in desk.health().items():
        assert (row["outcome"], row["verdict"]) == ("skipped", "alive")
        assert " unavailable: " in row["reason"]
        kept = ("title", "last_alive", "failures_in_a_row")
        assert [row[name] for name in kept] == [before[url][name] for name in kept]
    assert len(internet.asked(ARXIV)) <= 4
    assert len(internet.asked(GITHUB)) <= 4
    internet.heal()
    assert desk.crawl("-s", f"HTTP_CACHE={desk.folder}/third.sqlite", **TOKEN).returncode == 0
    assert {row["outcome"] for row in desk.health().values()} == {"ok"}  # it was asked again, though nothing was due
