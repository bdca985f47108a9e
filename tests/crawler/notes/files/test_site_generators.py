"""Folders that are the source of a site: what is not there as a file may be there as a page, and stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.models.reason import Reason, ReasonCode
from tests.support.crawling import EVERY_NIGHT

if TYPE_CHECKING:
    from tests.support.crawling import Desk

LINKS = """# Guide

[rooted](/guide/install), [page](/guide/install.html), [bare](install), [up](../install/), [file](missing.md),
[near](stat.md), [case](START.md), [anchor](start.md#top), [there](start.md), [folder](deeper/),
[template]({{ site.baseurl }}/about/), <a href="{% link a.md %}">x</a>, ![rooted](/img/a.png), ![near](img/b.png),
[page](${BASE}/a.html), https://docs.example.org/{{page.version}}/a
"""

GENERATORS = {
    "Hugo": "hugo.toml",
    "Hugo of old": "config.toml",
    "Jekyll": "_config.yml",
    "Hexo": "_config.yml",
    "MkDocs": "mkdocs.yml",
    "mdBook": "book.toml",
    "Docusaurus": "docusaurus.config.ts",
    "Docusaurus in a folder": "website/docusaurus.config.js",
    "VitePress": ".vitepress/config.mts",
    "VitePress in a folder": "docs/.vitepress/config.mts",
    "VuePress": ".vuepress/config.js",
    "Sphinx": "source/conf.py",
    "Obsidian": ".obsidian/app.json",
    "what Node builds": "package.json",
}


def site(desk: Desk, sign: str | None) -> dict[str, str]:
    """Return verdict and reason of each local link of a folder with such a file in it, after a crawl."""
    desk.write("content/guide/start.md", "# Start")
    desk.write("content/guide/install.md", "# Install")
    desk.write("content/guide/deeper/a.md", "# A")
    desk.write("static/img/a.png", b"")
    if sign is not None:
        desk.write(sign, "")
    note = desk.write("content/guide/links.md", LINKS)
    done = desk.crawl("-a", "only=local")
    assert (done.returncode, done.stderr) == (0, "")
    assert not any("{" in row["url"] for row in desk.health().values())
    if sign is not None:
        assert (desk.output / "notes/content/guide/links.md").read_bytes() == note.read_bytes()
        assert desk.edits() == []
    return {url: f"{row['verdict']}: {row['reason']}" for url, row in desk.health().items() if row["kind"] == "local"}


@pytest.mark.parametrize("generator", GENERATORS)
def test_what_a_generator_resolves_is_not_known(desk: Desk, generator: str) -> None:
    found = site(desk, GENERATORS[generator])
    there = {url for url, said in found.items() if said == "alive: file exists"}
    assert there == {"content/guide/start.md", "content/guide/deeper"}
    assert {said for url, said in found.items() if url not in there} == {f"unknown: {Reason(ReasonCode.SITE_PATH)}"}
    assert len(found) == 11


def test_elsewhere_a_relative_file_that_is_not_there_is_gone(desk: Desk) -> None:
    found = site(desk, None)
    gone = {url for url, said in found.items() if said == "dead: file not found"}
    assert gone == {f"content/guide/{name}" for name in ("missing.md", "stat.md", "START.md", "img/b.png")}
    assert {url for url, said in found.items() if said.startswith("unknown")} == {
        *("/guide/install", "/guide/install.html", "/img/a.png"),
        *("content/guide/install", "content/install"),
    }
    assert [(edit["old"], edit["new"]) for edit in desk.edits()] == [("START.md", "start.md")]
    assert desk.health()["content/guide/stat.md"]["suggestion"] == "content/guide/start.md"


@pytest.mark.parametrize(("sign", "known"), [("mkdocs.yml", False), ("README.md", True)])
def test_the_configuration_may_lie_above_the_notes(desk: Desk, sign: str, *, known: bool) -> None:
    (desk.folder / sign).touch()
    desk.write("a.md", "[x](gone.md)")
    assert desk.crawl().returncode == 0
    assert (desk.verdicts()["gone.md"] == "dead") is known


def test_beyond_the_repository_is_another_project(desk: Desk) -> None:
    (desk.folder / "package.json").touch()
    (desk.notes / ".git").mkdir()
    desk.write("a.md", "[x](gone.md)")
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {"gone.md": "dead"}


def test_a_link_called_dead_before_is_not_known_any_more(desk: Desk) -> None:
    desk.write("a.md", "[x](gone.md)")
    desk.crawl(*EVERY_NIGHT)
    assert desk.verdicts() == {"gone.md": "dead"}
    desk.write("mkdocs.yml", "")
    desk.crawl(*EVERY_NIGHT)
    assert desk.verdicts() == {"gone.md": "unknown"}


def test_two_files_that_differ_by_case_are_no_answer(desk: Desk) -> None:
    desk.write("Start.md", "# Start")
    desk.write("start.MD", "# start")
    desk.write("a.md", "[Start](START.md)")
    assert desk.crawl().returncode == 0
    assert desk.edits() == []
    assert desk.health()["START.md"]["suggestion"] == ""
