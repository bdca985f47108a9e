"""Where notes are shown at the host of their repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from pipelines.reports.work.source_pages import source_page, source_page_of

if TYPE_CHECKING:
    from pathlib import Path

ON_GITHUB = "https://github.com/o/r/blob/main/{path}?plain=1#L{line}"


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://github.com/o/r.git", ON_GITHUB),
        ("https://user:secret@github.com/o/r", ON_GITHUB),
        ("git@github.com:o/r.git", ON_GITHUB),
        ("ssh://git@github.com:22/o/r.git", ON_GITHUB),
        ("git@gitlab.example.org:g/sub/r.git", "https://gitlab.example.org/g/sub/r/-/blob/main/{path}?plain=1#L{line}"),
        ("https://codeberg.org/o/r", "https://codeberg.org/o/r/src/branch/main/{path}?display=source#L{line}"),
        ("https://notgithub.example/o/r", ""),
        ("/srv/git/github.com/r.git", ""),
        ("javascript://github.com/%0aalert(1)", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_remote(remote: str, page: str) -> None:
    assert source_page_of(remote, "main") == page


def test_a_folder_in_a_repository(tmp_path: Path) -> None:
    notes = tmp_path / "my notes"
    notes.mkdir()
    assert source_page(notes) == ""
    for words in (
        ("init", "-q", "-b", "drafts/2026"),
        ("-c", "user.name=n", "-c", "user.email=n@e.org", "commit", "-q", "--allow-empty", "-m", "x"),
        ("remote", "add", "origin", "git@github.com:o/r.git"),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    assert source_page(notes) == "https://github.com/o/r/blob/drafts/2026/my%20notes/{path}?plain=1#L{line}"
