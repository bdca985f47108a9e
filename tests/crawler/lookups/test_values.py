"""Whatever stands in an answer, it is read: a value that is none is absent, and what was read can be stored."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.lookups import values
from crawler.lookups.arxiv import _id_and_version
from crawler.lookups.bibliographies.openalex import parse_work
from crawler.lookups.bibliographies.semantic_scholar import parse_record
from crawler.lookups.github import graphql, rest
from crawler.store.schema import mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGES = Path(__file__).parents[2] / "pages"
DAY = datetime(2026, 11, 20, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, float("inf"), "", "many", "x \ud800", "\0", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59+14:00", "x" * 200_000, [], [None], [[1]], {}, {"name": {}}, {"nodes": [None, 3]}),
)


def test_values_of_their_type_stay() -> None:
    assert values.text_in("a é") == "a é"
    assert values.text_in("abc", 2) == "ab"
    assert values.text_in("x\0 \ud800y") == "x y"
    assert values.count_in(12) == 12
    assert values.flag_in(value=False) is False
    assert values.year_in(2021) == 2021
    assert values.time_in("2024-03-12T15:11:02Z") == datetime(2024, 3, 12, 15, 11, 2, tzinfo=UTC)
    assert values.time_in(datetime(2024, 3, 12)) == datetime(2024, 3, 12, tzinfo=UTC)  # noqa: DTZ001
    assert values.texts_in(["a", "", 3, "b"]) == ("a", "b")
    assert values.value_at({"a": {"b": 1}}, "a", "b") == 1
    assert values.values_at([{"a": 1}, 2], "a") == [1, None]


@pytest.mark.parametrize("read", [values.count_in, values.year_in, values.time_in, values.flag_in])
@pytest.mark.parametrize("value", [None, -1, 10**30, "many", "x \ud800", [], {}, 1.5, "0001-01-01T00:00:00Z"])
def test_values_of_another_type_are_absent(read: Callable[[Any], Any], value: Any) -> None:
    assert read(value) is None


def test_a_version_of_twenty_digits_is_none() -> None:
    assert _id_and_version("2110.15352v2") == ("2110.15352", 2)
    assert _id_and_version(f"2110.15352v{'9' * 20}") == ("2110.15352", None)
    assert _id_and_version(f"2110.15352v{'9' * 5_000}") == ("2110.15352", None)


def places(record: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value in an answer."""
    inside = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, *path, key)


def changed(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return an answer with another value at a path."""
    record = deepcopy(record)
    at = record
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return record


QUERY = [("octocat/hello", ())]
REPOSITORY = {
    "databaseId": 1, "nameWithOwner": "octocat/hello", "description": "2110.15352", "stargazerCount": 80,
    "forkCount": 9, "isArchived": False, "pushedAt": "2024-03-12T15:11:02Z", "licenseInfo": {"spdxId": "MIT"},
    "primaryLanguage": {"name": "C"}, "defaultBranchRef": {"name": "main"},
    "latestRelease": {"tagName": "v1", "publishedAt": "2024-03-12T15:11:02Z"},
    "repositoryTopics": {"nodes": [{"topic": {"name": "a"}}]}, "readme": {"text": "read me"},
}  # fmt: skip
ANSWER = {"data": {"r0": REPOSITORY, "rateLimit": {}}, "errors": [{"type": "NOT_FOUND", "path": ["r0", "p0"]}]}
BY_REST = {
    "full_name": "octocat/hello", "id": 1, "stargazers_count": 80, "forks_count": 9, "language": "C", "topics": ["a"],
    "license": {"spdx_id": "MIT"}, "archived": False, "pushed_at": "2024-03-12T15:11:02Z", "description": "d",
    "default_branch": "main",
}  # fmt: skip
WORK = {
    "title": "Loops", "doi": "https://doi.org/10.48550/arxiv.2110.15352", "publication_year": 2021,
    "primary_location": {"version": "publishedVersion", "source": {"type": "journal", "display_name": "Loops"}},
    "locations": [{"landing_page_url": "https://arxiv.org/abs/2110.15352", "raw_source_name": "L"}],
    "authorships": [{"author": {"display_name": "A"}}],
}  # fmt: skip
RECORD = {
    "title": "Loops", "venue": "CVPR", "publicationVenue": {"name": "CVPR"}, "journal": {"name": "ArXiv"}, "year": 2021,
    "authors": [{"name": "A"}], "externalIds": {"ArXiv": "2110.15352"},
}  # fmt: skip


def by_graphql(answer: Any) -> Any:
    found = graphql.read_answer(answer, QUERY).get("octocat/hello")
    return found.repository if isinstance(found, graphql.RepositoryAnswer) else None


READERS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "graphql": (ANSWER, by_graphql),
    "rest": (BY_REST, lambda answer: rest._read_repository(answer, "octocat/hello")),
    "openalex": (WORK, parse_work),
    "semantic_scholar": (RECORD, parse_record),
}


@pytest.mark.parametrize("name", READERS)
@given(st.data())
def test_one_odd_value_is_left_out(name: str, data: st.DataObject) -> None:
    answer, read = READERS[name]
    path = data.draw(st.sampled_from(list(places(answer))))
    value = data.draw(st.sampled_from(ODD) | st.text(st.characters(exclude_categories=())) | st.integers())
    fact = read(changed(answer, path, value))
    if fact is not None:
        row = mapping.fact_to_row("github", "octocat/hello", fact, DAY)
        row["data"].encode()
        assert "\\u0000" not in row["data"]
