"""Which files are notes: regular files of the notes folder, and nothing that only looks like one of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from crawler.notes.files.folder import NotesFolder
from tests.internet import World
from tests.support import processes
from tests.support.crawling import EVERY_NIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.crawling import Desk

ALIVE = "https://alive.example.org/x"
SECRET = "token-that-nobody-may-see"


def said_in(folder: Path) -> bytes:
    """Return everything that a run wrote."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("folder", ["notes", "linked"])
def test_links_out_of_the_folder_are_no_notes(desk: Desk, tmp_path: Path, folder: str) -> None:
    """Not read, not published, nor copied, read for headings or offered; NOTES_DIR itself may be a link."""
    (tmp_path / "secret.md").write_text(f"# {SECRET}\n\n<https://plain.example.org/>\n")
    (tmp_path / "secret.png").write_text(SECRET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/more.md").write_text(f"# {SECRET}\n")
    (tmp_path / "linked").symlink_to(desk.notes, target_is_directory=True)
    targets = {
        "env.md": "/proc/self/environ",
        "chain.md": "env.md",
        "z.md": "/dev/zero",
        "up.md": "../secret.md",
        "gone.md": str(tmp_path / "not-there.md"),
        "sub/more.md": str(tmp_path / "outside/more.md"),
        "shown.png": "../secret.png",
        "folder": str(tmp_path / "outside"),
    }
    desk.write("a.md", f"<{ALIVE}> ![](shown.png) [more](folder/more.md) [more](sub/mor.md) [b](b.md)")
    desk.write("sub/real.md", "# Real\n")
    (desk.notes / "b.md").symlink_to("sub/real.md")
    for name, target in targets.items():
        (desk.notes / name).symlink_to(target)
    notes = tmp_path / folder
    done = desk.run("crawl", "notes", "-a", f"notes={notes}", SECRET_TOKEN=SECRET)
    assert done.returncode == 0, done.stderr
    refused = {name: target for name, target in targets.items() if name.endswith(".md")} | {
        "chain.md": "/proc/self/environ"
    }
    assert sorted(done.stderr.splitlines()) == sorted(
        f"WARNING: {notes}/{name}: links to {target}, outside the notes folder; skipped"
        for name, target in refused.items()
    )
    assert SECRET.encode() not in said_in(desk.output)
    mirror = desk.output / "notes"
    assert {file.relative_to(mirror).as_posix() for file in mirror.rglob("*")} == {"a.md", "b.md", "sub", "sub/real.md"}
    assert desk.health()["b.md"]["verdict"] == "alive"
    assert desk.health()["sub/mor.md"]["suggestion"] == ""


def test_a_note_that_becomes_a_link_out_of_the_folder_is_forgotten(desk: Desk, tmp_path: Path) -> None:
    desk.write("a.md", f"<{ALIVE}>")
    desk.write("b.md", "![](p.png) <https://plain.example.org/>")
    desk.write("p.png", "a picture")
    assert desk.crawl().returncode == 0
    assert (desk.output / "notes/p.png").read_text() == "a picture"
    (tmp_path / "secret").write_text(SECRET)
    for name in ("b.md", "p.png"):
        (desk.notes / name).unlink()
        (desk.notes / name).symlink_to(tmp_path / "secret")
    for command in (("publish", "-a", f"notes={desk.notes}"), ("crawl", "notes", "-a", f"notes={desk.notes}")):
        done = desk.run(*command)
        assert done.returncode == 0, done.stderr
        assert not (desk.output / "notes/b.md").exists()
        assert set(desk.verdicts()) == {ALIVE}
        assert SECRET.encode() not in said_in(desk.output)


@pytest.mark.parametrize("what", ["fifo", "endless", "large"])
def test_what_cannot_be_a_note_is_skipped(desk: Desk, what: str) -> None:
    desk.write("a.md", f"<{ALIVE}> [b](c.md)")
    odd, why = desk.notes / "b.md", "no regular file"
    if what == "fifo":
        os.mkfifo(odd)
    elif what == "endless":
        odd.symlink_to("/dev/zero")
        why = "links to /dev/zero, outside the notes folder"
    else:
        odd.touch()
        os.truncate(odd, 1 << 40)
        why = "larger than 20 MB (NOTES_MAX_MB)"
    done = desk.crawl()
    assert done.returncode == 0
    assert done.stderr.startswith(f"WARNING: {odd}: {why}; skipped")
    assert len(done.stderr.splitlines()) == 1
    assert desk.verdicts()[ALIVE] == "alive"
    assert not (desk.output / "notes/b.md").exists()


def test_a_note_may_be_as_large_as_the_limit(desk: Desk) -> None:
    line = f"<{ALIVE}>\n"
    limit = ("-s", "NOTES_MAX_MB=0.1")
    desk.write("a.md", line + " " * (100_000 - len(line)))
    done = desk.crawl(*limit)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(desk.verdicts()) == {ALIVE}
    desk.write("a.md", line + " " * (100_000 - len(line) + 1))
    done = desk.crawl(*limit, *EVERY_NIGHT)
    assert done.stderr == f"WARNING: {desk.notes}/a.md: larger than 0.1 MB (NOTES_MAX_MB); skipped\n"


@pytest.mark.parametrize("size", [100, 1_001])
def test_a_note_of_a_file_system_that_does_not_tell_sizes(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("a.md").write_bytes(b"x" * size)
    notes, fstat = NotesFolder(tmp_path, max_bytes=1_000), os.fstat
    monkeypatch.setattr(os, "fstat", lambda file: os.stat_result([*fstat(file)[:6], 0, *fstat(file)[7:]]))
    found = [file.raw for file in notes.sources()]
    assert found == ([b"x" * size] if size <= 1_000 else [])


def test_a_check_of_files_reads_no_others(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    desk.write("a.md", f"<{World.article('deleted')}>")
    os.mkfifo(desk.notes / "fifo.md")
    (desk.notes / "b.md").symlink_to("a.md")
    (desk.notes / "env.md").symlink_to("/proc/self/environ")
    (desk.notes / "z.md").symlink_to("/dev/zero")

    def check(name: str) -> tuple[int, str]:
        words = ["check", "-s", f"NOTES_DIR={desk.notes}", "-s", 'DOWNLOAD_DELAYS={"*": 0}', str(desk.notes / name)]
        done = processes.run(words, os.environ | desk.environ)
        return done.returncode, done.stderr

    for name, why in (
        ("env.md", "links to /proc/self/environ, outside the notes folder"),
        ("z.md", "links to /dev/zero, outside the notes folder"),
        ("fifo.md", "no regular file"),
    ):
        assert check(name) == (2, f"notemend: {desk.notes}/{name}: {why}\n")
    assert check("b.md")[0] == 1
