"""What has not changed since the last publish is not rendered again, and what has is as if all of it were."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Repository
from crawler.notes.parser import parse_file
from crawler.settings import OUTPUTS
from crawler.store.schema.tables import fragments, outputs
from pipelines.reports.planning import outputs as planning_outputs
from pipelines.reports.planning import planned_notes
from pipelines.reports.planning.originals import plan_note_edits
from pipelines.reports.planning.planned_notes import PlannedNote
from pipelines.reports.render import render
from tests.support.mending import NOW, PICTURE, STORE, keep, moved, read, rendering, result_of, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import ModuleType

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Note
    from crawler.models.notes.note_file import NoteFile
    from pipelines.reports.contract import Rendering

NOTE = """# 笔记（2022.5.31）

1. [目标检测综述](https://mp.weixin.qq.com/s/A)
   - Paper: [Loops in Sight](https://arxiv.org/pdf/2204.00001)
   - Code: [x](https://github.com/old/loops)

![](https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png&wxfrom=5)
![](img/x.png)
"""
OTHER = "# 另一篇（2022.6.1）\n\n1. [Second](https://arxiv.org/abs/2103.00002) [gone](https://github.com/gone/gone)\n"
INDEX = "# Index\n\n- [a](2022/a.md) 2022.5.31\n- [b](b.md) 2022.6.1\n"
SAMPLE = {"2022/a.md": NOTE, "b.md": OTHER, "index.md": INDEX}
MODULES = [import_module(name) for name in OUTPUTS]


def made(folder: Path) -> Rendering:
    given = rendering(folder, SAMPLE, STORE)
    (folder / "notes/2022/img").mkdir()
    (folder / "notes/2022/img/x.png").write_bytes(b"x")
    given.store.start_run(NOW)
    return replace(given, rewrite=given.rewrite | {"index", "missing", "marks"})


def content(given: Rendering) -> dict[str, bytes]:
    folder = given.output_dir
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def times(given: Rendering) -> dict[str, int]:
    folder = given.output_dir
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in files}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths of notes as they are parsed and planned for outputs."""
    seen: list[str] = []

    def spy(note: Note, *rest: Any) -> PlannedNote:
        seen.append(note.path)
        return PlannedNote(note, *rest)

    monkeypatch.setattr(planned_notes, "PlannedNote", spy)
    return seen


def test_all_outputs_together_parse_a_note_once(tmp_path: Path, parsed: list[str]) -> None:
    render(made(tmp_path), *MODULES)
    assert parsed == sorted(SAMPLE)


def test_what_has_not_changed_is_left_as_it_is(tmp_path: Path, parsed: list[str]) -> None:
    given = made(tmp_path)
    render(given, *MODULES)
    first, before = times(given), content(given)
    parsed.clear()
    render(given, *MODULES)
    assert parsed == []
    assert content(given) == before
    written = {path for path, time in times(given).items() if time != first[path]}
    assert written <= {"report.html", "edits.jsonl", "notes/2022/img/x.png"}


def test_an_output_that_has_not_changed_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = made(tmp_path)
    render(given, *OUTPUTS)
    before, imported = content(given), list[str]()

    def spy(name: str) -> ModuleType:
        imported.append(name)
        return import_module(name)

    monkeypatch.setattr(planning_outputs, "import_module", spy)
    render(given, *OUTPUTS)
    assert imported == ["pipelines.reports.shown_copies", "pipelines.reports.notes_mirror"]
    assert content(given) == before
    given.store.save([result_of(standing("https://github.com/gone/gone"))])
    (given.output_dir / "papers.bib").unlink()
    render(given, *OUTPUTS)
    assert set(imported) == set(OUTPUTS)


def test_edits_of_notes_that_have_not_changed_are_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = made(tmp_path)
    render(given, *MODULES)
    expected = in_place(given, anew=True)
    assert any(expected.values())
    parsed: list[str] = []

    def spy(file: NoteFile) -> Note:
        parsed.append(file.path)
        return parse_file(file)

    monkeypatch.setattr(given.notes_folder, "parse", spy)
    assert in_place(given) == expected
    assert parsed == []
    file = given.notes_folder.folder / "b.md"
    file.write_text(file.read_text().replace("gone/gone", "old/loops"))
    changed = in_place(given)
    assert set(parsed) == {"b.md"}
    assert changed["b.md"] != expected["b.md"]
    assert changed == in_place(given, anew=True)


def test_a_note_is_planned_again_when_a_link_of_it_changes(tmp_path: Path, parsed: list[str]) -> None:
    given = made(tmp_path)
    render(given, *MODULES)
    parsed.clear()
    given.store.save([result_of(standing("https://github.com/gone/gone"))])
    render(given, *MODULES)
    assert parsed == ["b.md"]


def test_all_is_rendered_in_the_language_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = made(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    render(given, *OUTPUTS)
    english = content(given)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    render(given, *OUTPUTS)
    chinese = content(given)
    assert chinese["summary.md"] != english["summary.md"]
    with given.store._write() as connection:
        connection.execute(sa.delete(outputs))
    render(given, *OUTPUTS)
    assert content(given) == chinese


@pytest.mark.parametrize("name", ["entries.csv", "link_health.csv", "papers.bib", "notes/b.md"])
def test_an_output_that_somebody_changed_is_made_again(tmp_path: Path, name: str) -> None:
    given = made(tmp_path)
    render(given, *MODULES)
    before = content(given)
    (given.output_dir / name).write_text("somebody else's")
    render(given, *MODULES)
    assert content(given) == before
    (given.output_dir / name).unlink()
    render(given, *MODULES)
    assert content(given) == before


def test_a_note_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    given = made(tmp_path)
    render(given, *MODULES)
    (given.notes_folder.folder / "b.md").unlink()
    read(given)
    render(given, *MODULES)
    assert given.store.fragments("b.md") == {}
    assert b"b.md" not in (given.output_dir / "entries.csv").read_bytes()


# --- publishing piece by piece is publishing as a whole ---------------------------------------------------------------


def note_edited(given: Rendering) -> Rendering:
    file = given.notes_folder.folder / "b.md"
    file.write_text(file.read_text() + "\n2. [more](https://arxiv.org/abs/2204.00001)\n")
    read(given)
    return given


def note_added(given: Rendering) -> Rendering:
    (given.notes_folder.folder / "c.md").write_text("# t（2022.7.1）\n\nhttps://github.com/old/loops\n")
    read(given)
    return given


def link_died(given: Rendering) -> Rendering:
    given.store.save([result_of(standing("https://github.com/kept/second", Outcome.GONE, Verdict.DEAD))])
    return given


def stars_changed(given: Rendering) -> Rendering:
    state = moved("https://github.com/old/loops", "https://github.com/new/loops", Repository("new/loops", stars=9))
    given.store.save([result_of(state)])
    return given


def checked_later(given: Rendering) -> Rendering:
    state = STORE[0]
    assert state.check is not None
    given.store.save([result_of(replace(state, check=replace(state.check, checked_at=NOW + timedelta(days=1))))])
    return given


def image_lost(given: Rendering) -> Rendering:
    (given.output_dir / "images" / PICTURE.title).unlink(missing_ok=True)
    return given


def image_found(given: Rendering) -> Rendering:
    keep(given.output_dir / "images")
    return given


def setting_changed(given: Rendering) -> Rendering:
    return replace(given, rewrite=given.rewrite ^ {"pictures"})


def attachment_changed(given: Rendering) -> Rendering:
    (given.notes_folder.folder / "2022/img/x.png").write_bytes(b"another")
    return given


CHANGES: list[Callable[[Rendering], Rendering]] = [
    note_edited,
    note_added,
    link_died,
    stars_changed,
    checked_later,
    image_lost,
    image_found,
    setting_changed,
    attachment_changed,
]


def in_place(given: Rendering, *, anew: bool = False) -> dict[str, tuple[Edit, ...]]:
    """Return the edits of the notes themselves by path, saved ones where nothing has changed, or all planned anew."""
    registered = {} if anew else given.store.registered_notes()
    return {file.path: edits for file, edits in plan_note_edits(replace(given, registered=registered))}


def publish_piece_by_piece(folder: Path, changes: Iterable[Callable[[Rendering], Rendering]]) -> None:
    """Publish after each change, and assert that publishing all of it anew gives the same bytes."""
    given = made(folder)
    render(given, *MODULES)
    for change in changes:
        given = change(given)
        assert in_place(given) == in_place(given, anew=True)
        render(given, *MODULES)
        assert in_place(given) == in_place(given, anew=True)
    pieces = content(given)
    with given.store._write() as connection:
        connection.execute(sa.delete(fragments))
        connection.execute(sa.delete(outputs))
    render(given, *MODULES)
    assert content(given) == pieces
    given.store.close()


@pytest.mark.parametrize(
    "changes",
    [pytest.param(CHANGES, id="forwards"), pytest.param(CHANGES[::-1], id="backwards", marks=pytest.mark.stress)],
)
def test_publishing_piece_by_piece_gives_the_same_bytes(
    tmp_path: Path, changes: list[Callable[[Rendering], Rendering]]
) -> None:
    publish_piece_by_piece(tmp_path, changes)


@pytest.mark.stress
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4))
def test_publishing_pieces_in_any_order_gives_the_same_bytes(
    tmp_path: Path, changes: list[Callable[[Rendering], Rendering]]
) -> None:
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    publish_piece_by_piece(tmp_path, changes)


def test_links_of_registered_notes_are_those_of_their_urls(tmp_path: Path) -> None:
    given = made(tmp_path)
    registered = replace(given, registered=given.store.registered_notes())
    for note in given.notes_folder:
        assert registered.is_registered(note.as_file)
        assert not given.is_registered(note.as_file)
        found = registered.link_states(note)
        assert found
        assert found == given.link_states(note)
    path = given.notes_folder.folder / min(SAMPLE)
    path.write_bytes(b"<https://new.example/> and\n\n" + path.read_bytes())
    note = next(iter(given.notes_folder))
    assert not registered.is_registered(note.as_file)
    assert registered.link_states(note) == given.link_states(note)
    assert min(given.link_states(note)) == 1  # the new link is not in the store
