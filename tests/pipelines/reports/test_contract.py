"""Every output keeps the contract."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING

import pytest

from crawler.settings import OUTPUTS
from pipelines.reports import contract
from pipelines.reports.contract import (
    FragmentOutput,
    LinkFrameOutput,
    LinkOutput,
    NoteBatchOutput,
    NoteOutput,
    WholeOutput,
)
from tests.support.crawling import Desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FUNCTIONS: dict[str, Callable[..., object]] = {
    "by_link": LinkOutput.by_link,
    "by_links": LinkFrameOutput.by_links,
    "note_fragment": FragmentOutput.note_fragment,
    "by_note": NoteOutput.by_note,
    "by_notes": NoteBatchOutput.by_notes,
    "render": WholeOutput.render,
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_keep_the_contract(name: str) -> None:
    output = import_module(name)
    found = {each: getattr(output, each) for each in FUNCTIONS if hasattr(output, each)}
    assert set(found) - {"note_fragment"} != set()
    assert ("note_fragment" in found) == ("by_note" in found or "by_notes" in found)
    for each, function in found.items():
        assert len(signature(function).parameters) == len(signature(FUNCTIONS[each]).parameters) - 1, each  # self
    assert set(getattr(output, "INPUTS", ())) <= {
        *(contract.LINKS, contract.PAPERS, contract.NOTES, contract.RUN, contract.LANGUAGE)
    }
    assert all(isinstance(file, str) for file in output.FILES)


def test_the_contract_names_every_function_and_constant() -> None:
    assert contract.__doc__ is not None
    assert [f"- `{each}" in contract.__doc__ for each in (*FUNCTIONS, "FILES", "INPUTS", "SHOWS_CHANGES")] == [True] * 9


@pytest.mark.parametrize("name", ["pipelines.reports.csv.changed", "nowhere.at.all", "json.", "a b"])
def test_an_output_that_does_not_exist_is_named_before_the_run(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path, {}, published=("json.tool", name))
    desk.write("a.md", "no links")
    done = desk.crawl()
    assert done.returncode == 2
    assert done.stderr.partition(";")[0].strip() == f"notemend: OUTPUTS: {name}: no such module"
    assert not desk.output.exists()
