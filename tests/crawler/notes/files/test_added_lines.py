"""Which lines were added since a commit."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from crawler.errors import UserError
from crawler.notes.files.added_lines import AddedLines, parse_diff

if TYPE_CHECKING:
    from pathlib import Path

WHO = ("-c", "user.name=n", "-c", "user.email=n@e.org")
ODD = 'a "b"\tc.md'


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *WHO, *words], cwd=folder, check=True, capture_output=True)


def test_lines_since_the_branches_parted(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    git(tmp_path, "init", "-q", "-b", "main")
    (notes / "a.md").write_text("1\n2\n3\n4\n", "utf-8")
    (notes / "moved.md").write_text("".join(f"line {n}\n" for n in range(30)), "utf-8")
    (notes / ODD).write_text("x\n", "utf-8")
    (tmp_path / "outside.md").write_text("x\n", "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    git(tmp_path, "switch", "-qc", "topic")
    (notes / "a.md").write_text("0\n1\n++ 2\n4\n5", "utf-8")
    (notes / "中文.md").write_text("x\n", "utf-8")
    (notes / ODD).write_text("x\ny\n", "utf-8")
    (tmp_path / "outside.md").write_text("y\n", "utf-8")
    git(notes, "mv", "moved.md", "there.md")
    added = AddedLines.since(notes, "main")
    assert added.paths == {"a.md", "中文.md", ODD}
    assert [line for line in range(1, 7) if added.has("a.md", line)] == [1, 3, 5]
    assert added.has("中文.md", 1)
    assert (added.has(ODD, 1), added.has(ODD, 2)) == (False, True)
    with pytest.raises(UserError, match="^--since none: "):
        AddedLines.since(notes, "none")
    with pytest.raises(UserError, match="not a commit"):
        AddedLines.since(notes, "--output=x")


def test_configured_diffs_and_filters_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.md").write_text("".join(f"{n}\n" for n in range(9)), "utf-8")
    (tmp_path / "b.md").write_text("x\n", "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    (tmp_path / ".gitattributes").write_text("*.md filter=f diff=d\nb.md filter=a=b\n", "utf-8")
    (tmp_path / "a.md").write_text("0\n1\nnew\n3\n4\nnew\n6\n7\n8\n", "utf-8")
    (tmp_path / "b.md").write_text("x\ny\n", "utf-8")
    called = tmp_path / "called"
    program = f"touch {called}; cat"
    for name, value in {
        "diff.interHunkContext": "9",
        "diff.noprefix": "false",
        "diff.mnemonicPrefix": "true",
        "diff.external": program,
        "diff.d.command": program,
        "diff.d.textconv": program,
        "filter.f.clean": program,
        "filter.f.process": program,
        "filter.f.required": "true",
        "filter.a=b.clean": program,
        "core.fsmonitor": program,
        "color.ui": "always",
    }.items():
        git(tmp_path, "config", name, value)
    called.unlink(missing_ok=True)
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=9")
    added = AddedLines.since(tmp_path, "main")
    assert [line for line in range(1, 10) if added.has("a.md", line)] == [3, 6]
    assert [line for line in range(1, 3) if added.has("b.md", line)] == [2]
    assert not called.exists()


def test_without_a_repository(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="^--since HEAD: "):
        AddedLines.since(tmp_path, "HEAD")


def test_contents_that_look_like_heads() -> None:
    diff = "--- a.md\n+++ a.md\n@@ -1,2 +1,2 @@\n--- x\n--- y\n+++ b.md\n+@@ -9 +9 @@\n\\ No newline at end of file\n"
    assert parse_diff(diff + "@@ -7 +8,0 @@\n-x\n") == {"a.md": frozenset({1, 2})}
