"""The table of odd answers, crawled night by night: verdicts, reasons and what stands in the notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.odd_answers import NIGHTS, Group, Row, Seen, bundles, crawl_group, groups, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.mark import ParameterSet


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Group], dict[str, Seen]]:
    """Return what crawls a group once, and then returns what came out for each of its rows."""
    seen: dict[str, dict[str, Seen]] = {}

    def crawl(group: Group) -> dict[str, Seen]:
        key = f"{group.name} {group.nights} {len(group.rows)}"
        if key not in seen:
            with crawl_group(group, tmp_path_factory.mktemp("odd-answers")) as (_, rows):
                seen[key] = rows
        return seen[key]

    return crawl


def rows(crawled_together: list[Group]) -> list[ParameterSet]:
    """Return the rows of groups; those of one group run in one process."""
    return [
        pytest.param(group, row, id=row.name, marks=pytest.mark.xdist_group(f"odd answers: {group.name}"))
        for group in crawled_together
        for row in group.rows
    ]


@pytest.mark.parametrize(("group", "row"), rows(bundles(map(sample, groups()))))
def test_row_is_right(crawled: Callable[[Group], dict[str, Seen]], group: Group, row: Row) -> None:
    assert list(crawled(group)[row.name].faults(row)) == []


@pytest.mark.stress
@pytest.mark.parametrize(("group", "row"), rows(bundles(groups())))
def test_row_of_the_whole_table_is_right(crawled: Callable[[Group], dict[str, Seen]], group: Group, row: Row) -> None:
    assert list(crawled(group)[row.name].faults(row)) == []


@pytest.mark.stress
@pytest.mark.parametrize(
    ("group", "row"),
    rows([replace(each, nights=NIGHTS + 1) for each in bundles(groups()) if each.nights == NIGHTS]),
)
def test_row_is_right_the_night_after(crawled: Callable[[Group], dict[str, Seen]], group: Group, row: Row) -> None:
    assert list(crawled(group)[row.name].faults(row)) == []
