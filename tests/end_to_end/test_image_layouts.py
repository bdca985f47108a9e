"""Images beside the notes of all tools at once: where they stand, what is written, and that nothing of a person's goes.

One folder has a site of each generator. The first night uses `tool` with names from alt texts, the second the same
again, the third other folders and names. Tests look at copies of the folder as it was after each step.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.crawler.link_checking.images.test_image_fallbacks import drawn, named, url
from tests.internet import Internet
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

MIRROR = ("-s", "OUTPUTS=pipelines.reports.notes_mirror")
TOOL = (*MIRROR, "-s", "IMAGES_LAYOUT=tool", "-s", "IMAGES_NAMES=alt")
TYPORA = (*MIRROR, "-s", "IMAGES_LAYOUT=./{note}.assets/", "-s", "IMAGES_NAMES=note")

CONFIGURATIONS = {
    "hugo/hugo.toml": 'baseURL = "https://example.org/blog/"\n',
    "hexo/_config.yml": "post_asset_folder: true\n",
    "hexo-images/_config.yml": "post_asset_folder: false\nnew_post_name: :title.md\n",
    "jekyll/_config.yml": "baseurl: /blog\n",
    "mkdocs/mkdocs.yml": "site_name: Notes\n",
    "mdbook/book.toml": "[book]\ntitle = 'Notes'\n",
    "docusaurus/docusaurus.config.js": "module.exports = {baseUrl: '/base/'};\n",
    "vuepress/docs/.vuepress/config.js": "module.exports = {base: '/guide/'}\n",
    "vault/.obsidian/app.json": '{"attachmentFolderPath": "files/pictures"}\n',
    "near/.obsidian/app.json": '{"attachmentFolderPath": "./files"}\n',
    "bare/.obsidian/app.json": "{}\n",
    "graph/logseq/config.edn": "{}\n",
}
DATED = "---\ndate: 2024-05-06\n---\n"
IMAGES = {
    "hugo/content/posts/a.md": ("hugo/static/images/2024/05/cat.png", "/blog/images/2024/05/cat.png"),
    "hugo/content/posts/bundle/index.md": ("hugo/content/posts/bundle/cat.png", "cat.png"),
    "hexo/source/_posts/My post.md": ("hexo/source/_posts/My post/cat.png", "cat.png"),
    "hexo-images/source/_posts/a.md": ("hexo-images/source/images/2024/05/cat.png", "/images/2024/05/cat.png"),
    "jekyll/_posts/2024-05-06-a.md": ("jekyll/assets/images/2024/05/cat.png", "/blog/assets/images/2024/05/cat.png"),
    "mkdocs/docs/deep/a.md": ("mkdocs/docs/images/2024/05/cat.png", "../images/2024/05/cat.png"),
    "mdbook/src/a.md": ("mdbook/src/images/2024/05/cat.png", "images/2024/05/cat.png"),
    "docusaurus/docs/a.md": ("docusaurus/static/img/2024/05/cat.png", "/img/2024/05/cat.png"),
    "vuepress/docs/a.md": ("vuepress/docs/.vuepress/public/images/2024/05/cat.png", "/guide/images/2024/05/cat.png"),
    "vault/deep/a.md": ("vault/files/pictures/cat.png", "../files/pictures/cat.png"),
    "near/deep/a.md": ("near/deep/files/cat.png", "files/cat.png"),
    "bare/deep/a.md": ("bare/cat.png", "../cat.png"),
    "graph/pages/a.md": ("graph/assets/cat.png", "../assets/cat.png"),
    "plain/a.md": ("plain/assets/cat.png", "assets/cat.png"),
}
PERSONS = {
    "plain/assets/theirs.png": b"a person's",
    "plain/assets/Clash.PNG": b"another of a person's",
    "plain/other.assets/other-1.png": b"not ours either",
}
CAT, DOG, COW = (url(name) for name in ("cat", "dog", "cow"))
OTHER = f"""# 其他

![clash]({DOG}) ![cat]({CAT}) ![猫: a/b?]({COW})

