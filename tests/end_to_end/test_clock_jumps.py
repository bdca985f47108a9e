"""A clock that is set while a run is under way, as NTP does after the start: no link is asked twice, none is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tests.internet.messages import html
from tests.support.processes import ROOT
from tests.support.wrong_clock import DAY, WrongClock

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet, Request, Response
    from tests.support.crawling import Desk

LINKS = 96
JUMPS = {8: -2 * DAY, 16: 10 * 365 * DAY}
"""What the clock is set to when so many links were asked for."""


def crawl(desk: Desk, clock: WrongClock) -> subprocess.CompletedProcess[str]:
    """Crawl in a process that sees the clock; it begins with the right time."""
    clock.set(0)
    words = desk.command("crawl", "notes", "-a", f"notes={desk.notes}", "-s", "RUN_TIMEOUT=600")
    environ = os.environ | desk.environ | clock.environ()
    command = [sys.executable, "-m", "scrapy", *words]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_each_link_is_asked_once_whatever_the_clock_does(desk: Desk, internet: Internet, tmp_path: Path) -> None:
    clock = WrongClock.made_in(tmp_path)
    asked: Counter[str] = Counter()

    def answer(request: Request) -> Response:
        if request.number:  # no robots.txt, no second looks
            asked[request.path] += 1
        clock.set(JUMPS.get(asked.total(), 0) or clock.offset)
        return html(f"<title>{request.path}</title>")

    internet.fault("https://h*.bench.example.org/*", answer)
    desk.write("a.md", "\n".join(f"<https://h{n % 3:02}.bench.example.org/{n}>" for n in range(LINKS)))
    done = crawl(desk, clock)
    assert (done.returncode, done.stderr) == (0, "")
    assert asked == dict.fromkeys((f"/{n}" for n in range(LINKS)), 1)
    assert set(desk.verdicts().values()) == {"alive"}
    assert "duration: -" not in done.stdout
    assert "duration: 31" not in done.stdout  # ten years in seconds
