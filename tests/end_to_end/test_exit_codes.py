"""What the exit code of a run tells a nightly job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


@pytest.mark.parametrize("command", ["crawl", "publish"])
def test_an_error_that_nobody_foresaw_is_one_line_and_a_file(desk: Desk, command: str) -> None:
    desk.write("a.md", "<https://alive.example.org/>")
    assert desk.crawl().returncode == 0
    failing = ("-s", "OUTPUTS=tests.support.failing_output")
    done = desk.crawl(*failing) if command == "crawl" else desk.run("publish", "-a", f"notes={desk.notes}", *failing)
    file = desk.output / "error.txt"
    line = f"notemend: unexpected error, a fault of notemend: please report it with {file}\n"
    assert (done.returncode, done.stderr) == (2, line)
    assert "KeyError" in (text := file.read_text())
    assert "secret" not in text.replace("with a secret", "")
    assert desk.crawl().returncode == 0


def test_a_file_in_the_way_of_an_output_is_one_line_that_names_it(desk: Desk) -> None:
    desk.write("a.md", "<https://alive.example.org/>")
    assert desk.crawl().returncode == 0
    in_the_way = desk.output / "link_health.csv"
    in_the_way.unlink()
    (in_the_way / "folder").mkdir(parents=True)
    done = desk.crawl()
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert str(in_the_way) in done.stderr
    assert "unexpected error" not in done.stderr


@pytest.mark.parametrize("folder", ["notes", ".", "notes/../notes"])
def test_outputs_that_would_overwrite_notes_are_refused_before_the_first_request(
    desk: Desk, internet: Internet, folder: str
) -> None:
    desk.write("a.md", "<https://alive.example.org/>")
    done = desk.crawl("-s", f"OUTPUT_DIR={desk.folder / folder}")
    assert done.returncode == 2
    assert done.stderr.startswith("notemend: OUTPUT_DIR: updated notes in ")
    assert internet.requests == []
    assert [path.name for path in desk.notes.iterdir()] == ["a.md"]
    assert [path.name for path in desk.folder.iterdir()] == ["notes"]
