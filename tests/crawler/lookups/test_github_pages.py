"""What GitHub's API does not know may be a page of GitHub itself: it is gone only if the page is."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.kinds.registry import link_of
from tests.internet import Failure, World
from tests.internet.messages import as_json, html, page, redirect, text
from tests.support.crawling import EVERY_NIGHT
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from tests.internet import Fault, Internet, Request, Response
    from tests.support.crawling import Desk

pytestmark = pytest.mark.xdist_group("waiting")  # as tests of politeness

REPORT = "38-lychee-431-github-own-pages"
TOKEN = {"GITHUB_TOKEN": "good-token"}
SIGNED = "https://github-production-user-asset-6210df.s3.amazonaws.com/1/2.png?X-Amz-Expires=300&X-Amz-Signature=ab"
OWN = World.repository("missing", 7)
"""A page of a part of GitHub that nobody has heard of yet: the API knows no such owner or repository."""


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("user-attachments/assets/x", False),
        ("solutions/x", False),
        ("resources/x", False),
        ("education/x", False),
        ("customer-terms/x", False),
        ("copilot/x", False),
        ("mcp/x", False),
        ("mcp-server/x", True),
    ],
)
def test_what_is_asked_for_as_a_repository(path: str, *, known: bool) -> None:
    link = link_of(f"https://github.com/{path}", "n.md")
    assert link is not None
    assert (link.kind == "github") is known


@pytest.mark.parametrize(
    ("answer", "outcome", "verdict"),
    sampled(
        [
            (page("A page of GitHub's"), "ok", "alive"),
            (redirect(SIGNED, 302), "ok", "alive"),
            (redirect("/somewhere/else"), "ok", "alive"),
            (redirect("https://github.com/login?return_to=x", 302), "restricted", "restricted"),
            (page("Not found", status=404), "gone", "dead"),
            (text("", 410), "gone", "dead"),
            (text("", 403), "blocked", "unknown"),
            (text("", 451), "restricted", "restricted"),
            (text("", 429).with_headers(retry_after="999"), "skipped", "unknown"),
            (text("", 500).with_headers(retry_after="0"), "skipped", "unknown"),
            (Failure.RESET, "skipped", "unknown"),
            (Failure.CUT, "skipped", "unknown"),
        ],
        every=2,
    ),
)
def test_the_page_is_asked(desk: Desk, internet: Internet, answer: Fault, outcome: str, verdict: str) -> None:
    url = f"{OWN}?y=%2F"
    internet.fault(f"{OWN}*", answer)
    desk.write("a.md", f"<{url}> <{World.repository('alive', 0)}>")
    done = desk.crawl(**TOKEN)
    assert (done.returncode, done.stderr) == (0, "")
    assert (desk.health()[url]["outcome"], desk.verdicts()[url]) == (outcome, verdict)
    assert desk.verdicts()[World.repository("alive", 0)] == "alive"
    asked = internet.asked(f"{OWN}*")
    assert {request.url for request in asked} == {url}
    assert all("authorization" not in request.headers for request in asked)
    assert internet.asked("https://github-production*") == []  # that address expires


def test_a_page_that_cannot_be_had_keeps_its_verdict(desk: Desk, internet: Internet) -> None:
    url = OWN
    desk.write("a.md", f"<{url}>")
    internet.fault(f"{OWN}*", page("A page of GitHub's"))
    desk.crawl(*EVERY_NIGHT, **TOKEN)
    internet.fault(f"{OWN}*", text("", 429).with_headers(retry_after="999"))
    desk.crawl(*EVERY_NIGHT, "-s", f"HTTP_CACHE={desk.folder}/another.sqlite", **TOKEN)
    assert (desk.health()[url]["outcome"], desk.verdicts()[url]) == ("skipped", "alive")


def test_a_refusal_is_not_met_with_more_requests(desk: Desk, internet: Internet) -> None:
    """Nor are they sent faster than the pace of the host that is asked."""
    urls = [f"{OWN}{number}" for number in range(9)]
    desk.write("a.md", "\n".join(f"<{url}>" for url in urls))
    internet.fault(f"{OWN}*", text("", 429).with_headers(retry_after="999"))
    assert desk.crawl(**TOKEN).returncode == 0
    assert len(internet.asked(f"{OWN}*")) == 1
    assert {row["outcome"] for row in desk.health().values()} == {"skipped"}
    internet.heal()
    internet.forget()
    assert desk.crawl("-s", 'DOWNLOAD_DELAYS={"github.com": 0.2, "*": 0}', **TOKEN).returncode == 0
    times = [request.time for request in internet.asked(f"{OWN}*")]
    assert len(times) == 9
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.15
    assert set(desk.verdicts().values()) == {"dead"}


def test_the_report_of_github_s_own_pages(desk: Desk, internet: Internet) -> None:
    case = Path(__file__).parents[3] / "../shared/data/reports" / REPORT
    if not case.is_dir():
        pytest.skip(f"the case {REPORT} in ../shared/data/reports is not here")
    given = json.loads((case / "answers.json").read_text("utf-8"))
    answers = {each["url"]: each for each in given["answers"]}

    def answer(request: Request) -> Response:
        each = answers.get(request.url) or answers["https://api.github.com/*"]
        if "title" in each:
            return html(f"<title>{each['title']}</title><p>{each['text']}</p>")
        return as_json(json.loads(each["body"]), each.get("status", 200))

    internet.fault("https://*github.com/*", answer)
    desk.write("note.md", (case / "notes/note.md").read_bytes())
    assert desk.crawl(GITHUB_TOKEN=given["token"]).returncode == 0
    for url, verdicts in given["expect"]["links"].items():
        assert desk.verdicts()[url] in verdicts, url
