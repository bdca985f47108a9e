"""Runs of shards at full length: the corpus with any number of processes, and fifty that are killed at random points.

What they did is read off the servers' own log. `make stress` runs this; the samples of `make test` are in
`test_shards.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.internet import Internet
from tests.support.crawling import CORPUS, Desk, kill
from tests.support.sharing import (
    SHARED,
    by_host,
    cluster,
    helpers_of,
    history,
    hurried,
    mixed,
    paused,
    results,
    saying,
)
from tests.support.storing import many_workers

if TYPE_CHECKING:
    import subprocess
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.processes import Running
    from tests.support.sharing import Cluster

pytest_plugins = ["tests.support.databases"]
pytestmark = [pytest.mark.stress, many_workers]

PACE = 0.05
LONG_PACE = 0.8
"""Seconds: much longer than a request travels to a server on this machine."""
TRAVEL = 0.1
"""Seconds that a request may travel longer than the next."""
TROUBLES = 50
LONGEST_STOP = 6.0
"""Seconds: three times as long as a Dask worker is waited for."""


def paced(pace: float) -> tuple[str, str]:
    return "-s", f'DOWNLOAD_DELAYS={{"*": {pace}}}'


def smallest_gap(internet: Internet) -> float:
    """Return the seconds between the two requests to one host that came closest to each other."""
    times = ([request.time for request in of_host] for of_host in by_host(internet.requests).values())
    return min(later - earlier for of_host in times for earlier, later in pairwise(of_host))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real notes (../shared/corpus) is not here")
def test_the_corpus_gives_the_same_however_many_check_it(internet: Internet, tmp_path: Path, database_url: str) -> None:
    found: dict[str, dict[str, object]] = {}
    checks: dict[str, Counter[str]] = {}

    def crawl(name: str, *words: str, database: str = "") -> None:
        desk = desks[name]
        shutil.copytree(CORPUS, desk.notes, dirs_exist_ok=True)
        internet.forget()
        began = time.monotonic()
        done = desk.crawl(*paced(PACE), "-s", "SHARD_SECONDS=2", *words)
        took = time.monotonic() - began
        assert (done.returncode, done.stderr) == (0, ""), name
        assert hurried(internet.requests, PACE) == [], name
        found[name] = results(desk)
        checks[name] = history(database or f"sqlite:///{desk.output}/notemend.sqlite")
        print(f"{name}: {took:.1f} s, {len(internet.requests)} requests, smallest gap {smallest_gap(internet):.3f} s")  # noqa: T201

    desks = {}
    for name in ("1", "2", "4", "cluster"):
        (tmp_path / name).mkdir()
        desks[name] = Desk(tmp_path / name, internet.environ())
    for name in ("1", "2", "4"):
        crawl(name, "-s", f"WORKERS={name}")
    with cluster(desks["cluster"], 3) as dask:
        words = ("-s", f"DATABASE_URL={database_url}", "-s", f"DASK_SCHEDULER={dask.address}")
        crawl("cluster", *words, database=database_url)
    for name in ("2", "4", "cluster"):
        assert checks[name] == checks["1"], name
        assert found[name] == found["1"], name


@pytest.mark.parametrize("how", ["1", "2", "4", "cluster"])
def test_no_host_is_asked_before_its_turn(internet: Internet, tmp_path: Path, database_url: str, how: str) -> None:
    """Redirects and second requests included: the servers saw no two requests to a host closer than its pace."""
    desk = Desk(tmp_path, internet.environ())
    mixed(desk, internet, 120)
    words = [*SHARED, *paced(LONG_PACE), "-s", f"DATABASE_URL={database_url}"]
    if how == "cluster":
        with cluster(desk, 3) as dask:
            done = desk.crawl(*words, "-s", f"DASK_SCHEDULER={dask.address}")
    else:
        done = desk.crawl(*words, "-s", f"WORKERS={how}")
    assert (done.returncode, done.stderr) == (0, "")
    gap = smallest_gap(internet)
    print(f"{how}: {len(internet.requests)} requests, smallest gap {gap:.3f} s at a pace of {LONG_PACE} s")  # noqa: T201
    assert gap > LONG_PACE - TRAVEL


# --- fifty troubles ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Crawl:
    """A run on a cluster that something happens to."""

    process: Running
    dask: Cluster
    restart_database: Callable[[], None]
    chance: random.Random

    def kill_shard(self) -> None:
        """Kill the process of a shard, if there is one."""
        shards = [pid for worker in self.dask.workers if worker.poll() is None for pid in helpers_of(worker)]
        if shards:
            self._signal(self.chance.choice(shards), signal.SIGKILL)

    def kill_worker(self) -> None:
        """Kill a Dask worker; another one joins."""
        kill(self._worker())
        self.dask.add_worker()

    def kill_driver(self) -> None:
        """Kill the process of the run."""
        kill(self.process)

    def restart(self) -> None:
        """Restart PostgreSQL as after a power failure."""
        self.restart_database()

    def stop_worker(self) -> None:
        """Stop a Dask worker and the processes of its shards, and let them go on later."""
        worker = self._worker()
        stopped = [worker.pid, *helpers_of(worker)]
        with paused(stopped[0]):
            for pid in stopped[1:]:
                self._signal(pid, signal.SIGSTOP)
            time.sleep(self.chance.uniform(0, LONGEST_STOP))
            for pid in stopped[1:]:
                self._signal(pid, signal.SIGCONT)

    def _worker(self) -> subprocess.Popen[bytes]:
        return self.chance.choice([worker for worker in self.dask.workers if worker.poll() is None])

    @staticmethod
    def _signal(pid: int, number: int) -> None:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(pid, number)


TROUBLE = (Crawl.kill_shard, Crawl.kill_worker, Crawl.kill_driver, Crawl.restart, Crawl.stop_worker)


@pytest.fixture
def empty_database(database_url: str) -> Callable[[], None]:
    """Return what empties the database."""

    def empty() -> None:
        engine = sa.create_engine(database_url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()

    return empty


def test_fifty_troubles_at_random_points(
    tmp_path: Path, database_url: str, restart_postgresql: Callable[[], None], empty_database: Callable[[], None]
) -> None:
    chance = random.Random(19)
    seen: defaultdict[str, list[str]] = defaultdict(list)
    (tmp_path / "cluster").mkdir()
    with Internet() as internet, cluster(Desk(tmp_path / "cluster", internet.environ()), 3) as dask:

        def crawl(desk: Desk, trouble: Callable[[Crawl], None] | None, delay: float) -> tuple[int, str, float]:
            words = ("-s", f"DATABASE_URL={database_url}", "-s", f"DASK_SCHEDULER={dask.address}", *SHARED)
            command = desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *words, *paced(PACE))
            began = time.monotonic()
            run, said = saying(desk, *command)
            try:
                if trouble is not None:
                    time.sleep(delay)
                    trouble(Crawl(run, dask, restart_postgresql, chance))
                return run.wait(120), said(), time.monotonic() - began
            finally:
                run.kill()
                run.wait()

        def prepared(name: str) -> Desk:
            (tmp_path / name).mkdir()
            desk = Desk(tmp_path / name, internet.environ())
            mixed(desk, internet, 100)
            internet.forget()
            return desk

        def counted() -> dict[str, int]:
            """Return the number of checks of each web link: files are looked for in every run."""
            return {url: count for url, count in history(database_url).items() if "://" in url}

        whole = prepared("whole")
        code, said, longest = crawl(whole, None, 0)
        assert code == 0, said
        expected, checks = results(whole), counted()
        for number in range(TROUBLES):
            empty_database()
            trouble, delay = TROUBLE[number % len(TROUBLE)], chance.uniform(0.5, longest)
            desk = prepared(str(number))
            code, said, took = crawl(desk, trouble, delay)
            ended = code
            if ended:  # the driver was killed, or said why it could not go on
                assert ended == -signal.SIGKILL or said.splitlines()[-1].startswith("notemend: "), said
                code, said, _ = crawl(desk, None, 0)
            assert code == 0, said
            faults = [f"{url}: {count} checks" for url, count in counted().items() if count != checks[url]]
            faults += [f"lost: {url}" for url in checks.keys() - counted().keys()]
            faults += [f"too early: {host}" for host in hurried(internet.requests, PACE)]
            faults += [f"differs: {key}" for key, found in results(desk).items() if found != expected.get(key)]
            seen[trouble.__name__] += faults
            print(f"{number}: {trouble.__name__} after {delay:.1f} s: {ended} after {took:.1f} s {faults}")  # noqa: T201
        assert {name: faults for name, faults in seen.items() if faults} == {}
