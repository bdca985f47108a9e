"""Addresses of repositories on GitHub."""

from __future__ import annotations

import pytest

from crawler.links.canonical_url import split
from crawler.links.github_urls import github_link, repository_in, reserved_names
from crawler.models.link import Link


@pytest.mark.parametrize(
    ("url", "shown", "repository"),
    [
        ("https://github.com/Owner/Name", "https://github.com/Owner/Name", "owner/name"),
        ("http://www.GitHub.com/o/n/", "https://github.com/o/n", "o/n"),
        ("https://github.com/o/n.git", "https://github.com/o/n", "o/n"),
        ("https://github.com/o/n.git/", "https://github.com/o/n", "o/n"),
        ("https://github.com/o/n/tree/Main/A/", "https://github.com/o/n/tree/Main/A", "o/n"),
        ("https://github.com/o/n/issues?q=is%3Aopen", "https://github.com/o/n/issues?q=is%3Aopen", "o/n"),
        ("https://github.com/o/.github", "https://github.com/o/.github", "o/.github"),
    ],
)
def test_repositories_and_places_in_them(url: str, shown: str, repository: str) -> None:
    assert github_link(split(url)) == Link(shown, "github", repository, "github.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/o/n",
        "https://gist.github.com/o/n",
        "https://github.com/",
        "https://github.com/o",
        "https://github.com/Topics/nerf",
        "https://github.com/o/.git",
        "https://github.com/o/..",
        "https://github.com/o/.",
        "https://github.com/-o/n",
        "https://github.com/o--o/n",
        f"https://github.com/{'o' * 40}/n",
        f"https://github.com/o/{'n' * 101}",
    ],
)
def test_other_pages(url: str) -> None:
    assert github_link(split(url)) is None


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/o/n", ("o", "n", "")),
        ("/o/n/", ("o", "n", "/")),
        ("/O-o/n.js/a/b", ("O-o", "n.js", "/a/b")),
        ("o/n", None),
        ("/o", None),
    ],
)
def test_the_parts_of_a_path(path: str, parts: tuple[str, str, str] | None) -> None:
    assert repository_in(path) == parts


@pytest.mark.parametrize(
    "name",
    [
        *("user-attachments", "solutions", "resources", "features", "mcp", "sponsors", "marketplace", "topics", "orgs"),
        *("settings", "login", "collections", "trending", "customer-stories", "enterprise", "readme", "security"),
        *("models", "trust-center", "customer-terms", "premium-support", "gist", "raw", "site-policy"),
    ],
)
def test_pages_of_github_itself(name: str) -> None:
    assert name in reserved_names()
    assert github_link(split(f"https://github.com/{name.upper()}/x")) is None


def test_reserved_names_are_in_lower_case_and_could_be_owners() -> None:
    for name in reserved_names():
        assert name == name.lower()
        assert github_link(split(f"https://github.com/{name}-x/y")) is not None


@pytest.mark.parametrize("owner", ["mcp-server", "torvalds", "solutions-inc", "github", "pytorch", "tensorflow"])
def test_owners_are_no_pages(owner: str) -> None:
    assert github_link(split(f"https://github.com/{owner}/x")) is not None
