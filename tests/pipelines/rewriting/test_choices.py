"""Edits that a person accepts one by one, declines, or lists; and the commands that ask."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.actions.reviewing import Review
from crawler.errors import UserError
from crawler.notes import parser
from crawler.program.main import run
from crawler.run.workspace import open_workspace
from pipelines.rewriting.edit_list import apply_edits, to_record
from pipelines.rewriting.in_place.choices import FILE, Declined, Listed, chosen
from tests.support.mending import edits, moved, result_of
from tests.support.options import project_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawler.models.notes.edit import Edit

NAMES = ("one", "two", "three")
TEXT = "".join(f"https://github.com/old/{name}\n" for name in NAMES)
STATES = [moved(f"https://github.com/old/{name}", f"https://github.com/new/{name}") for name in NAMES]


def planned() -> tuple[Edit, ...]:
    found = edits(TEXT, *STATES, path="a.md")
    assert len(found) == 3
    return found


def reviewed(folder: Path, answers: str, edited: Callable[[str], str | None] = lambda _: None) -> str:
    """Return the note after a review in which these keys were typed."""
    note, typed = parser.parse_note("a.md", TEXT.encode()), iter(answers)
    review = Review(Declined(folder), lambda _: next(typed), edited)
    made = apply_edits(note.data, chosen(note.as_file, planned(), review.choose, lambda _: note)).decode()
    assert list(typed) == []
    return "".join("+" if f"new/{name}\n" in made else "-" for name in NAMES) if "/x" not in made else made


@pytest.mark.parametrize(
    ("answers", "made"),
    [("yny", "+-+"), ("a", "+++"), ("na", "-++"), ("yq", "+--"), ("??Yq", "+--"), ("q", "---"), ("eq", "---")],
)
def test_keys(tmp_path: Path, answers: str, made: str) -> None:
    assert reviewed(tmp_path, answers) == made


def test_another_text_is_written(tmp_path: Path) -> None:
    assert reviewed(tmp_path, "eq", lambda text: f"{text}/x\n").splitlines()[0] == "https://github.com/new/one/x"


def test_what_was_declined_is_not_asked_again(tmp_path: Path) -> None:
    assert reviewed(tmp_path, "nyq") == "-+-"
    assert reviewed(tmp_path, "yy") == "-++"
    (tmp_path / FILE).unlink()
    assert reviewed(tmp_path, "yyy") == "+++"


def test_a_line_that_a_full_disk_cut_off_does_not_count(tmp_path: Path) -> None:
    assert reviewed(tmp_path, "nyq") == "-+-"
    file = tmp_path / FILE
    file.write_text(file.read_text("utf-8") + '{"note": "a', "utf-8")
    assert reviewed(tmp_path, "ny") == "--+"
    assert reviewed(tmp_path, "y") == "--+"


def test_listed_edits_alone_are_made(tmp_path: Path) -> None:
    note, (first, second, third) = parser.parse_note("a.md", TEXT.encode()), planned()
    file = tmp_path / "some.jsonl"
    records = [to_record(first), to_record(third) | {"new": "something else"}]
    file.write_text("\n".join(map(json.dumps, records)) + "\n\n", "utf-8")
    listed = Listed(file)
    assert chosen(note.as_file, (first, second, third), listed.choose, lambda _: note) == (first,)
    assert listed.left.total() == 1


@pytest.mark.parametrize("text", ["{}", "[]", "x", '{"note": "a.md"}', pytest.param("[" * 99_999, id="deep")])
def test_a_file_without_edits_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(UserError, match="some.jsonl:1: not an edit"):
        Listed(file)
    with pytest.raises(UserError, match="No such file"):
        Listed(tmp_path / "none")


@pytest.mark.parametrize("wrong", [{"start": [1]}, {"note": {}}, {"new": []}])
def test_an_edit_with_wrong_values_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(json.dumps(to_record(planned()[0]) | wrong), "utf-8")
    with pytest.raises(UserError, match="some.jsonl:1: not an edit"):
        Listed(file)


def test_the_commands_ask_and_remember(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    note, output = tmp_path / "notes/a.md", tmp_path / "output"
    note.parent.mkdir()
    note.write_text(TEXT, "utf-8")
    with open_workspace(project_options(NOTES_DIR=str(note.parent), OUTPUT_DIR=str(output))) as workspace:
        for each in (datetime.now(UTC), datetime.now(UTC)):  # a move is confirmed by two runs
            workspace.store.start_run(each)
            workspace.read(each)
            workspace.store.save([result_of(state) for state in STATES])
            workspace.store.finish_run(each)
    words = [str(note.parent), "-s", f"OUTPUT_DIR={output}"]
    monkeypatch.setattr("sys.stdin", io.StringIO("n\ny\nq\n"))
    assert run(["review", *words]) == 0
    assert "run 1: 1 edit in 1 note" in capsys.readouterr().out
    assert note.read_text("utf-8") == TEXT.replace("old/two", "new/two")
    assert run(["diff", *words]) == 0
    assert "+https://github.com/new/one" not in capsys.readouterr().out
    assert run(["publish", *words]) == 0
    lines = [line for line in (output / "edits.jsonl").read_text("utf-8").splitlines() if "new/three" in line]
    (tmp_path / "some.jsonl").write_text("\n".join(lines), "utf-8")
    assert run(["apply", *words, "--edits", str(tmp_path / "some.jsonl")]) == 0
    assert note.read_text("utf-8") == TEXT.replace("old/two", "new/two").replace("old/three", "new/three")
    assert run(["undo", *words]) == 0
