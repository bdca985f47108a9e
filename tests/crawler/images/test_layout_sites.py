"""On every site of `tests/sites` a written URL leads to the file: the lookup of files resolves it as the site does."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from crawler.images.layout.folders import LayoutFolders
from crawler.images.layout.pattern import Layout, parse_folder
from crawler.kinds.local import FileLookup
from crawler.kinds.registry import link_of
from crawler.models.notes.note import LinkRole
from crawler.sites.generators_by_path import GeneratorsByPath
from crawler.sites.resolver import SiteResolver
from tests.support.sites import NOW, SITES, read_site

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted(file.stem for file in SITES.glob("*.toml"))
DAY = date(2024, 5, 6)
FOLDERS = {
    "hexo": "source/_posts/links",
    "hugo": "static/images/2024/05",
    "jekyll": "assets/images/2024/05",
    "mdbook": "src/images/2024/05",
    "mkdocs": "docs/images/2024/05",
    "obsidian": "attachments",
    "vitepress": "docs/public/images/2024/05",
    "zola": "static/images/2024/05",
}


@pytest.mark.parametrize("pattern", ["tool", "./{note}.assets/", "/pictures/{year}/"])
@pytest.mark.parametrize("name", NAMES)
def test_a_url_leads_to_its_file(tmp_path: Path, name: str, pattern: str) -> None:
    site = read_site(name)
    site.write(tmp_path)
    generators = GeneratorsByPath(site.generators)
    resolver = SiteResolver(tmp_path.resolve(), tuple, generators=generators)
    folders = LayoutFolders(tmp_path, resolver, Layout(parse_folder(pattern)))
    folder = folders.of(site.note, DAY)
    path = f"{folder.path}/cat.png".removeprefix("./")
    url = folder.url(site.note, path)
    assert url is not None
    assert ".." not in path.split("/")
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"a cat")
    link = link_of(url, site.note, LinkRole.IMAGE)
    assert link is not None
    assert path in folders.candidates(site.note, link.url)
    check = FileLookup(tmp_path, generators=generators).check(link.url, (), NOW, [site.note])
    assert (check.final_url or link.url.lstrip("/"), str(check.reason)) == (path, "file exists")
    if pattern == "tool" and name in FOLDERS:
        assert folder.path == FOLDERS[name]


@pytest.mark.parametrize(
    ("written", "folder"),
    [
        ("../pictures", "pictures"),
        ('"./${filename}.assets"', "deep/my note.assets"),
        ("images/  # for Typora", "deep/images"),
        ("../../outside", "deep/assets"),
        ("/home/me/pictures", "deep/assets"),
        ("C:\\\\pictures", "deep/assets"),
        ("", "deep/assets"),
    ],
)
def test_a_note_that_names_its_folder_for_typora(tmp_path: Path, written: str, folder: str) -> None:
    (tmp_path / "deep").mkdir()
    note = f"---\ntitle: x\ntypora-copy-images-to: {written}\n---\n# x\n"
    (tmp_path / "deep/my note.md").write_text(note)
    folders = LayoutFolders(tmp_path, SiteResolver(tmp_path.resolve(), tuple), Layout("tool"))
    assert folders.of("deep/my note.md", DAY).path == folder
