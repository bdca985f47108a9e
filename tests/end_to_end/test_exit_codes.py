"""What the exit code of a run tells a nightly job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.internet import World
from tests.support.crawling import EVERY_NIGHT, Desk

if TYPE_CHECKING:
    from tests.internet import Internet

DEAD = World.article("deleted")


def test_newly_dead_links_are_told_once_and_only_where_asked_for(desk: Desk) -> None:
    desk.write("a.md", f"<{DEAD}>")
    done = desk.crawl("-s", "FAIL_ON=dead")
    assert (done.returncode, done.stderr) == (1, f"notemend: FAIL_ON: 1 newly dead: {DEAD}\n")
    assert "changes: 1 newly dead" in done.stdout
    assert desk.verdicts() == {DEAD: "dead"}
    done = desk.crawl("-s", "FAIL_ON=dead", *EVERY_NIGHT)
    assert (done.returncode, done.stderr) == (0, "")
    desk.write("a.md", f"<{DEAD}> <https://missing.example.org/> [x](missing.md)")
    assert desk.crawl("-s", "FAIL_ON=moved").returncode == 0


def test_what_failed_is_no_news_of_links(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", "<https://alive.example.org/>")
    internet.down()
    assert desk.crawl("-s", "FAIL_ON=suspect").returncode == 2
