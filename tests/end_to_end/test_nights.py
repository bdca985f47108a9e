"""What the product promises: not one link that is alive is ever called dead, and every link that is gone is, in time.

First many nights at once, through `judge` alone; then ten nights as the user has them, in bad weather.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.policy import Policy
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.items.verdict import compute_verdict
from tests.internet import Failure, Response, World
from tests.internet.messages import html, text
from tests.internet.sites import odd, walls, weixin
from tests.support.crawling import EVERY_NIGHT
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.internet import Internet, Request
    from tests.support.crawling import Desk

# --- thirty nights in no time -----------------------------------------------------------------------------------------

DEAD_AFTER = 3
POLICY = Policy(DEAD_AFTER, timedelta(days=0.8), {})
START = datetime(2026, 11, 1, 3, tzinfo=UTC)
NIGHTS = 30


def night(number: int, outcome: Outcome, late: float, *, conclusive: bool = False) -> Check:
    """Return what a run saw that began up to two hours early or late."""
    at = START + timedelta(days=number, hours=late)
    return Check(
        outcome,
        Reason(ReasonCode.OTHER, "seen"),
        at,
        CheckMethod.PAGE,
        conclusive=conclusive and outcome is Outcome.GONE,
    )


def verdicts(checks: list[Check]) -> Iterator[Verdict]:
    """Yield the verdict after each night."""
    for count in range(1, len(checks) + 1):
        yield compute_verdict(checks[: count - 1], checks[count - 1], POLICY).verdict


def survivable(noise: list[Outcome]) -> list[Outcome]:
    """Let a good night come between any three on which an exchange broke."""
    broken = 0
    for at, outcome in enumerate(noise):
        broken = 0 if outcome is Outcome.OK else broken + (outcome is Outcome.FAILED)
        if broken == DEAD_AFTER:
            noise[at], broken = Outcome.OK, 0
    return noise


NOISE = st.sampled_from([Outcome.OK, Outcome.FAILED, Outcome.BLOCKED, Outcome.SKIPPED])
LATE = st.lists(st.floats(-2, 2), min_size=NIGHTS, max_size=NIGHTS)


@given(st.lists(NOISE, min_size=NIGHTS, max_size=NIGHTS), LATE)
def test_what_is_alive_is_never_called_dead(noise: list[Outcome], late: list[float]) -> None:
    checks = [night(number, outcome, late[number]) for number, outcome in enumerate(noise)]
    assert Verdict.DEAD not in verdicts(checks)


@given(
    st.integers(0, NIGHTS - 1), st.lists(NOISE, min_size=NIGHTS, max_size=NIGHTS).map(survivable), LATE, st.booleans()
)
def test_what_is_gone_is_dead_after_three_nights_on_which_it_was_seen(
    dies: int, noise: list[Outcome], late: list[float], conclusive: bool
) -> None:
    seen = [
        Outcome.GONE if number >= dies and outcome is Outcome.OK else outcome for number, outcome in enumerate(noise)
    ]
    checks = [night(number, outcome, late[number], conclusive=conclusive) for number, outcome in enumerate(seen)]
    bad = 0
    for number, verdict in enumerate(verdicts(checks)):
        if number < dies:
            assert verdict is not Verdict.DEAD
            continue
        bad += seen[number] is Outcome.GONE
        if bad >= DEAD_AFTER or (conclusive and Outcome.GONE in seen[dies : number + 1]):
            assert verdict is Verdict.DEAD


@given(st.integers(), st.integers(0, NIGHTS - 4))
def test_one_request_in_twenty_that_fails_is_no_matter(seed: int, dies: int) -> None:
    """The noise that the nights below have: a request that fails is sent once more at the end of the run."""
    random = Random(seed)

    def seen(truth: Outcome) -> Outcome:
        failed = random.random() < 0.04 and random.random() < 0.04
        return Outcome.FAILED if failed else Outcome.BLOCKED if random.random() < 0.01 else truth

    lives = [night(number, seen(Outcome.OK), random.uniform(-2, 2)) for number in range(NIGHTS)]
    assert Verdict.DEAD not in verdicts(lives)
    gone = [*lives[:dies], *(night(n, seen(Outcome.GONE), random.uniform(-2, 2)) for n in range(dies, NIGHTS + 9))]
    assert list(verdicts(gone))[-1] is Verdict.DEAD


# --- ten nights on the small internet ---------------------------------------------------------------------------------

API = "export.arxiv.org"
ANSWERS = {"ok", "moved", "restricted"}


@dataclass
class Weather:
    """A fault that five requests in a hundred meet, by the URL and the night: the same for the same seed.

    Archive and API are never silent, because their client waits a minute for them.
    """

    seed: int
    gone: frozenset[str] = frozenset()
    night: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)

    def __call__(self, request: Request) -> Response | Failure | None:
        if "archive.org" in request.host:
            return None
        self.asked[request.url] += 1
        random = Random(f"{self.seed} {self.night} {request.url} {self.asked[request.url]}")
        if random.random() >= 0.05:
            return None
        self.met[request.url] += 1
        broken = [text("", status) for status in (500, 502, 503, 504)]
        status = 404 if request.url in self.gone else 200
        half = Response(status, bytes(1024), failure=Failure.CUT)
        cut: list[Response | Failure] = [Failure.RESET, half, *[Failure.HANG] * (request.host != API)]
        faults: list[Sequence[Response | Failure]] = [broken, cut, captchas(request)]
        return random.choice(random.choice(faults))


def captchas(request: Request) -> list[Response]:
    """Return what may stand in a page's way on its host."""
    if request.host == "mp.weixin.qq.com":
        return [weixin.captcha(request), weixin.captcha_page(request.url)]
    if request.host == API:
        return [text("Rate exceeded.", 429), html("<title>Are you a robot?</title>")]
    shown = [show(request, World()) for show in (odd.wall, walls.checking, walls.aliyun, walls.jiasule)]
    return [*shown, text("", 429)]


