from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crawler.atomic_files import replace_atomically
from crawler.errors import UserError
from crawler.images.store import FolderImageStore
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.notes.files.folder import NotesFolder
from pipelines.reports import notes_mirror
from pipelines.reports.render import render
from pipelines.rewriting import edit_list
from pipelines.rewriting.edit_list import from_record
from tests.support.mending import PICTURE, STORE, keep, missing, rendering, standing, undo_edits

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.reports.contract import Rendering

SHOWN = STORE[-1].link.url
NOTE = f"1. [t](https://mp.weixin.qq.com/s/A)\n   - Paper: [p](https://arxiv.org/pdf/2204.00001)\n\n![]({SHOWN})\n"
MENDED = """1. [t](https://mp.weixin.qq.com/s/A)
   - Paper: [p](https://arxiv.org/abs/2204.00001)
   - Authors: Ada Lovelace, Emmy Noether
   - Venue: CVPR 2022

![]({})
"""


NOTES = {"2022/五月/0531.md": NOTE, "plain.md": "# nothing to mend\r\n", "b/a b.markdown": NOTE, "a.md": NOTE}


@pytest.fixture
def given(tmp_path: Path) -> Rendering:
    return rendering(tmp_path, NOTES, STORE)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_mirror(given: Rendering) -> None:
    render(given, notes_mirror)
    assert tree(given.output_dir / "notes") == {
        "2022/五月/0531.md": MENDED.format("../../../images/ab/abcd.png").encode(),
        "plain.md": b"# nothing to mend\r\n",
        "b/a b.markdown": MENDED.format("../../images/ab/abcd.png").encode(),
        "a.md": MENDED.format("../images/ab/abcd.png").encode(),
    }


def test_the_journal_turns_the_originals_into_the_mirror(given: Rendering) -> None:
    render(given, notes_mirror)
    text = (given.output_dir / "edits.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(list(line) == ["note", "start", "end", "old", "new", "reason", "evidence", "code"] for line in lines)
    assert "五月" in text
    assert lines == sorted(lines, key=lambda line: (line["note"], line["start"]))
    for path, data in tree(given.output_dir / "notes").items():
        edits = [from_record(line) for line in lines if line["note"] == path]
        original = (given.notes_folder.folder / path).read_bytes()
        assert edit_list.apply_edits(original, edits) == data
        assert edit_list.apply_edits(data, undo_edits(edits)) == original


def test_rendering_again_touches_nothing(given: Rendering) -> None:
    def times() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in given.output_dir.rglob("*") if path.is_file()}

    render(given, notes_mirror)
    before = times()
    render(given, notes_mirror)
    assert times() == before


def test_a_note_that_vanished_vanishes(given: Rendering) -> None:
    render(given, notes_mirror)
    kept = given.output_dir / "notes" / "2022" / "my.canvas"
    kept.write_text("somebody's")
    for gone in ("2022/五月/0531.md", "b/a b.markdown", "a.md"):
        (given.notes_folder.folder / gone).unlink()
    render(replace(given, notes_folder=NotesFolder(given.notes_folder.folder)), notes_mirror)  # the next run
    assert set(tree(given.output_dir / "notes")) == {"plain.md", "2022/my.canvas"}
    assert sorted(path.name for path in (given.output_dir / "notes").iterdir()) == ["2022", "plain.md"]
    assert (given.output_dir / "edits.jsonl").read_bytes() == b""


def test_a_note_unreadable_for_now_keeps_its_last_mended_form(given: Rendering) -> None:
    render(given, notes_mirror)
    (given.notes_folder.folder / "2022/五月/0531.md").write_bytes(b"\0\xff half saved")
    render(given, notes_mirror)
    assert (given.output_dir / "notes/2022/五月/0531.md").read_text("utf-8").startswith("1. [t]")


def test_links_in_the_mirror_are_not_followed(given: Rendering, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "plain.md").write_text("mine")
    mirror = given.output_dir / "notes"
    mirror.mkdir(parents=True)
    (mirror / "2022").symlink_to(outside, target_is_directory=True)
    (mirror / "elsewhere").symlink_to(outside, target_is_directory=True)
    (mirror / "plain.md").symlink_to(outside / "plain.md")
    (given.output_dir / "edits.jsonl").touch()
    render(given, notes_mirror)
    assert tree(outside) == {"plain.md": b"mine"}
    assert (mirror / "2022/五月/0531.md").is_file()
    assert not (mirror / "plain.md").is_symlink()


def test_relative_links_are_seen_from_their_note(tmp_path: Path) -> None:
    given = rendering(
        tmp_path, {"b/a.md": "[x](here.md)", "b/Here.md": "[y](../b/a.md)"}, [missing("b/here.md", "b/Here.md")]
    )
    render(given, notes_mirror)
    assert (given.output_dir / "notes/b/a.md").read_text("utf-8") == "[x](Here.md)"


