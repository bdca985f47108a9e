"""Several workers share one run, whatever becomes of them: none asks a host that another has, and nothing is lost.

What they did is read off the servers' own log.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from crawler.store.workers.leases import is_dead, worker_name
from tests.internet.messages import redirect
from tests.support.crawling import kill
from tests.support.sharing import (
    asked_by,
    helpers_of,
    history,
    hurried,
    interleaved,
    leader_of,
    owners,
    paused,
    saying,
    start,
    starting_together,
    wait_for_requests,
    wait_until,
    workers,
)
from tests.support.storing import many_workers, one_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.internet import Internet
    from tests.support.crawling import Desk

pytest_plugins = ["tests.support.databases"]

LEASE = "LEASE_SECONDS=3"


def paced(pace: float) -> str:
    return f'DOWNLOAD_DELAYS={{"*": {pace}}}'


def pages(links: int, hosts: int = 20) -> list[str]:
    return [f"https://h{n % hosts:02}.bench.example.org/{n}" for n in range(links)]


def listed(urls: list[str]) -> str:
    return "\n".join(f"- <{url}>" for url in urls)


@many_workers
@pytest.mark.parametrize("count", [2, pytest.param(4, marks=pytest.mark.stress)])
def test_one_worker_is_killed_and_another_stopped_for_longer_than_its_lease(
    internet: Internet, desk: Desk, database_url: str, count: int
) -> None:
    pace, urls = 0.1, pages(900)
    pictures = [f"https://h{n:02}.bench.example.org/{n}.png" for n in range(20)]
    desk.write("a.md", listed(urls[:450]) + "\n\n" + "\n\n".join(f"![]({url})" for url in pictures))
    desk.write("b.md", listed(urls[450:]))
    names = [f"w{number}" for number in range(count)]
    with starting_together(database_url, count):
        runs = [start(desk, name, f"DATABASE_URL={database_url}", LEASE, paced(pace)) for name in names]
    wait_until(lambda: len({asked_by(request) for request in internet.requests}) == count)
    leader = leader_of(database_url, runs)
    killed, asked = names[runs.index(leader)], Counter(map(asked_by, internet.requests))
    name = min((name for name in names if name != killed), key=asked.__getitem__)  # the one with the most links left
    stopped = runs[names.index(name)]
    with paused(stopped):  # until somebody else asks one of its hosts
        wait_until(lambda: any(name in of_host[:-1] for of_host in owners(internet.requests).values()))
    kill(leader)
    assert [run.wait(60) for run in runs if run is not leader] == [0] * (count - 1)
    assert history(database_url) == Counter(dict.fromkeys([*urls, *pictures], 1))
    assert hurried(internet.requests, pace) == []
    assert interleaved(internet.requests, {killed, name}) == []
    assert desk.verdicts() == dict.fromkeys([*urls, *pictures], "alive")
    kept = [file for file in (desk.output / "images").rglob("*") if file.is_file()]
    assert len(kept) == len({request.url for request in internet.asked("*.png")})
    assert [file for file in kept if hashlib.sha256(file.read_bytes()).hexdigest() != file.stem] == []
    assert (desk.output / "notes/b.md").read_bytes() == (desk.notes / "b.md").read_bytes()
    assert (desk.output / "notes/a.md").read_text("utf-8").count("](../images/") == len(pictures)


@many_workers
def test_whoever_is_left_publishes_in_the_place_of_a_leader_that_was_killed(
    internet: Internet, desk: Desk, database_url: str
) -> None:
    urls = pages(200)
    desk.write("a.md", listed(urls))
    leader = start(desk, "leader", f"DATABASE_URL={database_url}", paced(0.3))
    wait_for_requests(internet, 20)
    desk.output.rename(desk.folder / "leader")
    helper = start(desk, "helper", f"DATABASE_URL={database_url}", paced(0))
    wait_until(lambda: len(workers(database_url)) == 2)
    kill(leader)
    assert helper.wait(60) == 0
    assert desk.verdicts() == dict.fromkeys(urls, "alive")
    assert history(database_url) == Counter(dict.fromkeys(urls, 1))


@many_workers
def test_workers_wait_for_a_server_that_is_restarted(
    internet: Internet, desk: Desk, database_url: str, restart_postgresql: Callable[[], None]
) -> None:
    urls = pages(400)
    desk.write("a.md", listed(urls))
    with starting_together(database_url, 2):
        runs = [start(desk, name, f"DATABASE_URL={database_url}", LEASE, paced(0.1)) for name in ("w0", "w1")]
    wait_until(lambda: len({asked_by(request) for request in internet.requests}) == 2)
    restart_postgresql()
    assert [run.wait(60) for run in runs] == [0, 0]
    assert history(database_url) == Counter(dict.fromkeys(urls, 1))
    assert desk.verdicts() == dict.fromkeys(urls, "alive")


def test_a_redirect_into_a_host_that_another_worker_has_waits_for_the_end(
    internet: Internet, desk: Desk, database_url: str
) -> None:
    """Here that worker is a family's helper; it keeps the host as long as it has links there."""
    there = [f"https://h00.bench.example.org/{n}" for n in range(30)]
    leading = [f"https://h{n}.bench.example.org/{n}" for n in range(10, 14)]
    internet.fault("https://h1*.bench.example.org/*", lambda r: redirect(f"https://h00.bench.example.org{r.path}", 302))
    desk.write("a.md", listed([*there, *leading]))
    done = desk.crawl("-s", f"DATABASE_URL={database_url}", "-s", "WORKERS=2", "-s", paced(0.1))
    assert (done.returncode, done.stderr) == (0, "")
    assert desk.verdicts() == dict.fromkeys([*there, *leading], "alive")
    assert hurried(internet.asked("https://h00.*"), 0.1) == []