def numbered(count: int, url: str) -> list[str]:
    return [url.format(n) for n in range(count)]


def living() -> list[str]:
    """Return links that are there, whatever stands in their way."""
    world = World()
    states = ("live", "repost", "pictures", "text", "video", "audio", "quoting", "naming")
    return [
        *numbered(20, "https://alive.example.org/{}"),
        *numbered(12, "https://h{:02}.bench.example.org/"),
        *numbered(4, "https://moved.example.org/{}"),
        *numbered(3, "https://pdf.example.org/{}.pdf"),
        *(f"https://{host}.example.org/x" for host in ("gzip", "brotli", "charset", "temporary", "nohead", "members")),
        *(world.article(state, n) for state in states for n in range(2)),
        *(world.picture(kind, n) for kind in ("png", "jpeg", "gif", "webp") for n in range(3)),
        *(world.repository("alive", n) for n in range(6)),
        *(world.repository("renamed", n) for n in range(2)),
        *(world.paper("alive", n) for n in range(12)),
    ]


def lost() -> list[str]:
    """Return links to what is gone; some sites say so themselves, of others it takes three nights to believe."""
    world = World()
    return [
        *numbered(12, "https://missing.example.org/{}"),
        *numbered(4, "https://gone.example.org/{}"),
        *numbered(4, "https://unknown{}.example.org/x"),
        *numbered(2, "https://lost.example.org/{}"),
        *(world.picture("deleted", n) for n in range(3)),
        *(world.repository("missing", n) for n in range(3)),
        *(world.paper("absent", n) for n in range(3)),
        *(world.article(state, n) for state in ("deleted", "violation", "infringement") for n in range(2)),
    ]


def new_night(desk: Desk, number: int) -> tuple[str, ...]:
    """Return the settings of a night on which nothing is left of what an API said in the last one."""
    return (*EVERY_NIGHT, "-s", f"HTTP_CACHE={desk.folder / str(number)}.sqlite")


Seen = list[tuple[str, bool]]
"""Outcome and conclusiveness of each check of a link."""


