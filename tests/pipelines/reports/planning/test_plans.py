"""Other processes plan changed notes: the outputs are the same bytes, and what a process does not do is done anyway."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from crawler.run.workspace import open_workspace
from crawler.store.database import sqlite_url
from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.reports.contract import Rendering
from pipelines.reports.planning import plans
from pipelines.reports.planning.digests import NoteVersion, source_of
from pipelines.reports.planning.planner import plan_notes
from pipelines.reports.planning.plans import Ahead, PlanTask
from pipelines.reports.render import render
from tests.pipelines.reports.test_unchanged import MODULES, SAMPLE, content, made, parsed
from tests.support.options import project_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions

__all__ = ["parsed"]


def options(folder: Path) -> CrawlOptions:
    """Return options with two processes, for notes that were made in a folder."""
    places = {
        "NOTES_DIR": str(folder / "notes"),
        "OUTPUT_DIR": str(folder / "output"),
        "DATABASE_URL": sqlite_url(folder / "store.sqlite"),
    }
    return project_options(**places, WORKERS="2", REWRITE="links,pictures,facts,index,missing,marks")


@contextmanager
def opened(folder: Path) -> Iterator[Rendering]:
    """Yield what `scrapy publish` renders of a sample."""
    made(folder).store.close()
    with open_workspace(options(folder)) as workspace:
        yield Rendering.open(options(folder), workspace)


def ahead(folder: Path) -> Ahead:
    return Ahead(options(folder), least_bytes=1)


def outputs(given: Rendering) -> dict[str, bytes]:
    """Return the outputs without the notes folder, which the report has to open notes in an editor."""
    folder = given.notes_folder.folder.resolve().as_posix().encode()
    return {name: data.replace(folder, b"") for name, data in content(given).items()}


def expected(folder: Path) -> dict[str, bytes]:
    """Return the outputs that one process renders."""
    with opened(folder) as given:
        render(given, *MODULES)
        return outputs(given)


@pytest.mark.stress
def test_other_processes_plan_the_same(tmp_path: Path, parsed: list[str]) -> None:
    with opened(tmp_path / "many") as given:
        render(given, *MODULES, ahead=ahead(tmp_path / "many"))
        assert parsed == []
        assert given.store.fragments("b.md")
        assert outputs(given) == expected(tmp_path / "one")
        assert sorted(parsed) == sorted(SAMPLE)


def test_few_notes_are_planned_here(tmp_path: Path, parsed: list[str]) -> None:
    with opened(tmp_path) as given:
        render(given, *MODULES, ahead=Ahead(options(tmp_path)))
    assert sorted(parsed) == sorted(SAMPLE)


def test_what_a_process_does_not_plan_is_planned_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(plans, "PLANNER", "crawler.no_such_module")
    with opened(tmp_path / "many") as given:
        render(given, *MODULES, ahead=ahead(tmp_path / "many"))
        assert outputs(given) == expected(tmp_path / "one")
    assert caplog.messages
    assert all(each.endswith("ended with code 1; its notes are rendered here") for each in caplog.messages)


def test_a_note_that_has_changed_meanwhile_is_left_out(tmp_path: Path) -> None:
    with opened(tmp_path) as given:
        render(given, *MODULES)
        known = given.store.fragments("b.md")
        versions = dict(_versions(given))
        given.store.forget_other_fragments([])
        (tmp_path / "notes/b.md").write_text("# Other\n")
        names = tuple(sorted(known))
        plan_notes(PlanTask(options(tmp_path), names, versions, (), CrossReferenceIndex()))
        assert given.store.fragments("b.md") == {}
        assert given.store.fragments("2022/a.md").keys() == known.keys()


def _versions(given: Rendering) -> Iterator[tuple[str, NoteVersion]]:
    """Yield the notes as they are, by path, with digests that no other version has."""
    for file in given.notes_folder.sources():
        yield file.path, NoteVersion(source_of(file), ("", ""), len(file.raw))
