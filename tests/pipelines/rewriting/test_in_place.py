from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.atomic_files import draft_beside
from crawler.config.value_readers import REWRITES
from crawler.errors import UserError
from crawler.models.reasons.reason import Reason, reason_texts
from pipelines.reports import notes_mirror as notes
from pipelines.reports.planning.originals import plan_note_edits
from pipelines.reports.render import render
from pipelines.rewriting import edit_list
from pipelines.rewriting.in_place import editor as in_place
from pipelines.rewriting.in_place.editor import EditReport
from pipelines.rewriting.in_place.journal import Journal
from tests.support.mending import STORE, missing, read, rendering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note_file import NoteFile
    from pipelines.reports.contract import Rendering

SHOWN = STORE[-1].link.url
NOTE = f"1. [t](https://mp.weixin.qq.com/s/A)\n   - Paper: [p](https://arxiv.org/pdf/2204.00001)\n\n![]({SHOWN})\n"
NOTES = {
    "2022/五月/0531.md": NOTE,
    "a.md": NOTE.replace("\n", "\r\n"),
    "bom.md": "\ufeff" + NOTE.rstrip(),
    "plain.md": "# nothing to mend\r\n",
}
MENDED = """1. [t](https://mp.weixin.qq.com/s/A)
   - Paper: [p](https://arxiv.org/abs/2204.00001)
   - Authors: Ada Lovelace, Emmy Noether
   - Venue: CVPR 2022

![](../../../output/images/ab/abcd.png)
"""


@pytest.fixture
def given(tmp_path: Path) -> Rendering:
    return rendering(tmp_path, NOTES, STORE)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def plan(given: Rendering) -> Iterator[tuple[NoteFile, tuple[Edit, ...]]]:
    return plan_note_edits(replace(given, past_edits=Journal(given.output_dir).past_edits()))


def edit(given: Rendering) -> EditReport:
    read(given)
    return in_place.edit_notes(given.notes_folder.folder, plan(given), Journal(given.output_dir))


def undo(given: Rendering, number: int | None = None) -> EditReport:
    return in_place.undo(given.output_dir, given.notes_folder.folder, number)


def test_notes_are_edited_where_they_lie_and_given_back(given: Rendering) -> None:
    folder = given.notes_folder.folder
    before = tree(folder)
    (folder / "a.md").chmod(0o640)
    report = edit(given)
    assert report == EditReport("run 1: 12 edits in 3 notes", (), failed=False)
    after = tree(folder)
    assert after["2022/五月/0531.md"].decode() == MENDED
    assert after["bom.md"].startswith(b"\xef\xbb\xbf1. ")
    assert not after["bom.md"].endswith(b"\n")
    assert after["a.md"].count(b"\n") == after["a.md"].count(b"\r\n") == 6
    assert after["plain.md"] == before["plain.md"]
    assert (folder / "a.md").stat().st_mode & 0o777 == 0o640
    assert edit(given) == EditReport("nothing to edit", (), failed=False)
    assert not (given.output_dir / "in_place/2").exists()
    assert undo(given) == EditReport("run 1 undone: 3 notes restored", (), failed=False)
    assert tree(folder) == before
    assert (folder / "a.md").stat().st_mode & 0o777 == 0o640


def test_the_journal_can_be_read_by_a_person(given: Rendering) -> None:
    before = tree(given.notes_folder.folder)
    edit(given)
    run = given.output_dir / "in_place/1"
    assert tree(run / "notes") == {path: data for path, data in before.items() if path != "plain.md"}
    text = (run / "journal.jsonl").read_text("utf-8")
    first, second, *_ = map(json.loads, text.splitlines())
    assert list(first) == ["note", "folder", "before", "after", "edits"]
    assert first["note"] == "2022/五月/0531.md"
    assert second == {"note": "2022/五月/0531.md", "made": True}
    assert "五月" in text


def test_a_run_knows_its_files(given: Rendering) -> None:
    edit(given)
    (run,) = Journal(given.output_dir).runs()
    folder = given.output_dir / "in_place/1"
    assert sorted(run.files()) == sorted(path for path in folder.rglob("*") if path.is_file())
    (folder / "notes/a.md").unlink()
    assert folder / "notes/a.md" not in run.files()