# --- WORKERS ----------------------------------------------------------------------------------------------------------


def test_a_family_shares_a_run(internet: Internet, desk: Desk, database_url: str) -> None:
    urls = pages(400)
    desk.write("a.md", listed(urls))
    words = ("-s", f"DATABASE_URL={database_url}", "-s", "WORKERS=2", "-s", paced(0.2))
    leader, said = saying(desk, *desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *words))
    wait_until(lambda: len(workers(database_url)) == 2)
    if database_url.startswith("sqlite"):
        other = desk.crawl("-s", f"DATABASE_URL={database_url}")
        refusal = f"notemend: {database_url.removeprefix('sqlite:///')}: another crawl is running on it\n"
        assert (other.returncode, other.stderr) == (2, refusal)
    assert leader.wait(60) == 0
    links = re.search(rf"^helped [^:]+:{leader.pid}: (\d+) links", said(), re.MULTILINE)
    assert links is not None
    assert 0 < int(links[1]) < 400
    assert history(database_url) == Counter(dict.fromkeys(urls, 1))
    assert hurried(internet.requests, 0.2) == []
    assert desk.verdicts() == dict.fromkeys(urls, "alive")
    assert len(workers(database_url)) == 0


@one_worker
def test_a_family_goes_on_without_a_helper_that_was_killed(internet: Internet, desk: Desk, database_url: str) -> None:
    urls = pages(200)
    desk.write("a.md", listed(urls))
    words = ("-s", f"DATABASE_URL={database_url}", "-s", "WORKERS=2", "-s", paced(0.2))
    leader, said = saying(desk, *desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *words))
    wait_until(lambda: len(workers(database_url)) == 2)
    (helper,) = helpers_of(leader)
    os.kill(helper, signal.SIGKILL)
    assert leader.wait(60) == 0
    assert f"WARNING: worker {helper}: ended by signal 9\n" in said()
    assert history(database_url) == Counter(dict.fromkeys(urls, 1))


@one_worker
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_helpers_end_with_their_leader(internet: Internet, desk: Desk, database_url: str, number: int) -> None:
    urls = pages(200)
    desk.write("a.md", listed(urls))
    words = ("-s", f"DATABASE_URL={database_url}", "-s", "WORKERS=2")
    leader, _ = saying(desk, *desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *words, "-s", paced(1)))
    wait_until(lambda: len(workers(database_url)) == 2)
    (helper,) = helpers_of(leader)
    leader.send_signal(number)
    leader.wait(60)
    wait_until(lambda: is_dead(f"vm:{helper}:{worker_name().split(':')[2]}:"))
    again = desk.crawl("-s", f"DATABASE_URL={database_url}", "-s", paced(0))
    assert (again.returncode, again.stderr) == (0, "")
    assert history(database_url) == Counter(dict.fromkeys(urls, 1))


@pytest.mark.parametrize(
    "setting", ["WORKERS=0", "WORKERS=1.5", "WORKERS=many", "LEASE_SECONDS=0", "LEASE_SECONDS=long"]
)
def test_workers_that_make_no_sense(desk: Desk, setting: str) -> None:
    desk.write("a.md", "")
    done = desk.crawl("-s", setting)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith(f"notemend: {setting.partition('=')[0]}: ")
