"""Runs with several workers, as their user starts them, and what the servers' own log says of how they shared it."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from scrapy.exceptions import IgnoreRequest

from tests.internet.messages import html, not_found, redirect, text
from tests.support.processes import ROOT, Forked, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scrapy import Request as Sent

    from tests.internet import Internet, Request, Response
    from tests.support.crawling import Desk
    from tests.support.processes import Running

LATE = 1.0
"""Seconds that a request may travel longer than the next: on a busy machine the servers look up late."""


def wait_until(happened: Callable[[], bool], seconds: float = 180) -> None:
    """Look again and again until something has happened."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def wait_for_requests(internet: Internet, count: int) -> None:
    """Wait until the servers have seen so many requests."""
    wait_until(lambda: len(internet.requests) >= count)


@contextmanager
def paused(process: int) -> Iterator[None]:
    """Stop a process between two instructions, as a machine does that swaps, and let it go on afterwards."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def by_host(requests: Sequence[Request]) -> dict[str, list[Request]]:
    """Return the requests to each host, oldest first, but for its robots.txt, which no pace is for."""
    found: dict[str, list[Request]] = defaultdict(list)
    for request in sorted(requests, key=lambda request: request.time):
        if request.path != "/robots.txt":
            found[request.host].append(request)
    return found


def hurried(requests: Sequence[Request], pace: float) -> list[str]:
    """Return the hosts that were asked more often than their pace allows, in whatever stretch of time."""
    found = []
    for host, of_host in by_host(requests).items():
        ahead = [number * pace - request.time for number, request in enumerate(of_host)]
        if max(late - least for late, least in zip(ahead, accumulate(ahead, min), strict=True)) > LATE:
            found.append(host)
    return found


def asked_most_often(requests: Sequence[Request]) -> int:
    """Return how often the URL was requested that was requested most often, but for robots.txt."""
    return max(Counter(request.url for request in requests if request.path != "/robots.txt").values())


def history(database_url: str) -> Counter[str]:
    """Return how many checks the store has of each link."""
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        query = "SELECT url, count(checks.id) FROM links LEFT JOIN checks ON link_id = links.id GROUP BY url"
        found = Counter({row[0]: row[1] for row in connection.exec_driver_sql(query)})
    engine.dispose()
    return found


def helpers_of(process: Running) -> list[int]:
    """Return the processes that a process has started on Linux, in whichever of its threads."""
    found: list[int] = []
    for thread in sorted(Path(f"/proc/{process.pid}/task").iterdir(), key=lambda thread: int(thread.name)):
        with suppress(OSError):  # it has just ended
            found += map(int, (thread / "children").read_text("ascii").split())
    return found


def saying(desk: Desk, *words: str) -> tuple[Forked, Callable[[], str]]:
    """Start `scrapy …` at a desk; return the process, and what will tell what it and its helpers have said."""
    file = desk.folder / "said.txt"
    file.write_bytes(b"")
    process = Forked(list(words), os.environ | desk.environ, file)
    return process, lambda: file.read_text("utf-8")


SHARED = ("-s", "SHARD_SECONDS=1")
"""Setting with which forty links are enough for a shard for each worker."""

_TIMES = {"first_seen", "last_checked", "last_alive"}


def pages(links: int, hosts: int = 12) -> list[str]:
    return [f"https://h{n % hosts:02}.bench.example.org/{n}" for n in range(links)]


def mixed(desk: Desk, internet: Internet, links: int = 200) -> set[str]:
    """Write notes with all that makes a check need more than its own host; return the URLs of their pages and images.

    Pages redirect to other hosts, once or twice, or are missing, or fail; an image is asked for in the archive.
    """

    def answer(request: Request) -> Response | None:
        number = request.number
        if not number:
            return not_found() if request.path == "/gone.png" else None
        host, ends = int(request.host[1:3]), number[-1]
        if ends in "14":  # the latter redirects twice
            return redirect(
                f"https://h{(host + 5) % 12:02}.bench.example.org/{int(number) + (7 if ends == '4' else 1)}", 302
            )
        return {"2": text("", 503), "3": not_found()}.get(ends, html(f"<title>Page {number}</title>"))

    internet.fault("https://h*.bench.example.org/*", answer)
    images = [f"https://h{n:02}.bench.example.org/{n}.png" for n in range(6)]
    images.append("https://h07.bench.example.org/gone.png")
    urls = [*pages(links), "https://arxiv.org/abs/1706.03762"]
    desk.write("a.md", "\n".join(f"- <{url}>" for url in urls[::2]))
    desk.write("b.md", "[a](a.md), [none](none.md)\n\n" + "\n\n".join(f"![]({url})" for url in images))
    desk.write("c.md", "\n".join(f"- <{url}>" for url in urls[1::2]))
    return {*urls, *images}


def results(desk: Desk) -> dict[str, object]:
    """Return what a run has found and written, but for times."""
    found: dict[str, object] = {
        url: {name: value for name, value in row.items() if name not in _TIMES} for url, row in desk.health().items()
    }
    for name in ("entries.csv", "findings.csv"):
        with (desk.output / name).open(encoding="utf-8-sig", newline="") as file:
            found[name] = list(csv.reader(file))
    kept = {path: data for path, data in desk.outputs().items() if path.startswith(("notes/", "images/", "papers.bib"))}
    return found | kept


class Cluster:
    """A Dask scheduler at `address` with some workers; `workers` are their processes.

    A worker that is not heard of for `lost_after` is lost: its tasks are executed elsewhere.
    """

    def __init__(self, desk: Desk, lost_after: str = "2s") -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._desk = desk
        self._environ = os.environ | desk.environ | {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": lost_after}
        self._scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2])

    def add_worker(self) -> None:
        """Start another worker."""
        folder = self._desk.folder / f"worker{len(self.workers)}"
        words = ("--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
        self.workers.append(self._start("worker", self.address, *words))

    def close(self) -> None:
        """End all processes."""
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
        with (self._desk.folder / "dask.txt").open("a") as said:
            return subprocess.Popen(command, cwd=ROOT, env=self._environ, stdout=said, stderr=said)


@contextmanager
def cluster(desk: Desk, workers: int, lost_after: str = "2s") -> Iterator[Cluster]:
    """Run a Dask cluster with so many workers; what they say is in a file of the desk."""
    found = Cluster(desk, lost_after)
    try:
        for _ in range(workers):
            found.add_worker()
        yield found
    finally:
        found.close()


class Deadly:
    """Downloader middleware that ends the process of a shard before some requests, as a bug in a library does."""

    def process_request(self, request: Sent) -> None:
        """End the process for URLs with `deadly`."""
        if "deadly" in request.url:
            os.kill(os.getpid(), signal.SIGKILL)
            raise IgnoreRequest
