"""Renamed files: a link to an earlier name gets the new one, where git leaves no doubt."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from crawler.sites.renames import renamed_files
from tests.support.sites import answers

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "".join(f"Line {n} of a text that is long enough to be recognized.\n" for n in range(20))


class Repository:
    """A repository with files that differ from each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q")

    def git(self, *words: str) -> None:
        names = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *names, *words], cwd=self.folder, check=True, capture_output=True)

    def write(self, path: str, text: str = "") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text or f"{path}\n{TEXT.replace('Line', path)}")

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")

    def rename(self, old: str, new: str) -> None:
        (self.folder / new).parent.mkdir(parents=True, exist_ok=True)
        self.git("mv", old, new)
        self.commit()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_links_to_renamed_files_are_rewritten(repository: Repository) -> None:
    repository.write("notes/old name.md")
    repository.write("notes/pics/a.png")
    repository.write("notes/b.md")
    repository.write(
        "notes/links.md", "[x](<old name.md#part>) [[old name#part|x]] ![p](pics/a.png) [rooted](/b.md) [no](c.md)"
    )
    repository.commit()
    repository.rename("notes/old name.md", "notes/new/between.md")
    repository.rename("notes/new/between.md", "notes/new/näme.md")
    repository.rename("notes/pics/a.png", "notes/images/a.png")
    repository.rename("notes/b.md", "notes/moved.md")
    assert answers(repository.folder / "notes", "links.md").edits == [
        ["old name.md#part", "new/näme.md#part"],
        ["old name", "näme"],
        ["pics/a.png", "images/a.png"],
    ]


@pytest.mark.parametrize("case", ["reused", "lost", "rewritten", "outside"])
def test_what_git_leaves_in_doubt_is_no_rename(repository: Repository, case: str) -> None:
    repository.write("notes/a.md")
    repository.write("notes/other.md")
    repository.commit()
    repository.rename("notes/a.md", "b.md" if case == "outside" else "notes/b.md")
    if case == "reused":
        repository.write("notes/a.md", TEXT.replace("Line", "Another"))
        repository.commit()
        repository.rename("notes/a.md", "notes/c.md")
    elif case == "lost":
        (repository.folder / "notes/b.md").unlink()
    elif case == "rewritten":
        repository.rename("notes/b.md", "notes/c.md")
        repository.write("notes/a.md", "A new note under the old name.")
    assert renamed_files(repository.folder / "notes").get("a.md") is None


def test_without_a_repository_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert renamed_files(tmp_path) == {}
    monkeypatch.setenv("PATH", "")
    assert renamed_files(tmp_path) == {}
