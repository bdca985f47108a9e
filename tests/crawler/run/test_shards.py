"""Several processes share a run: the same results, the pace of every host kept, nothing lost whatever becomes of them.

What they did is read off the servers' own log.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from crawler.settings import DOWNLOADER_MIDDLEWARES
from tests.internet.messages import html
from tests.support.crawling import Desk, kill
from tests.support.sharing import (
    SHARED,
    asked_most_often,
    cluster,
    helpers_of,
    history,
    hurried,
    mixed,
    pages,
    paused,
    results,
    saying,
    wait_for_requests,
    wait_until,
)
from tests.support.storing import many_workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.internet import Internet

pytest_plugins = ["tests.support.databases"]

PACE = 0.05
TWO = ("-s", "WORKERS=2", *SHARED)


def paced(pace: float) -> tuple[str, str]:
    return "-s", f'DOWNLOAD_DELAYS={{"*": {pace}}}'


def listed(urls: list[str]) -> str:
    return "\n".join(f"- <{url}>" for url in urls)


def counted(desk: Desk) -> Counter[str]:
    return history(f"sqlite:///{desk.output}/notemend.sqlite")


def has_ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.stress
def test_results_do_not_depend_on_the_number_of_processes(internet: Internet, tmp_path: Path) -> None:
    found = {}
    for count in (1, 2):
        (tmp_path / str(count)).mkdir()
        desk = Desk(tmp_path / str(count), internet.environ())
        urls = mixed(desk, internet)
        internet.forget()
        done = desk.crawl("-s", f"WORKERS={count}", *SHARED, *paced(PACE))
        assert (done.returncode, done.stderr) == (0, "")
        assert hurried(internet.requests, PACE) == []
        assert asked_most_often(internet.requests) <= 3  # led to another shard, in that one, and in the retry
        found[count] = results(desk)
        assert {url for url, checks in counted(desk).items() if checks > 1} == set()
    assert found[1].keys() >= urls
    assert found[2] == found[1]
    assert {row["verdict"] for row in found[1].values() if isinstance(row, dict)} >= {"alive", "suspect"}


@many_workers
@pytest.mark.parametrize(("workers", "links"), [(1, 30), pytest.param(2, 100, marks=pytest.mark.stress)])
def test_a_cluster_finds_the_same(
    internet: Internet,
    tmp_path: Path,
    database_url: str,
    restart_postgresql: Callable[[], None],
    workers: int,
    links: int,
) -> None:
    """With two workers one of them is killed, and the server restarted."""
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    one, many = (Desk(tmp_path / name, internet.environ()) for name in ("one", "many"))
    urls = mixed(one, internet, links)
    assert one.crawl(*paced(0)).returncode == 0
    mixed(many, internet, links)
    internet.forget()
    with cluster(many, workers) as dask:
        words = ("-s", f"DATABASE_URL={database_url}", "-s", f"DASK_SCHEDULER={dask.address}", *SHARED, *paced(PACE))
        run, said = saying(many, *many.command("crawl", "notes", "-a", f"notes={many.notes}", *words))
        try:
            wait_for_requests(internet, 20)
            if workers > 1:
                kill(dask.workers[0])
                restart_postgresql()
            assert run.wait(120) == 0, said()
        finally:
            run.kill()
            run.wait()
    assert hurried(internet.requests, PACE) == []
    assert asked_most_often(internet.requests) <= 4  # as without a worker that dies, and once more
    assert {url for url, checks in history(database_url).items() if checks > 1} == set()
    assert results(many) == results(one)
    assert history(database_url).keys() >= urls


@pytest.mark.stress  # a process that ends itself, below, is a sample
def test_a_process_that_is_killed_costs_a_line(internet: Internet, desk: Desk) -> None:
    urls = pages(60)
    internet.fault("https://*.bench.example.org/*", html("<title>x</title>"))
    desk.write("a.md", listed(urls))
    run, said = saying(desk, *desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *TWO, *paced(0.4)))
    wait_for_requests(internet, 10)
    killed, stopped = helpers_of(run)
    with paused(stopped):
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: "ended by signal" in said())
    assert run.wait(60) == 0
    assert said().splitlines()[0] == f"WARNING: worker {killed}: ended by signal 9; its links are checked again"
    assert counted(desk) == Counter(dict.fromkeys(urls, 1))
    assert hurried(internet.requests, 0.4) == []
    assert [has_ended(process) for process in (killed, stopped)] == [True, True]


@pytest.mark.stress
def test_shards_end_with_their_run_and_the_next_one_goes_on(internet: Internet, desk: Desk) -> None:
    urls = pages(120)
    internet.fault("https://*.bench.example.org/*", html("<title>x</title>"))
    desk.write("a.md", listed(urls))
    run, _ = saying(desk, *desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *TWO, *paced(1)))
    wait_until(lambda: len(desk.checked()) >= 20)
    shards = helpers_of(run)
    with paused(run.pid), paused(shards[0]), paused(shards[1]):
        locked = desk.crawl()
    assert (locked.returncode, len(locked.stderr.splitlines())) == (2, 1)
    assert f":{run.pid}, since " in locked.stderr
    kill(run)
    wait_until(lambda: all(map(has_ended, shards)), 5)
    checked = len(desk.checked())
    assert 20 <= checked < 120
    again = desk.crawl(*paced(0))
    assert (again.returncode, again.stderr) == (0, "")
    assert counted(desk) == Counter(dict.fromkeys(urls, 1))


@pytest.mark.stress
def test_a_link_that_ends_its_process_stops_no_other(internet: Internet, desk: Desk) -> None:
    urls = [*pages(42, hosts=2), "https://h01.bench.example.org/deadly"]
    desk.write("a.md", listed(urls))
    middlewares = json.dumps(DOWNLOADER_MIDDLEWARES | {"tests.support.sharing.Deadly": 5})
    done = desk.crawl(*TWO, "-s", f"DOWNLOADER_MIDDLEWARES={middlewares}")
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1].endswith("skipped https://h01.bench.example.org/deadly, which it was checking")
    assert desk.verdicts() == dict.fromkeys(urls[:-1], "alive") | {urls[-1]: "unknown"}
    assert desk.health()[urls[-1]]["reason"] == "the program crashed while checking it"


def test_a_run_decides_for_its_shards_whether_there_is_a_network(internet: Internet, desk: Desk) -> None:
    desk.write("a.md", listed(pages(40, hosts=40)))
    internet.down()
    done = desk.crawl(*TWO)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "notemend: no network: no host responds any more; no failures counted, outputs not written"
    ]
    assert sum(counted(desk).values()) == 0


@pytest.mark.parametrize(
    "setting", ["WORKERS=0", "WORKERS=1.5", "WORKERS=many", "SHARD_SECONDS=long", "DASK_SCHEDULER=tcp://127.0.0.1:9"]
)
def test_workers_that_make_no_sense(desk: Desk, setting: str) -> None:
    desk.write("a.md", "")
    done = desk.crawl("-s", setting)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith(f"notemend: {setting.partition('=')[0]}: ")
