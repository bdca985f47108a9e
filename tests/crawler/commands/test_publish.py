"""`scrapy publish --in-place`, `scrapy publish --diff` and `scrapy undo`, as a user types them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from crawler.store.notes.registered_notes import RegisteredNote
from tests.internet import World
from tests.support import processes
from tests.support.crawling import Desk, kill

if TYPE_CHECKING:
    from pathlib import Path

NOTE = f"""# Reading notes (2026.5.4)

1. [An article](https://mp.weixin.qq.com/s/UJpEiXDgCbEFb0HOo8kZ_A)  :star::star:
   - Paper: [Attention Is All You Need](https://arxiv.org/pdf/1706.03762v2.pdf)
   - Code: [https://github.com/facebookresearch/segment-anything-2](https://github.com/facebookresearch/segment-anything-2)

<div align=center><img src="{World.picture("webp").replace("&", "&amp;")}" style='zoom:80%'>
</div>
"""


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def publish(desk: Desk, *words: str) -> subprocess.CompletedProcess[str]:
    return desk.run("publish", "-a", f"notes={desk.notes}", *words)


def test_notes_shown_edited_taken_back_and_undone(desk: Desk) -> None:
    desk.published = ()
    desk.write("五月/a b.md", NOTE)
    desk.write("crlf.md", "\ufeff" + NOTE.replace("\n", "\r\n").rstrip()).chmod(0o640)
    desk.crawl()
    before, outputs = tree(desk.notes), desk.outputs()

    shown = publish(desk, "--diff")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert (tree(desk.notes), desk.outputs()) == (before, outputs)
    assert "\x1b" not in shown.stdout
    assert shown.stdout.startswith("--- a/crlf.md\n+++ b/crlf.md\n@@ ")

    done = publish(desk, "--in-place")
    assert (done.returncode, done.stderr) == (0, "")
    sheet = f"{desk.output}/pictures.html (notemend undo takes them back)"
    assert done.stdout == f"images change for the first time, old and new: {sheet}\nrun 1: 14 edits in 2 notes\n"
    after = tree(desk.notes)
    text = after["五月/a b.md"].decode()
    assert "(https://arxiv.org/abs/1706.03762v2)\n   - Authors: Ashish Vaswani, " in text
    picture = text.partition('<img src="')[2].partition('"')[0]
    assert (desk.notes / "五月" / picture).resolve().is_file()
    assert after["crlf.md"].startswith(b"\xef\xbb\xbf# Reading")
    assert after["crlf.md"].count(b"\n") == after["crlf.md"].count(b"\r\n") == text.count("\n") - 1
    assert (desk.notes / "crlf.md").stat().st_mode & 0o777 == 0o640
    assert publish(desk, "--in-place").stdout == "nothing to edit\n"
    assert publish(desk, "--diff").stdout == ""
    assert tree(desk.notes) == after

    moved_back = text.replace("facebookresearch/sam2", "facebookresearch/segment-anything-2")
    desk.write("五月/a b.md", moved_back)
    assert publish(desk, "--in-place").stdout == "nothing to edit\n"
    as_copied = moved_back.replace("../../output/images/", "../../images/")  # as seen from the copy
    assert (desk.output / "notes/五月/a b.md").read_text("utf-8") == as_copied
    assert {edit["reason"] for edit in desk.edits()} == {"present URL of the saved image"}
    assert desk.crawl().returncode == 0
    assert publish(desk, "--diff").stdout == ""

    refused = desk.run("undo", "-a", f"notes={desk.notes}")
    assert refused.returncode == 2
    assert refused.stderr == "notemend: 五月/a b.md: edited since run 1; skipped\n"
    assert refused.stdout == "run 1 undone: 1 note restored\n"
    assert tree(desk.notes) == {**before, "五月/a b.md": moved_back.encode()}
    again = desk.run("undo", "-a", f"notes={desk.notes}")
    assert (again.returncode, again.stderr) == (2, "notemend: nothing to undo: all runs are undone\n")


def test_a_diff_gives_what_editing_in_place_gives(desk: Desk, tmp_path: Path) -> None:
    for path in ("a.md", "五月/b.md", "b b/c.md"):
        desk.write(path, NOTE if path != "a.md" else NOTE.rstrip())
    desk.crawl()
    patched = tmp_path / "patched"
    shutil.copytree(desk.notes, patched)
    subprocess.run(["git", "apply"], cwd=patched, input=publish(desk, "--diff").stdout.encode(), check=True)
    publish(desk, "--in-place")
    assert tree(patched) == tree(desk.notes)


@pytest.mark.parametrize("words", [(), ("--diff",), ("--in-place",)])
def test_without_the_results_of_these_notes_nothing_is_written(desk: Desk, words: tuple[str, ...]) -> None:
    desk.write("a.md", NOTE)
    done = publish(desk, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"notemend: {desk.output}/notemend.sqlite: no link database; crawl first")
    assert not desk.output.exists()

    store = LinkStore.open(sqlite_url(desk.folder / "store"))
    store.save_registered(RegisteredNote(f"{number}.md", "", "", None, ()) for number in range(1200))
    store.close()
    done = publish(desk, "-s", f"DATABASE_URL=sqlite:///{desk.folder}/store", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"notemend: {desk.folder}/store: none of its 1,200 notes is in {desk.notes}; ")
    assert not any(path.is_file() for path in desk.output.rglob("*"))


def test_pictures_may_be_kept_among_the_notes(desk: Desk) -> None:
    desk.write("五月/a.md", NOTE)
    images = ("-s", f"IMAGES_STORE={desk.notes / 'images'}")
    desk.crawl(*images)
    publish(desk, "--in-place", *images)
    picture = (desk.notes / "五月/a.md").read_text("utf-8").partition('<img src="')[2].partition('"')[0]
    assert picture.startswith("../images/")
    assert desk.crawl(*images).returncode == 0
    assert desk.verdicts()[picture.removeprefix("../")] == "alive"
    assert (desk.output / "notes/五月" / picture).is_file()
    assert publish(desk, "--in-place", *images).stdout == "nothing to edit\n"


def test_a_diff_is_coloured_on_a_terminal(desk: Desk) -> None:
    desk.write("a.md", "[x](here/Gone.md)\n")
    desk.write("here/gone.md", "")
    desk.crawl("-a", "only=local")

    def shown(**environ: str) -> str:
        terminal, end = os.openpty()
        environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | desk.environ | environ
        processes.start(desk.command("publish", "-a", f"notes={desk.notes}", "--diff"), environ, end).wait()
        os.close(end)
        with os.fdopen(terminal, "rb") as output:
            return output.read1().decode()

    assert "\x1b[32m+[x](here/gone.md)\x1b[m\r\n" in shown()
    assert "\r\n+[x](here/gone.md)\r\n" in shown(NO_COLOR="1")


def test_a_killed_run_loses_nothing(desk: Desk) -> None:
    for number in range(60):
        desk.write(f"{number:02}.md", "[x](here/Gone.md)\n")
    desk.write("here/gone.md", "")
    desk.crawl("-a", "only=local")
    before = tree(desk.notes)
    command = desk.command("publish", "-a", f"notes={desk.notes}", "--in-place")
    process = processes.Forked(command, os.environ | desk.environ)
    journal = desk.output / "in_place/1/journal.jsonl"
    while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 4):
        time.sleep(0.001)
    kill(process)
    assert tree(desk.notes) != before
    finished = publish(desk, "--in-place")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert {
        desk.run("undo", "-a", f"notes={desk.notes}").returncode,
        desk.run("undo", "-a", f"notes={desk.notes}").returncode,
    } == {0}
    assert tree(desk.notes) == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("publish", "--in-place", "--diff"), 2, "not allowed with"),
        (("undo", "me"), 2, "undo: unexpected argument 'me'"),
        (("undo", "--run", "x"), 2, "invalid int value"),
        (("undo", "--run", "4"), 2, "notemend: nothing to undo"),
    ],
)
def test_what_makes_no_sense(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    done = desk.run(*words)
    assert done.returncode == code
    assert said in done.stderr + done.stdout