def checks(desk: Desk) -> dict[str, Seen]:
    """Return outcome and conclusiveness of every check that the store has, by URL."""
    connection = sqlite3.connect(desk.output / "notemend.sqlite")
    query = "SELECT url, c.outcome, c.conclusive FROM checks c JOIN links ON links.id = link_id ORDER BY c.id"
    found: dict[str, Seen] = {}
    for url, outcome, conclusive in connection.execute(query):
        found.setdefault(url, []).append((outcome, bool(conclusive)))
    connection.close()
    return found


def outcomes(seen: dict[str, Seen], url: str) -> set[str]:
    return {outcome for outcome, _ in seen.get(url, [])}


def is_due_to_be_dead(seen: Seen) -> bool:
    """Tell whether these checks settle it: the site's own word, or three checks that say so since the last answer."""
    answers = [at for at, (outcome, _) in enumerate(seen) if outcome in ANSWERS]
    since = seen[max(answers, default=-1) + 1 :]
    return any(sure for _, sure in since) or sum(outcome == "gone" for outcome, _ in since) >= DEAD_AFTER


@pytest.mark.parametrize(("nights", "every"), sampled([(6, 4), (6, 2), (10, 1)]))
def test_nights_of_bad_weather(desk: Desk, internet: Internet, nights: int, every: int) -> None:
    alive, gone = living()[::every], lost()[::every]
    weather = Weather(1, frozenset(gone))
    internet.fault("*", weather)
    desk.write("a.md", "# Notes (2020.5.4)\n\n" + "\n\n".join(f"[{n}]({url})" for n, url in enumerate(alive + gone)))
    hosts = sorted({urlsplit(url).hostname or "" for url in alive + gone} - {API})
    for weather.night in range(1, nights + 1):
        for host in Random(f"TLS {weather.night}").sample(hosts, max(1, len(hosts) // 20)):
            internet.fault(f"https://{host}/*", Failure.TLS, times=1)
        done = desk.crawl(*new_night(desk, weather.night), "-s", "DOWNLOAD_TIMEOUT=1")
        assert done.returncode == 0, done.stderr
        verdict, seen = desk.verdicts(), checks(desk)
        assert verdict.keys() == {*alive, *gone}
        assert [url for url in alive if verdict[url] == "dead"] == []
        assert [url for url in alive if "gone" in outcomes(seen, url)] == []
        assert [url for url in gone if outcomes(seen, url) & ANSWERS] == []
        dead = {url for url in gone if verdict[url] == "dead"}
        assert dead == {url for url in gone if is_due_to_be_dead(seen.get(url, []))}
        if weather.night == DEAD_AFTER:
            assert len(dead) > 0.8 * len(gone)
    assert dead == set(gone)
    assert weather.met.total() > 0.03 * weather.asked.total()
    assert any("blocked" in outcomes(seen, url) for url in alive)


def test_nights_without_network_are_no_nights(desk: Desk, internet: Internet) -> None:
    desk.published = ()
    alive = [*numbered(10, "https://h{:02}.bench.example.org/"), World.article(), World.paper(), World.repository()]
    gone = ["https://missing.example.org/x", "https://unknown.example.org/x", "https://gone.example.org/x"]
    sure = World.article("deleted")
    desk.write("a.md", "\n\n".join(f"<{url}>" for url in [*alive, *gone, sure]))
    good = 0
    for number in range(1, 7):
        if number in {2, 4, 5}:
            before = desk.outputs(), checks(desk)
            internet.down()
            done = desk.crawl(*new_night(desk, number))
            internet.up()
            assert done.returncode == 2
            assert done.stderr.splitlines()[-1].startswith("notemend: no network: ")
            assert "no failures counted" in done.stderr
            assert (desk.outputs(), checks(desk)) == before
            continue
        good += 1
        done = desk.crawl(*new_night(desk, number))
        assert (done.returncode, done.stderr) == (0, "")
        rows = desk.health()
        assert {rows[url]["verdict"] for url in alive} == {"alive"}
        assert rows[sure]["verdict"] == "dead"
        for url in gone:
            assert rows[url]["failures_in_a_row"] == str(good)
            assert rows[url]["verdict"] == ("dead" if good >= DEAD_AFTER else "suspect")
