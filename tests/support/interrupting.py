"""Crawls that are interrupted: many links on many hosts, a signal at some point, and the run that goes on with it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals

from crawler.cli import interrupts
from crawler.errors import UserError
from crawler.signals import run_opened
from pipelines.items import store
from tests.internet.messages import html, not_found, redirect, text
from tests.support.sharing import wait_until

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.link_checking.result_queue import ResultQueue
    from tests.internet import Internet, Request, Response
    from tests.support.crawling import Desk
    from tests.support.processes import Running

IN_ANY_CASE = 20.0
"""Seconds that a process has to end after a signal."""

HURRIED = ("-s", 'EXTENSIONS={"crawler.fetch.early_stop.EarlyStop": 0, "tests.support.interrupting.Hurried": 0}')
"""Settings with which an interrupted process is ended after two seconds in any case."""

SAID = re.compile(r"notemend: interrupted: (\d+) links? checked and saved; run the same command again to continue\n")


def pages(links: int, hosts: int = 50) -> list[str]:
    return [f"https://h{n % hosts:02}.bench.example.org/{n}" for n in range(links)]


def busy(desk: Desk, internet: Internet, links: int = 400) -> set[str]:
    """Write a note that links to pages, moved, missing and failing ones, pictures and papers; return their URLs."""
    others = {"2": text("", 503), "3": not_found()}

    def answer(request: Request) -> Response | None:
        number = request.number
        if not number:
            return None
        if number.endswith("1"):
            return redirect(f"https://alive.example.org/{number}", 302)
        return others.get(number[-1], html("<title>x</title>"))

    internet.fault("https://h*.bench.example.org/*", answer)
    pictures = [f"https://h{n:02}.bench.example.org/{n}.png" for n in range(20)]
    papers = [f"https://arxiv.org/abs/{paper}" for paper in ("1706.03762", "1512.03385")]
    urls = [*pages(links), *papers]
    desk.write("a.md", "\n".join(f"- <{url}>" for url in urls))
    desk.write("b.md", "\n\n".join(f"![]({url})" for url in pictures))
    return {*urls, *pictures}


@dataclass(frozen=True)
class Ending:
    """How an interrupted process ended: exit code, seconds after the signal, and stderr."""

    code: int
    seconds: float
    said: str


def interrupt(process: Running, number: int) -> float:
    """Send a signal; return when."""
    now = time.monotonic()
    process.send_signal(number)
    return now


def ending(process: Running, at: float, desk: Desk) -> Ending:
    """Wait for the end of a process that was interrupted; kill it when it takes too long."""
    try:
        code = process.wait(IN_ANY_CASE)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    return Ending(code, time.monotonic() - at, (desk.folder / "said.txt").read_text("utf-8"))


def begun(desk: Desk) -> bool:
    """Tell whether a run has opened its store."""
    return bool(query(desk, "SELECT 1 FROM runs"))


def finished(desk: Desk) -> list[bool]:
    """Return for each run whether it came to its end."""
    return [bool(end) for (end,) in query(desk, "SELECT finished_at IS NOT NULL FROM runs ORDER BY id")]


def query(desk: Desk, statement: str) -> list[Any]:
    """Ask a desk's store, if it is there."""
    try:
        connection = sqlite3.connect(f"file:{desk.output / 'notemend.sqlite'}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return []
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


def delivered(internet: Internet, before: float) -> set[str]:
    """Return the URLs that were answered to the last byte before some moment; robots.txt is asked for in every run."""
    return {url for when, url in internet.delivered if when < before and not url.endswith("/robots.txt")}


def wait_for_delivered(internet: Internet, count: int) -> None:
    """Wait until so many answers were sent."""
    wait_until(lambda: len(internet.delivered) >= count)


# --- what a crawl can be told to use by a setting ---------------------------------------------------------------------


class Hurried:
    """Ends an interrupted process after two seconds: fifteen are long for a test."""

    def __init__(self) -> None:
        interrupts.STOP_TIMEOUT = 2.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls()
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        return extension

    def item_scraped(self) -> None:
        pass


class Stuck(Hurried):
    """Matches a regular expression that takes for ever, when the first link is safe."""

    def item_scraped(self) -> None:
        re.fullmatch(r"(a|aa)+b", "a" * 200)


class Failing(Hurried):
    """Ends the run by an error while results wait for their batch."""

    def __init__(self) -> None:
        store.DELAY = 1.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = super().from_crawler(crawler)
        crawler.signals.connect(extension.run_opened, run_opened)
        crawler.signals.connect(extension.response_received, signals.response_received)
        return extension

    def run_opened(self, queue: ResultQueue) -> None:
        self._queue = queue

    def response_received(self) -> None:
        asyncio.get_running_loop().call_later(0.5, self._queue.fail, UserError("something is wrong"))
