"""Which files are left out: by .gitignore, nested and above the notes, and by NOTES_IGNORE."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.errors import UserError
from crawler.notes.files.folder import NotesFolder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def read(folder: Path, files: Mapping[str, str | bytes], ignore: Sequence[str] = ()) -> list[str]:
    """Write files beside and in the folder `notes`, and return the paths of the notes."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode() if isinstance(text, str) else text)
    return [file.path for file in NotesFolder(folder / "notes", ignore=ignore).sources()]


NOTES = {f"notes/{path}": "# t\n" for path in ("a.md", "b.md", "drafts/c.md", "drafts/d.md", "x/drafts/e.md", "x/f.md")}


@pytest.mark.parametrize(
    ("rules", "ignore", "left"),
    [
        ({}, (), "a.md b.md drafts/c.md drafts/d.md x/drafts/e.md x/f.md"),
        ({"notes/.gitignore": "drafts/\n"}, (), "a.md b.md x/f.md"),
        ({"notes/.gitignore": "/drafts\n# b.md\n\n!\n"}, (), "a.md b.md x/drafts/e.md x/f.md"),
        ({"notes/.gitignore": "[b-a]\n[a-\x0f]\ndrafts/\n"}, (), "a.md b.md x/f.md"),
        ({"notes/.gitignore": "*.md\r\n!a.md\r\n!x/f.md\r\n"}, (), "a.md x/f.md"),
        ({"notes/.gitignore": "drafts/\n!drafts/c.md\n"}, (), "a.md b.md x/f.md"),  # nothing in a folder left out
        ({"notes/.gitignore": "drafts/*\n!drafts/c.md\n"}, (), "a.md b.md drafts/c.md x/drafts/e.md x/f.md"),
        ({"notes/.gitignore": "*\n!*/\n!*.md\n"}, (), "a.md b.md drafts/c.md drafts/d.md x/drafts/e.md x/f.md"),
        (
            {"notes/.gitignore": "c.md\ne.md\n", "notes/drafts/.gitignore": "!c.md\nd.md\n"},
            (),
            "a.md b.md drafts/c.md x/f.md",
        ),
        ({"notes/x/.gitignore": "/drafts/\n"}, (), "a.md b.md drafts/c.md drafts/d.md x/f.md"),
        ({"notes/.gitignore": b"\xef\xbb\xbfa.md\n\xff.md\n"}, (), "b.md drafts/c.md drafts/d.md x/drafts/e.md x/f.md"),
        ({".gitignore": "b.md\n"}, (), "a.md b.md drafts/c.md drafts/d.md x/drafts/e.md x/f.md"),  # no repository
        ({".gitignore": "b.md\n", ".git/HEAD": ""}, (), "a.md drafts/c.md drafts/d.md x/drafts/e.md x/f.md"),
        ({".gitignore": "/notes/x/\n/drafts\n", ".git/HEAD": ""}, (), "a.md b.md drafts/c.md drafts/d.md"),
        ({".gitignore": "b.md\n", "notes/.git/HEAD": ""}, (), "a.md b.md drafts/c.md drafts/d.md x/drafts/e.md x/f.md"),
        ({".gitignore": "/notes/\n", ".git/HEAD": ""}, (), "a.md b.md drafts/c.md drafts/d.md x/drafts/e.md x/f.md"),
        ({}, ("drafts/", "b.*"), "a.md x/f.md"),
        ({"notes/.gitignore": "a.md\nb.md\n"}, ("!a.md", "drafts"), "a.md x/f.md"),
    ],
)
def test_what_is_left_out(tmp_path: Path, rules: dict[str, str | bytes], ignore: Sequence[str], left: str) -> None:
    assert read(tmp_path, NOTES | rules, ignore) == left.split()
    notes = NotesFolder(tmp_path / "notes", ignore=ignore)
    assert [path.removeprefix("notes/") for path in NOTES if notes.has(path.removeprefix("notes/"))] == left.split()


def test_folders_of_programs_are_not_entered(tmp_path: Path) -> None:
    folders = (".git", ".obsidian", ".trash", ".venv", "venv/lib", "node_modules/p", "a/node_modules", "__pycache__")
    files = dict.fromkeys(f"notes/{folder}/x.md" for folder in folders) | {"notes/a/.hidden.md": "", "notes/a/b.md": ""}
    assert read(tmp_path, {path: text or "" for path, text in files.items()}) == ["a/b.md"]


def test_endings_of_notes_and_of_other_formats(tmp_path: Path) -> None:
    names = ("a.md", "b.markdown", "c.mdown", "d.mkd", "e.mdx", "f.qmd", "g.Rmd", "h.MD", "i.ipynb")
    others = ("j.org", "k.rst", "l.RST", "m.adoc", "n.txt", "o.md.bak", "md", ".md")
    files = {f"notes/{name}": "# t\n" for name in (*names, *others)} | {"notes/i.ipynb": '{"cells": []}'}
    assert read(tmp_path, files) == list(names)
    found = NotesFolder(tmp_path / "notes")
    for _ in range(2):
        list(found)
        assert found.problems == [f"{tmp_path}/notes: files in other formats are not read: 1 .adoc, 1 .org, 2 .rst"]


def test_names_that_differ_in_case_or_normalization_are_different_notes(tmp_path: Path) -> None:
    names = sorted(("É.md", "E\u0301.md", "é.md", "README.md", "readme.md"))
    assert read(tmp_path, {f"notes/{name}": name for name in names}) == names


def test_a_gitignore_that_is_a_link_out_of_the_notes_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("a.md\n")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/.gitignore").symlink_to(tmp_path / "rules")
    assert read(tmp_path, {"notes/a.md": ""}) == ["a.md"]


def test_a_folder_whose_notes_are_all_left_out_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\(\*\.md\) in it that \.gitignore or NOTES_IGNORE does not leave out"):
        read(tmp_path, {"notes/a.md": "", "notes/.gitignore": "*.md\n"})
