"""Folders that are the source of a site: what is not there as a file may be there as a page, and stays as it is."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.support.crawling import EVERY_NIGHT
from tests.support.sites import read_site

if TYPE_CHECKING:
    from tests.support.crawling import Desk


def test_sites_in_one_folder_are_resolved_each_by_its_generator(desk: Desk) -> None:
    names = ("docusaurus", "hugo", "jekyll", "mkdocs", "obsidian", "vitepress")
    sites = {name: read_site(name) for name in names}
    for name, site in sites.items():
        site.write(desk.notes / name)
    done = desk.crawl("-a", "only=local")
    assert (done.returncode, done.stderr) == (0, "")
    below = {
        name: posixpath.dirname(f"{name}/{site.note}") for name, site in sites.items()
    }  # a path from the root is one link for all sites
    for verdict in ("alive", "dead", "unknown"):
        expected = {
            posixpath.normpath(f"{below[name]}/{unquote(url)}")
            for name, site in sites.items()
            for url in getattr(site, verdict)
            if url[0] not in "/![{"
        }
        found = {url for url, row in desk.health().items() if row["verdict"] == verdict and url[0] not in "/[{"}
        assert found == expected
    templates = ("{{ site.baseurl }}/about/", '{{< ref "third.md" >}}', "{% link _posts/gone.md %}")
    assert [desk.verdicts()[each] for each in templates] == ["alive", "alive", "unknown"]
    wikilinks = ("[[Plan]]", "[[picture.png]]", "[[nowhere.png]]", "[[Not Written]]")
    assert [desk.verdicts()[each] for each in wikilinks] == ["alive", "alive", "dead", "unknown"]
    assert (desk.output / "notes/obsidian/attachments/picture.png").exists()
    assert [[edit["old"], edit["new"]] for edit in desk.edits()] == sites["mkdocs"].edits


def test_pictures_that_a_site_finds_elsewhere_are_copied_with_the_notes(desk: Desk) -> None:
    desk.write("hugo.toml", "")
    desk.write("static/img/a.png", b"png")
    desk.write("static/img/b.png", b"png")
    desk.write("content/a.md", text := '![x](/img/a.png) ![x]({{ "/img/b.png" | relURL }}) [x]({{< ref "gone.md" >}})')
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {
        "/img/a.png": "alive",
        '{{ "/img/b.png" | relURL }}': "alive",
        '{{< ref "gone.md" >}}': "unknown",
    }
    assert (desk.output / "notes/static/img/b.png").read_bytes() == b"png"
    assert (desk.output / "notes/content/a.md").read_text("utf-8") == text
    assert desk.health()["/img/a.png"]["final_url"] == "static/img/a.png"
    assert (desk.output / "notes/static/img/a.png").read_bytes() == b"png"


@pytest.mark.parametrize(("sign", "known"), [("package.json", False), ("README.md", True)])
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
    desk.write("package.json", "")
    desk.crawl(*EVERY_NIGHT)
    assert desk.verdicts() == {"gone.md": "unknown"}
    desk.crawl(*EVERY_NIGHT, "-s", 'SITE_GENERATOR={"*": "none"}')
    assert desk.verdicts() == {"gone.md": "dead"}


def test_two_files_that_differ_by_case_are_no_answer(desk: Desk) -> None:
    desk.write("Start.md", "# Start")
    desk.write("start.MD", "# start")
    desk.write("a.md", "[Start](START.md)")
    assert desk.crawl().returncode == 0
    assert desk.edits() == []
    assert desk.health()["START.md"]["suggestion"] == ""


def test_a_fragment_is_missing_once_its_heading_has_gone(desk: Desk) -> None:
    desk.published = ()
    desk.write("a.md", "[x](b.md#a-part) [[b#A part]] [y](b.md#other)")
    desk.write("b.md", "# A part\n\n# Other")
    desk.crawl()
    assert desk.findings() == []
    desk.write("b.md", "# Another part\n\n# Other")
    desk.crawl()
    assert [(row["note"], row["kind"], row["says"]) for row in desk.findings()] == [
        ("a.md", "fragment missing", "b.md#a-part"),
        ("a.md", "fragment missing", "[[b#A part]]"),
    ]
    assert set(desk.verdicts().values()) == {"alive"}