<img src="{DOG}" alt="clash"> ![](assets/theirs.png) [[theirs.png]]
"""


def image_note(path: str) -> str:
    return f"{DATED}# {path}\n\n![cat]({CAT})\n"


@dataclass
class Nights:
    """What the desk had after each step, by its name."""

    desk: Desk
    internet: Internet
    said: dict[str, str]

    def notes(self, step: str) -> Path:
        """Return the folder of notes after a step."""
        return self.desk.folder / step / "notes"

    def mirror(self, step: str) -> Path:
        """Return the updated copies after a step."""
        return self.desk.folder / step / "output/notes"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Crawl three nights, edit in place, undo, and collect what is unused; keep a copy after each step."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("layouts"), internet.environ(), VERDICTS_AND_NOTES)
        for path, text in CONFIGURATIONS.items():
            desk.write(path, text)
        for path, body in PERSONS.items():
            desk.write(path, body)
        for path in IMAGES:
            desk.write(path, image_note(path))
        desk.write("plain/other.md", OTHER)
        nights = Nights(desk, internet, {})

        def step(name: str, *words: str) -> None:
            done = desk.run(words[0], *words[1:-1], "-a", f"notes={desk.notes}", *words[-1:])
            nights.said[name] = done.stdout + done.stderr
            assert done.returncode == 0, nights.said[name]
            for folder in ("notes", "output"):
                shutil.copytree(desk.folder / folder, desk.folder / name / folder, copy_function=os.link)

        def crawl(name: str, *settings: str) -> None:
            internet.forget()
            step(name, "crawl", *EVERY_NIGHT, *settings, "notes")
            nights.said[f"{name} asked"] = "\n".join(request.url for request in internet.requests)

        crawl("first", *TOOL)
        step("edited", "publish", *TOOL, "--in-place")
        crawl("second", *TOOL)
        step("again", "publish", *TOOL, "--in-place")
        crawl("third", *TYPORA)
        step("moved", "publish", *TYPORA, "--in-place")
        step("listed", "images", *TYPORA, "--gc")
        done = desk.run("undo", "-a", f"notes={desk.notes}")
        assert done.returncode == 0, done.stderr
        step("collected", "images", *TYPORA, "--gc", "--delete")
        yield nights


def shows(notes: Path, note: str) -> list[str]:
    """Return the URLs of the images of a note."""
    return [
        first or second
        for first, second in re.findall(r'!\[[^\]]*\]\(([^)]*)\)|<img src="([^"]*)', (notes / note).read_text())
    ]


@pytest.mark.parametrize("note", IMAGES)
@pytest.mark.parametrize("step", ["first", "edited", "second", "again"])
def test_each_tool_has_its_own_place(crawled: Nights, note: str, step: str) -> None:
    path, written = IMAGES[note]
    mirror = crawled.mirror(step)
    assert shows(mirror, note) == [written]
    assert (mirror / path).read_bytes() == drawn("cat")
    notes = crawled.notes(step)
    assert shows(notes, note) == ([CAT] if step == "first" else [written])
    assert (notes / path).exists() == (step != "first")
    assert step == "first" or (notes / path).read_bytes() == drawn("cat")


@pytest.mark.parametrize("step", ["edited", "second", "again"])
def test_names_never_collide_with_those_of_a_person(crawled: Nights, step: str) -> None:
    shown = shows(crawled.notes(step), "plain/other.md")
    assert [unquote(each) for each in shown] == [
        *("assets/clash-2.png", "assets/cat.png", "assets/猫-a-b.png", "assets/clash-2.png", "assets/theirs.png")
    ]
    files = [crawled.notes(step) / "plain" / unquote(each) for each in shown[:3]]
    assert [file.read_bytes() for file in files] == [drawn("dog"), drawn("cat"), drawn("cow")]


@pytest.mark.parametrize("step", ["first", "edited", "second", "again", "third", "moved", "listed", "collected"])
def test_the_files_of_a_person_stay(crawled: Nights, step: str) -> None:
    assert {path: (crawled.notes(step) / path).read_bytes() for path in PERSONS} == PERSONS
    assert {path: (crawled.notes(step) / path).read_text() for path in CONFIGURATIONS} == CONFIGURATIONS


def test_nothing_is_written_beside_notes_that_are_not_edited(crawled: Nights) -> None:
    made = {file.relative_to(crawled.notes("first")).as_posix() for file in crawled.notes("first").rglob("*.*")}
    assert {each for each in made if each.endswith(("png", "PNG"))} == set(PERSONS)


def test_a_night_later_nothing_has_changed(crawled: Nights) -> None:
    assert "nothing to edit" in crawled.said["again"]
    for step in ("second", "third"):
        assert "qpic.cn" not in crawled.said[f"{step} asked"], step
        assert "missing" not in crawled.said[step]


def test_another_layout_moves_all_without_fetching(crawled: Nights) -> None:
    for note in IMAGES:
        stem = Path(note).stem
        name = Path(note).parent.name if stem == "index" else stem
        written = f"{stem}.assets/{name.replace(' ', '-')}-1.png"
        assert [unquote(each) for each in shows(crawled.notes("moved"), note)] == [written]
        for folder in (crawled.notes("moved"), crawled.mirror("moved")):
            assert ((folder / note).parent / written).read_bytes() == drawn("cat")
    shown = shows(crawled.notes("moved"), "plain/other.md")
    assert shown == [f"other.assets/other-{number}.png" for number in (2, 3, 4, 2)] + ["assets/theirs.png"]


def test_what_undo_needs_is_kept_and_what_nothing_shows_is_removed(crawled: Nights) -> None:
    assert "unused: " not in crawled.said["listed"]
    for note, (path, written) in IMAGES.items():
        assert shows(crawled.notes("collected"), note) == [written]
        assert (crawled.notes("collected") / path).read_bytes() == drawn("cat")
    left = {
        file.relative_to(crawled.notes("collected")).as_posix() for file in crawled.notes("collected").rglob("*-*.png")
    }
    assert {each for each in left if ".assets/" in each} == {"plain/other.assets/other-1.png"}
    for name in ("cat", "dog", "cow"):
        assert (crawled.desk.output / "images" / named(drawn(name))).read_bytes() == drawn(name)
