"""Places inside a repository: what a link names, and what is asked to see whether it is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.lookups.github.paths import parse_repository_path

REPOSITORY = "https://github.com/o/r"


@pytest.mark.parametrize(
    ("path", "evidence"),
    [
        ("/tree/main", ["object main:"]),
        ("/blob/main/a%20b.md?plain=1", ["object main:a b.md", "object main/a b.md:"]),
        ("/raw/v1.0/a.png", ["object v1.0:a.png", "object v1.0/a.png:"]),
        ("/tree/a/b/c", ["object a:b/c", "object a/b:c", "object a/b/c:"]),
        ("/tree/a/b/c/d/e", ["object a:b/c/d/e", "object a/b:c/d/e", "object a/b/c:d/e", "object a/b/c/d:e"]),
        ('/blob/main/"}.md', ['object main:"}.md', 'object main/"}.md:']),
        ("/issues/7", ["issueOrPullRequest 7", "discussion 7"]),
        ("/issues/7/events", ["issueOrPullRequest 7", "discussion 7"]),
        ("/pull/12/files", ["issueOrPullRequest 12"]),
        ("/discussions/3", ["discussion 3"]),
        ("/releases/tag/v1.0", ["release v1.0", "ref refs/tags/v1.0"]),
        ("/releases/tag/pkg/v1", ["release pkg/v1", "ref refs/tags/pkg/v1"]),
        ("/commit/0123abc", ["object 0123abc"]),
    ],
)
def test_a_place_is_one_of_what_its_address_may_mean(path: str, evidence: list[str]) -> None:
    place = parse_repository_path(REPOSITORY + path)
    assert place is not None
    asked = [f.replace("\\", "") for f in place.evidence]
    assert len(asked) == len(evidence)
    for field, expected in zip(asked, evidence, strict=True):
        name, value = expected.split(" ", 1)
        assert field.startswith(f"{name}(")
        assert f": {value})" in field or f': "{value}")' in field


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/wiki", "/wiki/Home", "/issues", "/pulls", "/releases", "/releases/latest", "/actions"),
        *("/releases/download/v1/x.zip", "/tree", "/tree/", "/blob//x", "/issues/new", "/issues/0", "/pull/²"),
        *("/issues/2147483648", f"/issues/{'9' * 9999}", "/commit/", "/commits/main/gone.md"),
    ],
)
def test_no_place_that_an_api_knows(path: str) -> None:
    assert parse_repository_path(REPOSITORY + path) is None


@given(st.text())
def test_any_path_can_be_read(path: str) -> None:
    place = parse_repository_path(f"{REPOSITORY}/{path}")
    assert place is None or 0 < len(place.evidence) <= len(place.fields) <= 6
