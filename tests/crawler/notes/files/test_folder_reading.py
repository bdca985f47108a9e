"""A folder of notes as the program reads it: which files are notes, and what is said of those that are not read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.errors import UserError
from crawler.notes.files.folder import LARGEST_NOTE, NotesFolder, files_below, is_read, is_utf8
from crawler.notes.files.layouts_by_path import LayoutsByPath
from crawler.run.workspace import source_digest

if TYPE_CHECKING:
    from collections.abc import Iterable


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    for path in ("b.md", "a/2.MD", "a/1.markdown", "a/picture.png", ".hidden.md", ".git/x.md", "lost+found/x.md"):
        write(folder, path)
    return folder


def write(folder: Path, path: str, data: bytes = b"# t\n") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def read(folder: NotesFolder) -> list[str]:
    return [note.path for note in folder]


# --- which files are notes --------------------------------------------------------------------------------------------


def test_markdown_files_are_notes_but_for_hidden_ones(notes: Path) -> None:
    found = NotesFolder(notes)
    assert read(found) == ["a/1.markdown", "a/2.MD", "b.md"]
    assert list(found.files()) == [notes / "a/1.markdown", notes / "a/2.MD", notes / "b.md"]
    assert (found.problems, found.unread, found.incomplete) == ([], [], None)
    assert [note.data for note in found] == [b"# t\n"] * 3


def test_layouts_are_named_by_path_unless_the_note_names_others(notes: Path) -> None:
    row = b"| Title | Paper |\n|---|---|\n| A lamp for two | [pdf](https://arxiv.org/abs/2101.00001) |\n"
    write(notes, "a/none.md", row)
    write(notes, "a/own.md", b"<!-- notemend: entries=table -->\n\n" + row)
    write(notes, "b.md", row)
    found = NotesFolder(notes, layouts=LayoutsByPath({"a/*": frozenset({"none"})}))
    assert {note.path: len(note.entries) for note in found if note.entries} == {"a/own.md": 1, "b.md": 1}
    digests = {source_digest(file) for file in NotesFolder(notes).sources()}
    assert digests.isdisjoint(source_digest(file) for file in found.sources() if file.path[0] == "a")


def test_the_folder_of_outputs_holds_no_notes(notes: Path) -> None:
    assert read(NotesFolder(notes, skip=notes / "a")) == ["b.md"]
    (notes.parent / "link").symlink_to(notes / "a")
    assert read(NotesFolder(notes, skip=notes.parent / "link")) == ["b.md"]
    assert set(files_below(notes, notes / "a")) == {"b.md"}
    assert set(files_below(notes)) == {"b.md", "a/1.markdown", "a/2.MD", "a/picture.png"}


def test_only_some_notes_are_read(notes: Path) -> None:
    assert read(NotesFolder(notes, only=["b.md", "a/2.MD"])) == ["a/2.MD", "b.md"]


@pytest.mark.parametrize(
    ("make", "why"), [(False, "notes: no such folder of notes"), (True, r"notes: no Markdown file \(\*\.md\) in it")]
)
def test_without_notes_there_is_nothing_to_do(tmp_path: Path, why: str, *, make: bool) -> None:
    if make:
        write(tmp_path, "notes/a.txt")
    with pytest.raises(UserError, match=why):
        NotesFolder(tmp_path / "notes")


@pytest.mark.parametrize(
    ("path", "is_there"),
    [("b.md", True), ("a", False), ("a/../b.md", True), ("c.md", False), ("../outside.md", False), ("out.md", False)],
)
def test_a_note_that_is_there(notes: Path, path: str, *, is_there: bool) -> None:
    (notes / "out.md").symlink_to(write(notes.parent, "outside.md"))
    assert NotesFolder(notes).has(path) is is_there


def test_a_note_that_cannot_be_looked_at_is_there(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = NotesFolder(notes)

    def fail(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", fail)
    assert found.has("c.md")


@pytest.mark.parametrize(
    ("folder", "skip", "reads"),
    [
        ("notes", None, True),
        ("notes/a/b", None, True),
        (".", None, False),
        ("elsewhere", None, False),
        ("notes/.git/a", None, False),
        ("notes/a", "notes/a", False),
        ("notes/a/b", "notes/a", False),
        ("notes/b", "notes/a", True),
        ("notes/a", "notes", True),  # outputs beside the notes
    ],
)
def test_folders_whose_files_would_be_read(notes: Path, folder: str, skip: str | None, *, reads: bool) -> None:
    assert is_read(notes.parent / folder, notes, notes.parent / skip if skip else None) is reads


# --- what is not read -------------------------------------------------------------------------------------------------


def test_files_that_cannot_be_read_are_reported_and_the_others_are_read(notes: Path) -> None:
    write(notes, "c.md", b"\0\xff")
    (notes / "d.md").symlink_to(write(notes.parent, "outside.md"))
    (notes / "e.md").symlink_to("nowhere.md")
    os.mkfifo(notes / "f.md")
    write(notes, "g.md", b" " * (LARGEST_NOTE + 1))
    write(notes, "h.md", b" " * LARGEST_NOTE)
    write(notes, "i.md", b"# t\n\n<!-- notemend: ignore-start -->\n")
    no_text = write(notes, os.fsdecode(b"\xff.md"))
    found = NotesFolder(notes)
    for _ in range(2):
        assert read(found) == ["a/1.markdown", "a/2.MD", "b.md", "h.md", "i.md"]
        assert found.problems == [
            f"{notes}/c.md: not UTF-8 text (byte 1); skipped",
            f"{notes}/d.md: links to {notes.parent}/outside.md, outside the notes folder; skipped",
            f"{notes}/e.md: No such file or directory; skipped",
            f"{notes}/f.md: no regular file; skipped",
            f"{notes}/g.md: larger than 20 MB (NOTES_MAX_MB); skipped",
            f"{notes}/i.md:3: ignore-start without ignore-end",
            f"{str(no_text)!r}: file name is not UTF-8; skipped",
        ]
        assert found.unread == ["c.md", "g.md"]


def test_a_note_that_cannot_be_opened_is_still_there(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, opened = NotesFolder(notes), os.open

    def fail(path: str, *flags: int) -> int:
        if str(path).endswith("b.md"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *flags)

    monkeypatch.setattr(os, "open", fail)
    assert read(found) == ["a/1.markdown", "a/2.MD"]
    assert found.problems == [f"{notes}/b.md: Permission denied; skipped"]
    assert found.unread == ["b.md"]


@pytest.mark.parametrize("path", ["a.md", "日记.md", "e\u0301.md"])
def test_names_that_are_text(path: str) -> None:
    assert is_utf8(path)
    assert not is_utf8(f"{path}\udcff")


# --- when not all notes can be looked at ------------------------------------------------------------------------------


@pytest.mark.parametrize(("gone", "left"), [((), 4), (("b.md", "c.md"), 2), (("b.md", "c.md", "a/2.MD"), 1)])
def test_more_than_half_of_the_notes_have_gone(notes: Path, gone: Iterable[str], left: int) -> None:
    write(notes, "c.md")
    found = NotesFolder(notes)
    for path in gone:
        (notes / path).unlink()
    assert len(read(found)) == left
    if left >= 2:
        found.ensure_complete()
        assert found.incomplete is None
        return
    incomplete = f"{notes}: only 1 of 4 notes are left since the run began"
    assert found.incomplete == incomplete
    with pytest.raises(UserError) as error:
        found.ensure_complete()
    assert str(error.value) == (
        f"{incomplete}; nothing was published or removed. Make all notes readable, then run again"
    )


def test_notes_that_vanish_while_others_are_read_are_missed(notes: Path) -> None:
    found = NotesFolder(notes)
    reading = iter(found)
    next(reading)
    shutil.rmtree(notes / "a")
    (notes / "b.md").unlink()
    assert list(reading) == []
    assert found.problems == [
        f"{notes}/a/2.MD: No such file or directory; skipped",
        f"{notes}/b.md: No such file or directory; skipped",
    ]
    assert found.unread == []
    assert found.incomplete is not None


@pytest.mark.parametrize(
    ("listed", "error", "is_incomplete"),
    [
        ("a", PermissionError(13, "Permission denied"), True),
        ("a", FileNotFoundError(2, "No such file or directory"), False),
        ("a", NotADirectoryError(20, "Not a directory"), False),
        ("", FileNotFoundError(2, "No such file or directory"), True),
    ],
)
def test_a_folder_that_cannot_be_listed(
    notes: Path, monkeypatch: pytest.MonkeyPatch, listed: str, error: OSError, *, is_incomplete: bool
) -> None:
    write(notes, "c.md")
    found, scandir = NotesFolder(notes), os.scandir
    error.filename = str(notes / listed)

    def fail(path: str) -> object:
        if Path(path) == notes / listed:
            raise error
        return scandir(path)

    monkeypatch.setattr(os, "scandir", fail)
    list(found)
    assert (found.incomplete is not None) is is_incomplete
    if is_incomplete:
        assert str(found.incomplete).startswith(f"{notes / listed}: cannot be listed ({error.strerror})")
        monkeypatch.undo()
        with pytest.raises(UserError, match="cannot be listed"):
            found.ensure_complete()
    monkeypatch.setattr(os, "scandir", fail)
    for path in ("b.md", "c.md"):
        (notes / path).unlink()
    with pytest.raises(UserError, match="cannot be listed" if is_incomplete else "no Markdown file"):
        NotesFolder(notes)


def test_a_folder_whose_name_is_no_text_is_named_so_that_it_can_be_written(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange, scandir = write(notes, os.fsdecode(b"\xff/a.md")).parent, os.scandir

    def fail(path: str) -> object:
        if Path(path) == strange:
            raise PermissionError(13, "Permission denied", str(strange))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", fail)
    found = NotesFolder(notes)
    assert found.incomplete == repr(f"{strange}: cannot be listed (Permission denied)")
    assert is_utf8(found.incomplete)
