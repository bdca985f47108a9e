"""A whole run on a Dask cluster of this machine: very many links on very many hosts, over loopback.

`python -m benchmarks.scenarios.cluster [--links 1000000] [--hosts 10000] [--workers 3]`. It starts `dask scheduler`,
`dask worker` and a PostgreSQL server of its own. A run that did not ask for each link once is an error.
"""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING

from benchmarks.baselines import programs
from benchmarks.harness import notes
from benchmarks.harness.contest import Measured, verify
from benchmarks.harness.running import MB, Server, machine, positive, run, table
from tests.support.crawling import Desk
from tests.support.databases import postgresql_server, postgresql_url
from tests.support.sharing import cluster, helpers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.sharing import Cluster

LOST_AFTER = "300s"
"""Dask's default, after which a worker that is not heard of is lost."""


@contextmanager
def peak_of_shards(dask: Cluster) -> Iterator[Callable[[], float]]:
    """Give what returns the megabytes of memory of the largest process of a shard so far; Linux tells."""
    ended, peak = Event(), 0.0

    def look() -> None:
        nonlocal peak
        while not ended.wait(0.2):
            for shard in (pid for worker in dask.workers for pid in helpers_of(worker)):
                with suppress(OSError, StopIteration):
                    lines = Path(f"/proc/{shard}/status").read_text("ascii").splitlines()
                    peak = max(peak, int(next(line for line in lines if "VmHWM" in line).split()[1]) * 1024 / MB)

    thread = Thread(target=look)
    thread.start()
    try:
        yield lambda: peak
    finally:
        ended.set()
        thread.join()


def measure(links: int, hosts: int, workers: int, folder: Path, server: Server) -> list[list[str]]:
    """Let the cluster check the links once, make sure that it did, and return the lines of a table."""
    urls = tuple(notes.urls("http", links, hosts))
    desk = Desk(folder, dict(server.environ))
    desk.notes.rmdir()
    notes.write(desk.notes, urls)
    with postgresql_server() as socket, cluster(desk, workers, LOST_AFTER) as dask, peak_of_shards(dask) as peak:
        words = ("-s", f"DATABASE_URL={postgresql_url(socket)}", "-s", f"DASK_SCHEDULER={dask.address}")
        ran = run([*programs.crawl(desk.notes, desk.output, CONCURRENT_REQUESTS=64), *words], server.environ)
        peak_of_shard = peak()
    seen = server.seen()
    with (desk.output / "link_health.csv").open(encoding="utf-8-sig", newline="") as file:
        verify("notemend", urls, seen, sum(row["verdict"] == "alive" for row in csv.DictReader(file)))
    measured = Measured(links, ran, seen)
    return [
        ["links per second, fetching", f"{measured.fetching:,.0f}"],
        ["links per second, whole run", f"{measured.whole:,.0f}"],
        ["seconds, whole run", f"{ran.seconds:,.0f}"],
        ["CPU seconds of the process of the run", f"{ran.busy:,.0f}"],
        ["peak MB of the process of the run", f"{measured.peak:,.0f}"],
        ["peak MB of a shard", f"{peak_of_shard:,.0f}"],
    ]


def main() -> None:
    """Print the table."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.cluster")
    parser.add_argument("--links", type=positive, default=1_000_000)
    parser.add_argument("--hosts", type=positive, default=notes.MOST_HOSTS)
    parser.add_argument("--workers", type=positive, default=3)
    given = parser.parse_args()
    if given.hosts > notes.MOST_HOSTS:
        parser.error(f"--hosts {given.hosts}: the local test server has {notes.MOST_HOSTS}")
    print(f"\ncluster: {given.links:,} links on {given.hosts:,} hosts, {given.workers} Dask workers, PostgreSQL")
    print(machine(), flush=True)
    with Server("http") as server, TemporaryDirectory() as name:
        print(table(measure(given.links, given.hosts, given.workers, Path(name), server)), flush=True)


if __name__ == "__main__":
    main()