@pytest.mark.parametrize("number", [None, 1])
def test_what_a_person_edited_since_is_left_alone(given: Rendering, number: int | None) -> None:
    folder = given.notes_folder.folder
    before = tree(folder)
    edit(given)
    (folder / "a.md").write_text("mine now")
    (folder / "bom.md").unlink()
    assert undo(given, number) == EditReport(
        "run 1 undone: 1 note restored",
        ("a.md: edited since run 1; skipped", "bom.md: note does not exist; skipped"),
        failed=True,
    )
    assert tree(folder) == {
        "2022/五月/0531.md": before["2022/五月/0531.md"],
        "a.md": b"mine now",
        "plain.md": before["plain.md"],
    }


def test_runs_are_undone_one_after_the_other(given: Rendering) -> None:
    folder = given.notes_folder.folder
    before = tree(folder)
    edit(replace(given, rewrite=frozenset(REWRITES["links"])))
    between = tree(folder)
    assert edit(given).summary == "run 2: 9 edits in 3 notes"
    assert undo(given, 1).skipped[0] == "2022/五月/0531.md: edited since run 1; skipped"
    assert undo(given).summary == "run 2 undone: 3 notes restored"
    assert tree(folder) == between
    assert undo(given, 1).summary == "run 1 undone: 3 notes restored"
    assert tree(folder) == before
    assert undo(given, 1).summary == "run 1 undone: 0 notes restored"
    for number, message in [(None, "nothing to undo"), (7, "--run 7: no such run")]:
        with pytest.raises(UserError, match=message):
            undo(given, number)


def test_nothing_was_ever_edited(given: Rendering) -> None:
    with pytest.raises(UserError, match="nothing to undo"):
        undo(given)


def test_what_was_undone_is_not_edited_again(given: Rendering) -> None:
    edit(given)
    undo(given)
    assert edit(given) == EditReport("nothing to edit", (), failed=False)
    render(replace(given, past_edits=Journal(given.output_dir).past_edits()), notes)
    assert (given.output_dir / "edits.jsonl").read_bytes() == b""


def with_texts_for_reasons(given: Rendering) -> None:
    """Write the journal anew as it was written when reasons were texts."""
    for journal in (given.output_dir / "in_place").glob("*/journal.jsonl"):
        lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
        for each in chain.from_iterable(line.get("edits", ()) for line in lines):
            reason = Reason.decoded(each.pop("code"))
            each["reason"] = reason_texts()[reason.code].former[0]
            assert not reason.details
        journal.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")


@pytest.mark.parametrize("texts", [False, True], ids=["codes", "texts"])
def test_an_edit_that_a_person_took_back_is_not_made_again(given: Rendering, *, texts: bool) -> None:
    edit(given)
    if texts:
        with_texts_for_reasons(given)
    note = given.notes_folder.folder / "2022/五月/0531.md"
    note.write_text(MENDED.replace("/abs/", "/pdf/").replace("   - Venue: CVPR 2022\n", ""))
    taken_back = note.read_bytes()
    assert edit(given) == EditReport("nothing to edit", (), failed=False)
    assert note.read_bytes() == taken_back


@pytest.mark.parametrize("cut", [0, 1, 200, -40, -1])
def test_killed_after_the_plan(given: Rendering, cut: int) -> None:
    """What was planned only is no edit: it is neither undone nor taken for taken back."""
    folder = given.notes_folder.folder
    before = tree(folder)
    note, edits = next(plan(given))
    Journal(given.output_dir).next().plan(note, folder, edit_list.apply_edits(note.data, edits), edits)
    lines = given.output_dir / "in_place/1/journal.jsonl"
    lines.write_bytes(lines.read_bytes()[: cut or None])
    ours, theirs = draft_beside(folder / note.path), draft_beside(folder / note.path, os.getppid())
    for draft in (ours, theirs):
        draft.write_text("half a no")
    assert edit(given).summary == "run 2: 12 edits in 3 notes"
    if not cut:  # drafts come after the plan, so only the folders of planned notes are looked through
        assert list(folder.rglob("*.part")) == [theirs]
    for draft in folder.rglob("*.part"):
        draft.unlink()
    assert undo(given).summary == "run 2 undone: 3 notes restored"
    assert tree(folder) == before
    assert undo(given).summary == "run 1 undone: 0 notes restored"
    assert tree(folder) == before


def test_killed_before_the_edit_was_confirmed(given: Rendering) -> None:
    before = tree(given.notes_folder.folder)
    edit(given)
    lines = given.output_dir / "in_place/1/journal.jsonl"
    plans = [line for line in lines.read_text("utf-8").splitlines(keepends=True) if '"made"' not in line]
    lines.write_text("".join(plans))
    assert edit(given).summary == "nothing to edit"
    assert undo(given).summary == "run 1 undone: 3 notes restored"
    assert tree(given.notes_folder.folder) == before


