"""What happens to notes and folders between nights while the host has nothing any more: no image is lost."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.crawler.link_checking.images.test_image_fallbacks import PICTURES, drawn, kept, named, picture, shown, url
from tests.internet.messages import not_found
from tests.support.crawling import EVERY_NIGHT, Desk

if TYPE_CHECKING:
    from tests.internet import Internet

NAMES = ("one", "two", "three", "four")
SAME = drawn("same")
HOST = "https://h00.bench.example.org"


def shows(desk: Desk, path: str, *bodies: bytes) -> bool:
    """Return whether the note as it was rendered shows these images, and none of its old URLs."""
    note = (desk.output / "notes" / path).read_text()
    return all(named(body) in note for body in bodies) and "qpic.cn" not in note and HOST not in note


def collect(desk: Desk) -> str:
    done = desk.run("images", "--gc", "--delete", "-a", f"notes={desk.notes}")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_nothing_is_lost_between_nights(desk: Desk, internet: Internet) -> None:
    """Notes are renamed, deleted and restored, images go to the trash, folders move, two runs write at once."""
    for name in ("x.png", "y.png"):  # two addresses with the same bytes
        internet.fault(f"{HOST}/{name}", picture(SAME))
    first, second = shown(url("one"), url("two")), shown(url("three"), f"{HOST}/x.png")
    desk.write("a.md", first)
    desk.write("b.md", second)
    desk.write("c.md", shown(url("four"), f"{HOST}/y.png"))
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    everything = {SAME, *map(drawn, NAMES)}
    assert kept(desk) == everything

    internet.fault(PICTURES, not_found())
    internet.fault(f"{HOST}/*", not_found())
    internet.fault("https://web.archive.org/*", not_found())
    (desk.notes / "sub").mkdir()
    (desk.notes / "a.md").rename(desk.notes / "sub/renamed.md")
    (desk.notes / "b.md").unlink()
    desk.write("c.md", shown(f"{HOST}/y.png"))  # without the image that is put back later
    assert collect(desk).startswith("unused images: 2 moved")
    assert kept(desk) == {SAME, drawn("one"), drawn("two")}

    desk.write("b.md", second)
    desk.write("c.md", shown(url("four"), f"{HOST}/y.png"))
    done = desk.crawl(*EVERY_NIGHT)
    assert (done.returncode, "2 restored from the trash" in done.stderr) == (0, True)
    assert kept(desk) == everything
    assert shows(desk, "sub/renamed.md", drawn("one"), drawn("two"))
    assert shows(desk, "b.md", drawn("three"), SAME)
    assert shows(desk, "c.md", drawn("four"), SAME)
    assert collect(desk).startswith("unused images: 0 moved")

    (desk.folder / "elsewhere").mkdir()  # another machine, or another place on this one
    for folder in (desk.notes, desk.output):
        shutil.move(folder, desk.folder / "elsewhere")
    moved = replace(desk)
    moved.notes, moved.output = (desk.folder / "elsewhere" / name for name in ("notes", "output"))
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: moved.crawl(*EVERY_NIGHT), range(2)))
    said = {run.returncode: run.stderr for run in runs}
    assert said[0] == ""
    assert "locked by another" in said.get(2, "locked by another")
    assert kept(moved) == everything
    assert shows(moved, "sub/renamed.md", drawn("one"), drawn("two"))
    assert shows(moved, "c.md", drawn("four"), SAME)
    assert collect(moved).startswith("unused images: 0 moved")
