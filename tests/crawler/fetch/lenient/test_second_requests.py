"""The second client is asked for what the first could not get, and for nothing else."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from tests.support.crawling import VERDICTS_AND_NOTES, Desk
from tests.support.processes import ROOT
from tests.support.stated import StatedInternet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet

GOOD, GONE, ODD, BROKEN = (f"https://{name}.second.example.org/" for name in ("good", "gone", "odd", "broken"))
ANSWERS: list[dict[str, Any]] = [
    {"url": GOOD, "title": "Fine"},
    {"url": GONE, "status": 404},
    {"url": ODD, "title": "Fine", "headers": {"X-Long": "{x*12000}"}},
    {"url": BROKEN, "failure": "RESET"},
]


def test_only_links_that_failed_are_asked_again(tmp_path: Path) -> None:
    with StatedInternet(ANSWERS) as internet:
        desk = Desk(tmp_path, internet.environ(), VERDICTS_AND_NOTES)
        desk.write("a.md", "\n\n".join(f"[Fine]({each['url']})" for each in ANSWERS))
        assert desk.crawl().returncode == 0
        asked = {
            url: [each.headers.get("accept-encoding") for each in internet.asked(url)]
            for url in (GOOD, GONE, ODD, BROKEN)
        }
    first = "gzip, deflate, br"
    assert asked == {
        GOOD: [first],
        GONE: [first],
        ODD: [first, "identity"],
        BROKEN: [first, first, "identity"],
    }  # aiohttp repeats one that was reset
    assert desk.verdicts()[ODD] == "alive"


def test_requests_per_link_of_the_sample_notes(desk: Desk, internet: Internet) -> None:
    shutil.copytree(ROOT / "notes", desk.notes, dirs_exist_ok=True)
    assert desk.crawl().returncode == 0
    pages = [
        each for each in internet.requests if each.headers.get("accept-encoding") in {"gzip, deflate, br", "identity"}
    ]
    assert len(pages) <= 1.10 * len(desk.health())
