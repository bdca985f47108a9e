"""Addresses of repositories on GitHub."""

from __future__ import annotations

import pytest

from crawler.links.canonical_url import split
from crawler.links.github_urls import github_link, repository_in
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
