"""Notes that are kept after they were parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.notes.note_file import NoteFile
from crawler.notes import parsed_notes
from crawler.notes.parsed_notes import ParsedNotes

if TYPE_CHECKING:
    import pytest


def note_file(path: str, text: str, *, is_in_site: bool = True) -> NoteFile:
    return NoteFile(path, text.encode(), text.encode(), is_in_site=is_in_site)


def test_the_same_bytes_are_parsed_once() -> None:
    notes = ParsedNotes()
    first = notes.parse(note_file("a.md", "<https://a.example/>"))
    assert notes.parse(note_file("a.md", "<https://a.example/>")) is first
    assert notes.parse(note_file("b.md", "<https://a.example/>")).path == "b.md"
    changed = notes.parse(note_file("a.md", "<https://b.example/>"))
    assert [mention.url for mention in changed.mentions] == ["https://b.example/"]
    assert notes.parse(note_file("a.md", "<https://b.example/>")) is changed
    assert notes.parse(note_file("a.md", "<https://b.example/>", is_in_site=False)) is not changed


def test_those_parsed_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed_notes, "MOST", 3)
    notes, two = ParsedNotes(), "<https://a.example/>, <https://b.example/>"
    files = [note_file("a.md", two), note_file("b.md", two), note_file("c.md", "<https://c.example/>")]
    first = [notes.parse(file) for file in files]
    assert [notes.parse(file) is note for file, note in zip(files, first, strict=True)] == [True, False, True]
    notes.parse(note_file("a.md", "nothing"))
    fits_now = notes.parse(files[1])
    assert notes.parse(files[1]) is fits_now