def test_folders_and_notes_change_places(given: Rendering) -> None:
    render(given, notes_mirror)
    originals = given.notes_folder.folder
    (originals / "plain.md").unlink()
    (originals / "plain.md").mkdir()
    (originals / "plain.md/x.md").write_text("now a folder")
    render(given, notes_mirror)
    assert (given.output_dir / "notes/plain.md/x.md").read_text() == "now a folder"
    (originals / "plain.md/x.md").unlink()
    (originals / "plain.md").rmdir()
    (originals / "plain.md").write_text("a note again")
    render(given, notes_mirror)
    assert (given.output_dir / "notes/plain.md").read_text() == "a note again"


@pytest.mark.parametrize("output", [".", "notes/output", "notes"])
@pytest.mark.parametrize("journal", [True, False])
def test_originals_are_never_in_danger(given: Rendering, output: str, journal: bool, tmp_path: Path) -> None:
    if journal:
        (tmp_path / output).mkdir(exist_ok=True)
        (tmp_path / output / "edits.jsonl").touch()
    before = tree(given.notes_folder.folder)
    with pytest.raises(UserError, match="OUTPUT_DIR"):
        render(replace(given, output_dir=tmp_path / output), notes_mirror)
    assert tree(given.notes_folder.folder) == before


def test_outputs_inside_the_notes_are_not_read_as_notes(given: Rendering, tmp_path: Path) -> None:
    output = tmp_path / "notes/output"
    inside = replace(given, notes_folder=NotesFolder(tmp_path / "notes", skip=output), output_dir=output)
    before = [note.path for note in inside.notes_folder]
    render(inside, notes_mirror)
    render(inside, notes_mirror)
    assert [note.path for note in inside.notes_folder] == before
    assert not (output / "notes/output").exists()


def test_files_that_notes_mention_are_copied_along(tmp_path: Path) -> None:
    note = {"shown.md": "![x](figures/a%20b.png) [gone](figures/gone.png)"}
    seen = [standing("figures/a%20b.png"), standing("figures/gone.png", Outcome.GONE, Verdict.DEAD)]
    for name in ("figures/a b.png", "unused.png"):
        (tmp_path / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "notes" / name).write_bytes(name.encode())
    given = rendering(tmp_path, note, seen)
    render(given, notes_mirror)
    assert set(tree(given.output_dir / "notes")) == {"shown.md", "figures/a b.png"}
    assert (given.output_dir / "notes/figures/a b.png").read_bytes() == b"figures/a b.png"


def test_originals_inside_the_mirror_are_in_no_danger_either(given: Rendering, tmp_path: Path) -> None:
    (tmp_path / "edits.jsonl").touch()
    before = tree(tmp_path / "notes")
    with pytest.raises(UserError, match="OUTPUT_DIR"):
        render(replace(given, notes_folder=NotesFolder(tmp_path / "notes" / "2022"), output_dir=tmp_path), notes_mirror)
    assert tree(tmp_path / "notes") == before


def test_somebody_elses_notes_are_not_overwritten(given: Rendering) -> None:
    theirs = given.output_dir / "notes" / "x.md"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    with pytest.raises(UserError, match=r"x\.md was not written by this program"):
        render(given, notes_mirror)
    assert theirs.read_text() == "theirs"


def test_a_hidden_folder_among_the_notes_may_hold_the_output(given: Rendering) -> None:
    render(replace(given, output_dir=given.notes_folder.folder / ".mended"), notes_mirror)
    assert (given.notes_folder.folder / ".mended/notes/plain.md").is_file()


@pytest.mark.parametrize(
    ("base", "images", "shown"),
    [
        ("https://img.example/x", "output/images", "https://img.example/x/ab/abcd.png"),
        ("https://img.example/x/", "output/images", "https://img.example/x/ab/abcd.png"),
        (None, "my pictures (1)", "../../../my%20pictures%20%281%29/ab/abcd.png"),
    ],
)
def test_where_pictures_are_shown_from(
    given: Rendering, tmp_path: Path, base: str | None, images: str, shown: str
) -> None:
    keep(tmp_path / images)
    render(replace(given, image_store=FolderImageStore(tmp_path / images, base or "")), notes_mirror)
    text = (given.output_dir / "notes/b/a b.markdown").read_text("utf-8")
    assert f"![]({shown})" in text
    assert PICTURE.title in text


def test_a_picture_that_is_not_there_any_more_is_not_shown_from_there(given: Rendering, tmp_path: Path) -> None:
    render(replace(given, image_store=FolderImageStore(tmp_path / "emptied")), notes_mirror)
    assert f"![]({SHOWN})" in (given.output_dir / "notes/a.md").read_text("utf-8")


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.csv"
    with replace_atomically(path) as draft:
        draft.write_text("first")
    with suppress(RuntimeError), replace_atomically(path) as draft:
        draft.write_text("second, cut off")
        raise RuntimeError
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]


def test_a_link_is_replaced_though_it_leads_to_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("same")
    (tmp_path / "x.csv").symlink_to(tmp_path / "mine")
    with replace_atomically(tmp_path / "x.csv") as draft:
        draft.write_text("same")
    assert not (tmp_path / "x.csv").is_symlink()
