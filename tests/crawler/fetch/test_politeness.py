"""How a run behaves when a host pushes back, and when its time is up."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import pytest

from crawler.fetch.early_stop import EarlyStop
from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.run import run
from tests.internet.messages import Failure, html, redirect, text
from tests.support.crawling import EVERY_NIGHT

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from tests.internet import Internet, Request, Response
    from tests.support.crawling import Desk

HOST = "https://h00.bench.example.org"
CALM = ("-s", 'DOWNLOAD_DELAYS={"h00.bench.example.org": 0.02, "*": 0}')
ELSEWHERE = "https://h01.bench.example.org/"
IN_FLIGHT = 4  # CONCURRENT_REQUESTS_PER_DOMAIN
PAGE = html("<title>x</title>")

pytestmark = pytest.mark.xdist_group("waiting")  # they wait more than they compute: one process at a time is enough


def links(count: int, host: str = HOST) -> str:
    return "\n".join(f"<{host}/{n}>" for n in range(count))


def asked(internet: Internet) -> list[Request]:
    """Return the requests for links: no robots.txt, no probes."""
    return [request for request in internet.asked(f"{HOST}/*") if request.number]


def intervals(requests: list[Request]) -> list[float]:
    return [after.time - before.time for before, after in pairwise(requests)]


def assert_half_a_second_apart(requests: list[Request]) -> None:
    """Assert that five links were asked half a second apart: a busy machine may notice the first one late.

    A client may repeat a request if the server closed the connection meanwhile (RFC 9110, 9.2.2).
    """
    assert len({request.path for request in requests}) == 5
    assert requests[-1].time - requests[0].time >= 1.25  # two at a time would take a second


# --- Retry-After ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_is_asked_again_when_it_said(desk: Desk, internet: Internet, status: int) -> None:
    internet.fault(f"{HOST}/*", text("later", status).with_headers(retry_after="1"), times=1)
    desk.write("a.md", f"<{HOST}/0> <{ELSEWHERE}>")
    assert desk.crawl().returncode == 0
    first, second = asked(internet)
    assert second.time - first.time >= 1
    assert desk.verdicts()[f"{HOST}/0"] == "alive"


def test_nothing_is_sent_while_a_host_is_left_alone(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/*", text("later", 429).with_headers(retry_after="1"), times=1)
    desk.write("a.md", links(30))
    assert desk.crawl(*CALM).returncode == 0
    assert set(desk.verdicts().values()) == {"alive"}
    requests = asked(internet)
    assert len(requests) == 31
    assert max(intervals(requests)) >= 0.9  # what was under way when the answer came had been sent before it


def test_a_host_that_asks_for_an_hour_is_left_for_the_next_night(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/*", text("later", 429).with_headers(retry_after="3600"))
    desk.write("a.md", f"{links(30)} <{ELSEWHERE}>")
    done = desk.crawl(*CALM)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(asked(internet)) <= IN_FLIGHT
    rows = desk.health()
    assert rows[ELSEWHERE]["verdict"] == "alive"
    left = [url for url in rows if not rows[url]["outcome"]]
    assert f"links left for the next run: {len(left)}" in done.stdout
    internet.heal()
    assert desk.crawl().returncode == 0
    assert all(desk.verdicts()[url] == "alive" for url in left)


def test_a_host_that_answers_later_every_time_is_told_of_and_does_not_stop_the_rest(
    desk: Desk, internet: Internet
) -> None:
    internet.fault(f"{HOST}/[0-7]", text("later", 503).with_headers(retry_after="1"))
    desk.write("a.md", links(20))
    for _ in range(3):
        desk.crawl(*CALM, "-s", 'RECHECK_AFTER={"*": 0}')
    rows = desk.health()
    assert all(row["last_checked"] for row in rows.values())
    assert {rows[f"{HOST}/{n}"]["verdict"] for n in range(8, 20)} == {"alive"}
    assert rows[f"{HOST}/0"]["http_status"] == "503"


def test_the_host_that_refuses_is_left_alone_not_the_one_that_leads_there(desk: Desk, internet: Internet) -> None:
    """A shortener or a resolver is not to blame for where its links lead."""

    def lead(request: Request) -> Response:
        host = "h01" if request.path in {f"/{n}" for n in range(6)} else "h02"
        return text("", 302).with_headers(location=f"https://{host}.bench.example.org{request.path}")

    internet.fault(f"{HOST}/*", lead)
    internet.fault("https://h01.bench.example.org/*", text("no", 403))
    desk.write("a.md", links(20))
    done = desk.crawl(*CALM)
    verdicts = desk.verdicts()
    assert {verdicts[f"{HOST}/{n}"] for n in range(6, 20)} == {"alive"}
    refused = [r for r in internet.asked("https://h01.bench.example.org/*") if r.number]
    assert REFUSALS <= len(refused) < REFUSALS + IN_FLIGHT
    assert "blocking hosts: h01.bench.example.org" in done.stdout


# --- the breaker ------------------------------------------------------------------------------------------------------


def test_a_host_that_keeps_refusing_is_left_for_the_next_night(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/*", text("no", 403))
    desk.write("a.md", f"{links(30)} <{ELSEWHERE}>")
    done = desk.crawl(*CALM)
    assert (done.returncode, done.stderr) == (0, "")
    tonight = {request.url for request in asked(internet)}
    assert REFUSALS <= len(tonight) < REFUSALS + IN_FLIGHT
    assert desk.verdicts()[ELSEWHERE] == "alive"
    assert f"blocking hosts: h00.bench.example.org ({len(tonight)})" in done.stdout
    assert f"links left for the next run: {30 - len(tonight)}" in done.stdout

    internet.forget()
    desk.crawl(*CALM, "-s", 'RECHECK_AFTER={"*": 0}')
    assert tonight.isdisjoint(request.url for request in asked(internet)), "the longest unchecked come first"


# --- the time budget --------------------------------------------------------------------------------------------------


def test_a_run_whose_time_is_up_reports_and_the_next_goes_on(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", f"{links(40)} <{ELSEWHERE}>")
    done = desk.crawl("-s", 'DOWNLOAD_DELAYS={"*": 0.1}', "-s", "RUN_TIMEOUT=1.5")
    assert (done.returncode, done.stderr) == (0, "")
    rows = desk.health()
    assert len(rows) == 41
    alive = {url for url, row in rows.items() if row["verdict"] == "alive"} - {ELSEWHERE}
    assert 5 <= len(alive) <= 16
    # The time may be up before the last request is answered.
    assert {request.url for request in asked(internet)[:-1]} <= alive <= {request.url for request in asked(internet)}
    assert f"links left for the next run: {40 - len(alive)}" in done.stdout

    internet.forget()
    assert desk.crawl().returncode == 0
    assert {request.url for request in asked(internet)} == {f"{HOST}/{n}" for n in range(40)} - alive


class SlowOutputs(EarlyStop):
    """Lets a run believe that its outputs take a second for each link."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        run.RENDERING_SECONDS = 1.0
        return super().from_crawler(crawler)