def meanwhile(given: Rendering, path: str, happens: object) -> EditReport:
    """Edit while something happens to a note between its being read and its being written."""
    folder = given.notes_folder.folder

    def events() -> Iterator[tuple[NoteFile, tuple[Edit, ...]]]:
        for note, edits in plan(given):
            if note.path == path:
                if happens == "saved":
                    (folder / path).write_text("just saved")
                elif happens == "deleted":
                    (folder / path).unlink()
                else:
                    (folder / path).unlink()
                    (folder / path).mkdir()
            yield note, edits

    return in_place.edit_notes(folder, events(), Journal(given.output_dir))


def test_a_note_saved_meanwhile_keeps_what_was_saved(given: Rendering) -> None:
    report = meanwhile(given, "a.md", "saved")
    assert report.skipped == ("a.md: modified during run; skipped",)
    assert not report.failed
    assert report.summary == "run 1: 8 edits in 2 notes"
    assert (given.notes_folder.folder / "a.md").read_text() == "just saved"
    assert undo(given).skipped == ("a.md: edited since run 1; skipped",)


@pytest.mark.parametrize(
    ("happens", "why"), [("deleted", "No such file or directory"), ("a folder in its place", "Is a directory")]
)
def test_a_note_that_cannot_be_written_is_an_error_and_the_others_are_edited(
    given: Rendering, happens: str, why: str
) -> None:
    report = meanwhile(given, "a.md", happens)
    assert report == EditReport("run 1: 8 edits in 2 notes", (f"a.md: cannot write: {why}; skipped",), failed=True)
    assert not list(given.notes_folder.folder.rglob(".notemend*"))


@pytest.mark.parametrize("texts", [False, True], ids=["codes", "texts"])
def test_an_index_page_is_completed_once(tmp_path: Path, *, texts: bool) -> None:
    lines = [f"- [t{day}](2026/05{day:02}.md)\n" for day in range(1, 6)]
    notes = {f"2026/05{day:02}.md": f"# t{day} (2026.5.{day})\n" for day in range(1, 6)}
    given = rendering(tmp_path, notes | {"README.md": "updated: 2026.5.1\n\n" + "".join(lines[:3])}, [])
    assert edit(given).summary == "nothing to edit"
    given = replace(given, rewrite=frozenset({"index"}))
    assert edit(given).summary == "run 1: 3 edits in 1 note"
    if texts:
        with_texts_for_reasons(given)
    index = given.notes_folder.folder / "README.md"
    titled = [f"- [t{day} (2026.5.{day})](2026/05{day:02}.md)\n" for day in (4, 5)]
    assert index.read_text() == "updated: 2026.5.5\n\n" + "".join([*lines[:3], *titled])
    taken_out = index.read_text().replace(titled[0], "").replace("2026.5.5\n\n", "2026.5.1\n\n")
    index.write_text(taken_out)
    assert edit(given).summary == "nothing to edit"
    (given.notes_folder.folder / "2026/0506.md").write_text("# t6 (2026.5.6)\n")
    assert edit(given).summary == "run 2: 2 edits in 1 note"
    assert index.read_text() == taken_out.replace("2026.5.1\n", "2026.5.6\n") + "- [t6 (2026.5.6)](2026/0506.md)\n"


def test_a_note_whose_link_is_mended_is_not_added(tmp_path: Path) -> None:
    lines = [f"- [t{day}](2026/05{day:02}.md)\n" for day in range(1, 5)]
    notes = {f"2026/05{day:02}.md": f"# 2026.5.{day}\n" for day in range(1, 5)}
    notes["README.md"] = "".join(lines).replace("0504.md", "0504.MD")
    given = rendering(tmp_path, notes, [missing("2026/0504.MD", "2026/0504.md")])
    edit(replace(given, rewrite=frozenset({"index", *REWRITES["links"]})))
    assert (given.notes_folder.folder / "README.md").read_text() == "".join(lines)


def test_a_note_that_a_link_may_mean_is_not_added(tmp_path: Path) -> None:
    lines = [f"- [t{day}](2026/05{day:02}.md)\n" for day in range(1, 5)]
    notes = {f"2026/05{day:02}.md": f"# 2026.5.{day}\n" for day in range(1, 5)}
    notes["README.md"] = "".join(lines).replace("0504", "05004")
    given = rendering(tmp_path, notes, [missing("2026/05004.md", "2026/0504.md")])
    edit(replace(given, rewrite=frozenset({"index", *REWRITES["links"]})))
    assert (given.notes_folder.folder / "README.md").read_text() == notes["README.md"]


