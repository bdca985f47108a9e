"""What a run loses when something happens to its files while it goes on: nothing without saying so."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.internet.messages import html

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.internet import Internet, Request, Response
    from tests.support.crawling import Desk


def remove_folder(desk: Desk) -> None:
    shutil.rmtree(desk.output)


def remove_store(desk: Desk) -> None:
    (desk.output / "notemend.sqlite").unlink()


def replace_store(desk: Desk) -> None:
    file = desk.output / "notemend.sqlite"
    shutil.copy(file, file.with_name("other.sqlite"))
    file.with_name("other.sqlite").replace(file)


@pytest.mark.parametrize("happens", [remove_folder, remove_store, replace_store])
def test_a_store_that_goes_while_it_is_used_fails_the_run(
    desk: Desk, internet: Internet, happens: Callable[[Desk], None]
) -> None:
    def answer(_: Request) -> Response:
        happens(desk)
        return html("<title>x</title>")

    internet.fault("https://alive.example.org/*", answer, times=1)
    desk.write("a.md", "<https://alive.example.org/a>")
    done = desk.crawl()
    file = desk.output / "notemend.sqlite"
    line = f"notemend: {file}: removed or replaced while it was used; restore a copy, or run again\n"
    assert (done.returncode, done.stderr) == (2, line)
    assert not (desk.output / "link_health.csv").exists()
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {"https://alive.example.org/a": "alive"}


def test_output_folders_in_the_notes_are_no_notes(desk: Desk) -> None:
    desk.write("a.md", "<https://alive.example.org/a> ![](https://alive.example.org/a.png)")
    assert desk.crawl("-s", f"OUTPUT_DIR={desk.notes}/old").returncode == 0
    assert desk.crawl("-s", f"OUTPUT_DIR={desk.notes}/new").returncode == 0
    assert [path.name for path in (desk.notes / "new/notes").rglob("*.md")] == ["a.md"]
    (desk.notes / "old/notemend.sqlite").unlink()  # as with DATABASE_URL
    assert desk.crawl().returncode == 0
    assert [path.name for path in (desk.output / "notes").rglob("*.md")] == ["a.md"]