def test_a_run_leaves_time_for_its_outputs(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", links(40))
    slow = ("-s", f'EXTENSIONS={{"{__name__}.SlowOutputs": 0}}')
    done = desk.crawl("-s", 'DOWNLOAD_DELAYS={"*": 0.1}', "-s", "RUN_TIMEOUT=3", *slow)
    assert (done.returncode, done.stderr) == (0, "")
    assert 5 <= len(asked(internet)) <= 16  # half of the time is for links


def test_a_service_that_is_waited_for_does_not_outlast_the_time_budget(desk: Desk, internet: Internet) -> None:
    internet.fault("https://export.arxiv.org/*", text("later", 503).with_headers(retry_after="60"))
    desk.write("a.md", f"<https://arxiv.org/abs/1706.03762> <{ELSEWHERE}>")
    done = desk.crawl("-s", "RUN_TIMEOUT=1")
    assert done.returncode == 0
    assert desk.verdicts() == {ELSEWHERE: "alive", "https://arxiv.org/abs/1706.03762": "unknown"}
    assert "links left for the next run: 1" in done.stdout


def test_a_budget_that_is_spent_at_once_ends_the_run(desk: Desk) -> None:
    desk.write("a.md", f"<{ELSEWHERE}> [x](gone.md) <https://arxiv.org/abs/1706.03762>")
    done = desk.crawl("-s", "RUN_TIMEOUT=0.001")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(desk.health()) == 3
    assert "although RUN_TIMEOUT is 0.001 s: notes were read for" in done.stdout


def test_new_notes_for_which_there_is_no_time_are_read_by_the_next_runs(desk: Desk) -> None:
    for name in "abcd":
        desk.write(f"{name}.md", f"[{name}](missing.md)")
    for number, name in enumerate("abc", 1):  # each run has time for one
        done = desk.crawl("-s", "RUN_TIMEOUT=0.001")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"new notes left for the next run: {4 - number} (RUN_TIMEOUT)" in done.stdout
        assert sorted(file.stem for file in (desk.output / "notes").iterdir()) == list("abcd"[:number])
        if name == "a":
            desk.write("a.md", "[a](missing.md) [x](b.md)")  # what is known is always read
    mentions = {url: row["mentions"].split() for url, row in desk.health().items()}
    assert mentions == {"missing.md": ["a.md:1", "b.md:1", "c.md:1"], "b.md": ["a.md:1"]}
    done = desk.crawl()
    assert "new notes" not in done.stdout
    assert set(desk.verdicts()) == {"b.md", "missing.md"}
    assert len(list((desk.output / "notes").iterdir())) == 4


@pytest.mark.stress
def test_links_are_checked_although_reading_takes_longer_than_the_time_budget(desk: Desk, internet: Internet) -> None:
    count = 60_000
    desk.write("a.md", "\n".join(f"- [Page {n}](https://h{n % 50:02}.bench.example.org/{n})" for n in range(count)))
    asked_before: set[str] = set()
    for _ in range(2):
        internet.forget()
        done = desk.crawl("-s", "RUN_TIMEOUT=8")
        assert done.returncode == 0
        new = {request.url for request in internet.asked("https://*.bench.example.org/*") if request.number}
        assert new
        assert new.isdisjoint(asked_before), "the next run goes on"
        asked_before |= new
        rows = desk.health()
        assert len(rows) == count
        assert sum(row["verdict"] == "alive" for row in rows.values()) == len(asked_before)
        print(f"{len(new)} of {count} links asked for: {done.stdout.splitlines()[:3]}")  # noqa: T201


def test_a_host_that_hangs_does_not_outlast_the_time_budget(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/*", Failure.HANG)
    desk.write("a.md", links(3))
    began = time.monotonic()
    done = desk.crawl("-s", "RUN_TIMEOUT=2")
    assert done.returncode == 0
    assert time.monotonic() - began < 15  # DOWNLOAD_TIMEOUT is 30
    assert {row["outcome"] for row in desk.health().values()} == {""}


def test_nights_whose_time_is_spent_on_hanging_links_add_up(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/[0-7]", Failure.HANG)
    desk.write("a.md", f"{links(16)} <{ELSEWHERE}>")
    for _ in range(4):
        done = desk.crawl("-s", "RUN_TIMEOUT=3", "-s", "DOWNLOAD_TIMEOUT=1", *EVERY_NIGHT)
        assert done.returncode == 0
    rows = desk.health()
    assert {rows[f"{HOST}/{n}"]["verdict"] for n in range(8, 16)} == {"alive"}
    assert {rows[f"{HOST}/{n}"]["reason"].partition(";")[0] for n in range(8)} == {"timed out"}


def test_a_link_that_was_not_sent_has_not_timed_out(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/[0-3]", Failure.HANG)
    desk.write("a.md", links(10))
    desk.crawl("-s", "DOWNLOAD_TIMEOUT=1")
    verdicts = desk.verdicts()
    assert {verdicts[f"{HOST}/{n}"] for n in range(4, 10)} == {"alive"}
    assert {verdicts[f"{HOST}/{n}"] for n in range(4)} == {"suspect"}


# --- robots.txt -------------------------------------------------------------------------------------------------------


def robots(internet: Internet, rules: str, status: int = 200) -> None:
    internet.fault(f"{HOST}/robots.txt", text(rules, status))


def test_crawl_delay_is_kept_to(desk: Desk, internet: Internet) -> None:
    robots(internet, "User-agent: *\nCrawl-delay: 0.5\nDisallow: /\n")
    desk.write("a.md", links(5))
    assert desk.crawl().returncode == 0
    assert set(desk.verdicts().values()) == {"alive"}
    assert_half_a_second_apart(asked(internet))
    assert len(internet.asked(f"{HOST}/robots.txt")) == 1


def test_the_user_s_own_pace_stands_above_crawl_delay(desk: Desk, internet: Internet) -> None:
    robots(internet, "User-agent: *\nCrawl-delay: 60\n")
    desk.write("a.md", links(3))
    assert desk.crawl("-s", 'DOWNLOAD_DELAYS={"*": 0, "h00.bench.example.org": 0.01}').returncode == 0
    assert set(desk.verdicts().values()) == {"alive"}
    assert internet.asked(f"{HOST}/robots.txt") == []


def test_a_crawl_delay_of_minutes_means_one_link_a_night(desk: Desk, internet: Internet) -> None:
    robots(internet, "User-agent: *\nCrawl-delay: 3600\n")
    desk.write("a.md", links(3))
    done = desk.crawl()
    assert len({request.path for request in asked(internet)}) == 1
    assert "links left for the next run: 2" in done.stdout


def test_a_single_link_needs_no_robots_txt(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", links(1))
    desk.crawl()
    assert internet.asked(f"{HOST}/robots.txt") == []


def test_robots_txt_is_obeyed_where_the_user_wants_it(desk: Desk, internet: Internet) -> None:
    robots(internet, "User-agent: notemend\nDisallow: /1\n\nUser-agent: *\nDisallow: /\n")
    wechat = internet.world.article("live")
    desk.write("a.md", f"{links(3)} <{wechat}>")
    assert desk.crawl("-s", "ROBOTS=obey").returncode == 0
    rows = desk.health()
    for url in (f"{HOST}/1", wechat):
        assert (rows[url]["verdict"], rows[url]["outcome"]) == ("unknown", "skipped")
        assert rows[url]["reason"] == "disallowed by robots.txt"
    assert {rows[f"{HOST}/{n}"]["verdict"] for n in (0, 2)} == {"alive"}
    assert {request.path for request in asked(internet)} == {"/0", "/2"}
    assert {request.path for request in internet.asked("https://mp.weixin.qq.com/*")} == {"/robots.txt"}


@pytest.mark.parametrize(("status", "outcome"), [(404, "ok"), (403, "ok"), (503, "skipped")])
def test_robots_txt_that_is_not_there(desk: Desk, internet: Internet, status: int, outcome: str) -> None:
    """RFC 9309, 2.3.1.3 and 2.3.1.4: no file, no rules; a broken server, no visit."""
    robots(internet, "User-agent: *\nDisallow: /\n", status)
    desk.write("a.md", links(1))
    assert desk.crawl("-s", "ROBOTS=obey").returncode == 0
    assert desk.health()[f"{HOST}/0"]["outcome"] == outcome


def test_robots_txt_may_be_redirected(desk: Desk, internet: Internet) -> None:
    """RFC 9309, 2.3.1.2: on its own host, and by two hosts to each other."""
    rules = text("User-agent: *\nDisallow: /1\n")
    internet.fault(f"{HOST}/robots.txt", redirect("/rules/robots.txt"))
    internet.fault(f"{HOST}/rules/robots.txt", rules)
    for one, other in (("h02", "h03"), ("h03", "h02")):
        internet.fault(f"https://{one}.bench.example.org/robots.txt", redirect(f"https://{other}.bench.example.org/r"))
        internet.fault(f"https://{one}.bench.example.org/r", rules)
    elsewhere = [f"https://h{n:02}.bench.example.org/{n - 2}" for n in (2, 3)]
    desk.write("a.md", f"{links(2)} <{'> <'.join(elsewhere)}>")
    assert desk.crawl("-s", "ROBOTS=obey").returncode == 0
    verdicts = {url: row["outcome"] for url, row in desk.health().items()}
    assert verdicts == {
        f"{HOST}/0": "ok",
        f"{HOST}/1": "skipped",
        **dict(zip(elsewhere, ("ok", "skipped"), strict=True)),
    }


# --- what the user says -----------------------------------------------------------------------------------------------


def test_excluded_links_are_not_looked_at(desk: Desk, internet: Internet) -> None:
    paper = "https://arxiv.org/abs/1706.03762"
    desk.write("a.md", f"{links(2)} <{ELSEWHERE}> <{paper}>")
    assert desk.crawl("-s", f"EXCLUDE_URLS={HOST}/*,*://arxiv.org/*").returncode == 0
    rows = desk.health()
    for url in (f"{HOST}/0", f"{HOST}/1", paper):
        assert (rows[url]["verdict"], rows[url]["outcome"], rows[url]["reason"]) == (
            "unknown",
            "skipped",
            "excluded by EXCLUDE_URLS",
        )
    assert {request.host for request in internet.requests} == {"h01.bench.example.org"}


@pytest.mark.parametrize("pattern", ["wall.example.org", "*.example.org"])
def test_a_status_that_the_user_accepts_is_fine(desk: Desk, pattern: str) -> None:
    desk.write("a.md", "<https://wall.example.org/> <https://missing.example.com/>")
    assert desk.crawl("-s", f'ACCEPTED_STATUSES={{"{pattern}": [403]}}').returncode == 0
    row = desk.health()["https://wall.example.org/"]
    assert (row["verdict"], row["http_status"], row["reason"]) == (
        "alive",
        "403",
        "accepted by ACCEPTED_STATUSES (HTTP 403)",
    )


def test_the_contact_is_said_to_everyone(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", f"<{ELSEWHERE}> <https://arxiv.org/abs/1706.03762>")
    assert desk.crawl("-s", "USER_AGENT_CONTACT=me@example.org").returncode == 0
    agents = {request.headers["user-agent"] for request in internet.requests}
    services = {"api.semanticscholar.org", "export.arxiv.org"}
    assert len(internet.requests) == 3
    assert services < {request.host for request in internet.requests}
    (agent,) = agents
    assert agent.startswith("Mozilla/5.0 (compatible; notemend/")
    assert agent.endswith("; +me@example.org)")


@pytest.mark.parametrize(
    "setting",
    [
        "ACCEPTED_STATUSES=403",
        'ACCEPTED_STATUSES={"a.example": ["403"]}',
        'ACCEPTED_STATUSES={"a.example": [42]}',
        "ROBOTS=maybe",
        "RUN_TIMEOUT=soon",
        "RUN_TIMEOUT=-1",
        "USER_AGENT_CONTACT=somebody",
        "USER_AGENT_CONTACT=me@example.org\r\nX-Evil: 1",
    ],
)
def test_setting_that_makes_no_sense(desk: Desk, setting: str) -> None:
    desk.write("a.md", links(1))
    done = desk.crawl("-s", setting)
    assert done.returncode == 2
    assert done.stderr.startswith(f"notemend: {setting.partition('=')[0]}")
    assert len(done.stderr.splitlines()) == 1


def test_redirects_wait_for_the_turn_of_the_host_they_lead_to(desk: Desk, internet: Internet) -> None:
    def away(request: Request) -> Response:
        return text("", 302).with_headers(location=f"{HOST}{request.path}")

    internet.fault("https://h1*.bench.example.org/*", away)
    desk.write("a.md", "\n".join(f"<https://h{n}.bench.example.org/{n}>" for n in range(10, 15)))
    assert desk.crawl("-s", 'DOWNLOAD_DELAYS={"h00.bench.example.org": 0.5, "*": 0}').returncode == 0
    assert_half_a_second_apart(asked(internet))