def test_a_note_with_rewrites_of_its_own_gets_only_these(given: Rendering) -> None:
    before = tree(given.notes_folder.folder)
    edit(replace(given, rewrites={"*.md": frozenset(), "a.md": given.rewrite}))
    assert tree(given.notes_folder.folder) == before
    edit(replace(given, rewrites={"a.md": frozenset(), "*": given.rewrite}))
    after = tree(given.notes_folder.folder)
    assert {path for path in before if before[path] != after[path]} == {"2022/五月/0531.md", "bom.md"}


def test_a_folder_that_vanished_is_not_made_again(given: Rendering) -> None:
    folder = given.notes_folder.folder

    def vanishing() -> Iterator[tuple[NoteFile, tuple[Edit, ...]]]:
        note, edits = next(plan(given))
        shutil.rmtree(folder / "2022")
        yield note, edits

    assert in_place.edit_notes(folder, vanishing(), Journal(given.output_dir)).failed
    assert not (folder / "2022").exists()


def test_what_could_not_be_restored_can_be_later(given: Rendering) -> None:
    folder = given.notes_folder.folder
    before = tree(folder)
    edit(given)
    (folder / "a.md").rename(folder / "elsewhere.md")
    (folder / "a.md").mkdir()
    assert undo(given).skipped == ("a.md: cannot write: Is a directory; skipped",)
    (folder / "a.md").rmdir()
    (folder / "elsewhere.md").rename(folder / "a.md")
    assert undo(given) == EditReport("run 1 undone: 1 note restored", (), failed=False)
    assert tree(folder) == before


def test_links_to_notes_are_not_followed(given: Rendering) -> None:
    folder = given.notes_folder.folder
    real = folder / "a.txt"  # inside the folder, or it would not even be read
    (folder / "a.md").rename(real)
    (folder / "a.md").symlink_to(real)
    before = real.read_bytes()
    report = edit(given)
    assert report.skipped == ("a.md: is a symbolic link; skipped",)
    assert not report.failed
    assert real.read_bytes() == before
    assert (folder / "a.md").is_symlink()


def test_undoing_follows_no_links_either(given: Rendering, tmp_path: Path) -> None:
    folder = given.notes_folder.folder
    edit(given)
    (folder / "2022").rename(tmp_path / "elsewhere")
    (folder / "2022").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path / "elsewhere")
    assert undo(given).skipped == ("2022/五月/0531.md: is a symbolic link; skipped",)
    assert tree(tmp_path / "elsewhere") == before


@pytest.mark.parametrize("path", [r"a\u0000.md", r"\ud800.md"])
def test_a_journal_with_what_is_no_path_is_one_line(given: Rendering, path: str) -> None:
    edit(given)
    lines = given.output_dir / "in_place/1/journal.jsonl"
    lines.write_text(lines.read_text("utf-8").replace('"note": "a.md"', f'"note": "{path}"'))
    with pytest.raises(UserError, match=r"in_place/1/journal\.jsonl: invalid record "):
        undo(given)


@pytest.mark.parametrize("path", ["../a.md", "/etc/a.md", "2022/../../a.md"])
def test_a_journal_that_leads_out_of_the_folder_is_not_followed(given: Rendering, path: str) -> None:
    edit(given)
    lines = given.output_dir / "in_place/1/journal.jsonl"
    lines.write_text(lines.read_text("utf-8").replace('"note": "a.md"', f'"note": "{path}"'))
    assert f"{path}: outside the notes folder; skipped" in undo(given).skipped


@pytest.mark.parametrize("path", [".git/config", "sub/.git/a.md", ".a.md", "node_modules/a.md", "a.py"])
def test_a_journal_restores_nothing_but_notes(given: Rendering, path: str) -> None:
    """A journal that came with a repository could bring a command for git."""
    edit(given)
    file = given.notes_folder.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes((given.notes_folder.folder / "a.md").read_bytes())
    before = file.read_bytes()
    planted = given.output_dir / "in_place/1/notes" / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(given.output_dir / "in_place/1/notes/a.md", planted)
    lines = given.output_dir / "in_place/1/journal.jsonl"
    lines.write_text(lines.read_text("utf-8").replace('"note": "a.md"', f'"note": "{path}"'))
    assert f"{path}: is not a note; skipped" in undo(given).skipped
    assert file.read_bytes() == before


