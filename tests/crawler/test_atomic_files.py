"""Files that take their place as a whole, and the drafts that killed runs leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from crawler.atomic_files import draft_beside, folders_below, remove_stale_drafts, replace_atomically

if TYPE_CHECKING:
    from pathlib import Path


def ended_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def draft(path: Path, process: int | None = None) -> Path:
    found = draft_beside(path, process)
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text("half of it")
    return found


def test_only_drafts_of_processes_that_have_ended_are_removed(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    dead, alive, left = draft(file, ended_process()), draft(file, os.getppid()), draft(file)
    elsewhere = dead.with_name(f".notemend-{'0' * 12}-{dead.name.split('-')[2]}-{'0' * 16}.part")
    elsewhere.touch()
    with replace_atomically(file) as own:
        own.write_text("all of it")
        remove_stale_drafts(tmp_path)
        assert {dead: dead.exists(), left: left.exists()} == {dead: False, left: False}
        assert all(each.exists() for each in (own, alive, elsewhere))
    assert file.read_text() == "all of it"


def test_drafts_in_other_folders_stay(tmp_path: Path) -> None:
    process = ended_process()
    here, below = draft(tmp_path / "a/x.md", process), draft(tmp_path / "a/b/x.md", process)
    remove_stale_drafts(tmp_path / "a", tmp_path / "nowhere", tmp_path)
    assert (here.exists(), below.exists()) == (False, True)
    remove_stale_drafts(*folders_below(tmp_path))
    assert not below.exists()


def test_other_files_stay(tmp_path: Path) -> None:
    for name in ("notes.part", ".notemend-notes.part", ".notemend-0123456789abcdef.part.md"):
        (tmp_path / name).write_text("mine")
    draft(tmp_path / "x", ended_process()).rename(tmp_path / "draft.part")
    remove_stale_drafts(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
