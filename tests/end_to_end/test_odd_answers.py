"""The table of odd answers, crawled night by night: verdicts, reasons and what stands in the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.odd_answers import Group, Row, Seen, bundles, crawl_group

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Group], dict[str, Seen]]:
    """Return what crawls a group once, and then returns what came out for each of its rows."""
    seen: dict[str, dict[str, Seen]] = {}

    def crawl(group: Group) -> dict[str, Seen]:
        if group.name not in seen:
            with crawl_group(group, tmp_path_factory.mktemp("odd-answers")) as (_, rows):
                seen[group.name] = rows
        return seen[group.name]

    return crawl


ROWS = [
    pytest.param(group, row, id=row.name, marks=pytest.mark.xdist_group(f"odd answers: {group.name}"))
    for group in bundles()
    for row in group.rows
]


@pytest.mark.parametrize(("group", "row"), ROWS)
def test_row_is_right(crawled: Callable[[Group], dict[str, Seen]], group: Group, row: Row) -> None:
    assert list(crawled(group)[row.name].faults(row)) == []
