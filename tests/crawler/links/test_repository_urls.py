"""URLs of repositories on hosts other than GitHub, and of pages of these hosts that are none."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from crawler.kinds.registry import link_of
from crawler.links.repository_urls import repository_of
from tests.support.reading import PAGES


@pytest.mark.parametrize(
    ("url", "identity", "below"),
    [
        ("https://huggingface.co/ode-lab/Lumen-Base", "huggingface.co/ode-lab/lumen-base", ""),
        ("https://huggingface.co/ode-lab/lumen-base/tree/main", "huggingface.co/ode-lab/lumen-base", "/tree/main"),
        ("https://hf.co/datasets/ode-lab/murmurs/", "huggingface.co/datasets/ode-lab/murmurs", ""),
        ("https://huggingface.co/spaces/ode-lab/show", "huggingface.co/spaces/ode-lab/show", ""),
        ("https://gitlab.com/ode/shadow.git", "gitlab.com/ode/shadow", ""),
        ("https://gitlab.com/a/b/c/-/tree/main/x", "gitlab.com/a/b/c", "/-/tree/main/x"),
        ("https://gitlab.com/a/b/blob/master/x.md", "gitlab.com/a/b", "/blob/master/x.md"),
        ("https://www.gitee.com/ode/shadow/issues/1", "gitee.com/ode/shadow", "/issues/1"),
        ("https://codeberg.org/ode/shadow.git", "codeberg.org/ode/shadow", ""),
        ("https://bitbucket.org/ode/shadow/src/master/", "bitbucket.org/ode/shadow", "/src/master"),
    ],
)
def test_repositories_and_paths_in_them(url: str, identity: str, below: str) -> None:
    link, place = link_of(url, "n.md"), repository_of(url)
    assert link is not None
    assert place is not None
    assert (link.kind, link.url, link.identity, place.below) == ("repository", url, identity, below)


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/ode-lab",
        "https://huggingface.co/docs/hub/api",
        "https://huggingface.co/blog/some-post",
        "https://huggingface.co/datasets/murmurs",
        "https://huggingface.co/collections/ode-lab/x-1",
        "https://gitlab.com/ode",
        "https://gitlab.com/explore/projects",
        "https://gitee.com/help/articles/1",
        "https://codeberg.org/../shadow",
        "https://gitlab.example.org/ode/shadow",
    ],
)
def test_other_pages(url: str) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    assert link.kind == "web"


def test_every_interface_has_a_recorded_page() -> None:
    table = tomllib.loads(files("crawler").joinpath("data/repository_hosts.toml").read_text("utf-8"))
    urls = (tomllib.loads(path.read_text("utf-8"))["url"] for path in (PAGES / "repository").glob("*.toml"))
    recorded = {place.api for url in urls if (place := repository_of(url)) is not None}
    assert recorded == {row["api"] for row in table["host"]}
