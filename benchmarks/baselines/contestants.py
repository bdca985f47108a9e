"""The programs that take part in contests: how each is called, and how it says what it found."""

from __future__ import annotations

import csv
import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from benchmarks.baselines import linkinator as npm
from benchmarks.baselines import programs
from benchmarks.harness.contest import Program
from crawler import settings

if TYPE_CHECKING:
    from benchmarks.harness.contest import Desk
    from benchmarks.harness.running import Ran

NOTEMEND = "notemend"
NOTEMEND_WORKERS = "notemend, 2 workers"
BARE_SCRAPY = "bare Scrapy"
LYCHEE = "lychee"


def notemend(in_flight: int = programs.IN_FLIGHT, pace: float = 0) -> Program:
    """Return notemend in one process."""
    return Program(
        NOTEMEND, lambda desk: programs.crawl(desk.notes, desk.output, pace, CONCURRENT_REQUESTS=in_flight), _alive
    )


def notemend_workers(in_flight: int = programs.IN_FLIGHT) -> Program:
    """Return notemend in two processes that share a run, each with half of what is in flight."""
    each = in_flight // 2

    def command(desk: Desk) -> list[str]:
        return programs.crawl(desk.notes, desk.output, CONCURRENT_REQUESTS=each, WORKERS=2)

    def missing() -> str | None:
        return None if hasattr(settings, "WORKERS") else "crawler/settings.py has no WORKERS"

    return Program(NOTEMEND_WORKERS, command, _alive, missing)


def bare_scrapy(in_flight: int = programs.IN_FLIGHT) -> Program:
    """Return a spider that does nothing but fetch, with this project's settings."""
    return Program(BARE_SCRAPY, lambda desk: programs.bare_scrapy(desk.list, in_flight), _printed)


def scrapy_defaults() -> Program:
    """Return the same spider with no setting changed."""
    return Program("Scrapy's defaults", lambda desk: programs.scrapy_defaults(desk.list), _printed)


def bare_aiohttp(in_flight: int = programs.IN_FLIGHT) -> Program:
    """Return a loop around aiohttp's session."""
    return Program("bare aiohttp", lambda desk: programs.bare_aiohttp(desk.list, in_flight), _printed)


def lychee(in_flight: int = programs.IN_FLIGHT, pace: float = 0) -> Program:
    """Return lychee."""

    def well(_desk: Desk, ran: Ran) -> int:
        return int(json.loads(ran.output)["successful"])

    return Program(LYCHEE, lambda desk: programs.lychee(desk.notes, in_flight, pace), well)


def linkchecker() -> Program:
    """Return LinkChecker."""

    def well(_desk: Desk, ran: Ran) -> int:
        lines = (line for line in ran.output.splitlines() if not line.startswith("#"))
        rows = csv.DictReader(lines, delimiter=";")
        return sum(row["valid"] == "True" and row["result"] == "200 OK" for row in rows)

    return Program("LinkChecker", lambda desk: programs.linkchecker(desk.urls, desk.linkchecker), well)


def linkinator() -> Program:
    """Return linkinator, where npm is there to install it."""

    def well(_desk: Desk, ran: Ran) -> int:
        return sum(link["status"] == HTTPStatus.OK for link in json.loads(ran.output)["links"])

    return Program(npm.NAME, lambda desk: programs.linkinator(desk.urls), well, npm.missing, npm.version)


def _alive(desk: Desk, _ran: Ran) -> int:
    with (desk.output / "link_health.csv").open(encoding="utf-8-sig", newline="") as file:
        return sum(row["verdict"] == "alive" and row["title"] == "Plain" for row in csv.DictReader(file))


def _printed(_desk: Desk, ran: Ran) -> int:
    return int(ran.output)