@pytest.mark.parametrize("leads", ["up", "absolute", "link"])
def test_drafts_stay_where_only_a_journal_leads(given: Rendering, tmp_path: Path, leads: str) -> None:
    edit(given)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (given.notes_folder.folder / "link").symlink_to(elsewhere)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    draft = draft_beside(elsewhere / "a.md", ended.pid)
    draft.touch()
    path = {"up": "../elsewhere/a.md", "absolute": f"{elsewhere}/a.md", "link": "link/a.md"}[leads]
    lines = given.output_dir / "in_place/1/journal.jsonl"
    lines.write_text(lines.read_text("utf-8").replace('"note": "a.md"', f'"note": "{path}"'))
    edit(given)
    undo(given, 1)
    assert draft.exists()


def test_a_journal_that_names_another_folder_is_not_followed(given: Rendering, tmp_path: Path) -> None:
    edit(given)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(given.notes_folder.folder, elsewhere)
    before = tree(elsewhere)
    lines = given.output_dir / "in_place/1/journal.jsonl"
    lines.write_text(lines.read_text("utf-8").replace(str(given.notes_folder.folder), str(elsewhere)))
    with pytest.raises(UserError, match=rf"run 1 edited notes in {elsewhere}\. Use notemend undo {elsewhere}$"):
        undo(given)
    assert tree(elsewhere) == before


def test_edits_are_undone_where_the_folder_was_moved_to(given: Rendering, tmp_path: Path) -> None:
    before = tree(given.notes_folder.folder)
    edit(given)
    moved = given.notes_folder.folder.rename(tmp_path / "moved")
    assert not in_place.undo(given.output_dir, moved).failed
    assert tree(moved) == before


def test_an_original_that_is_not_the_original_is_not_restored(given: Rendering) -> None:
    edit(given)
    (given.output_dir / "in_place/1/notes/a.md").write_text("something else")
    assert undo(given).skipped == ("a.md: original is missing in the journal of run 1; skipped",)


@pytest.mark.parametrize("line", ["x", "{}", "[]", '{"note": "a.md"}', '{"note": "a.md", "edits": [{}]}'])
def test_a_damaged_journal_is_one_line(given: Rendering, line: str) -> None:
    edit(given)
    (given.output_dir / "in_place/1/journal.jsonl").write_text(line + "\n")
    with pytest.raises(UserError, match=r"in_place/1/journal\.jsonl.*: invalid "):
        undo(given)


def test_a_journal_that_cannot_be_written_stops_everything(given: Rendering, tmp_path: Path) -> None:
    before = tree(given.notes_folder.folder)
    (given.output_dir / "in_place").symlink_to(tmp_path / "unplugged")
    with pytest.raises(UserError, match=r"in_place: cannot save the original of 2022/.*: File exists"):
        edit(given)
    assert tree(given.notes_folder.folder) == before


@pytest.mark.parametrize(
    "name", ["output", "output/in_place/1", "output/in_place/1/notes/a.md", "output/in_place/1/journal.jsonl"]
)
def test_a_note_is_edited_only_after_original_and_plan_are_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    given = rendering(tmp_path, {"a.md": NOTE}, STORE)
    fsync = os.fsync

    def failing(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == tmp_path / name:
            raise OSError(errno.EIO, "Input/output error", name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(UserError, match=rf"{name}: cannot save the original of a\.md: Input/output error"):
        edit(given)
    assert tree(given.notes_folder.folder) == {"a.md": NOTE.encode()}


@pytest.mark.parametrize("name", ["notes", "notes/.notemend-"])
def test_a_note_counts_as_edited_only_after_it_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    given = rendering(tmp_path, {"a.md": NOTE}, STORE)
    fsync = os.fsync

    def failing(descriptor: int) -> None:
        if str(tmp_path / name) in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(errno.EIO, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    report = edit(given)
    assert report.skipped == ("a.md: cannot write: Input/output error; skipped",)
    assert Journal(given.output_dir).past_edits() == {}


@pytest.mark.parametrize("name", ["in_place", "in_place/1", "in_place/1/journal.jsonl/x"])
def test_a_journal_that_cannot_be_read_is_one_line(given: Rendering, name: str) -> None:
    (given.output_dir / name).parent.mkdir(parents=True, exist_ok=True)
    (given.output_dir / name).write_text("in the way")
    with pytest.raises(UserError, match="in_place.*: (Is|Not) a directory"):
        Journal(given.output_dir).past_edits()


def test_only_one_at_a_time(given: Rendering) -> None:
    edit(given)
    with Journal(given.output_dir).exclusive_lock():
        with pytest.raises(UserError, match="another run is editing"):
            undo(given)
        with pytest.raises(UserError, match="another run is editing"):
            edit(given)
