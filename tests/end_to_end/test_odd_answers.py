"""The table of odd answers, crawled night by night: verdicts, reasons and what stands in the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.odd_answers import Group, Row, Seen, crawl_group, groups

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """Return what came out for each row of a group."""
    group: Group = request.param
    folder: Path = tmp_path_factory.mktemp(group.name)
    with crawl_group(group, folder) as (_, seen):
        return seen


ROWS = [
    pytest.param(group, row, id=f"{group.name}-{row.name}", marks=pytest.mark.xdist_group(f"odd answers: {group.name}"))
    for group in groups()
    for row in group.rows
]


@pytest.mark.parametrize(("crawled", "row"), ROWS, indirect=["crawled"])
def test_row_is_right(crawled: dict[str, Seen], row: Row) -> None:
    assert list(crawled[row.name].faults(row)) == []
