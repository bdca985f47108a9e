"""Files beside notes over several runs: those of a person stay, damaged ones come back, names stay."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from crawler.errors import UserError
from crawler.images.names import image_name
from crawler.kinds.registry import link_of
from crawler.models.link import Link
from crawler.models.metadata import Picture
from crawler.models.notes.note import LinkRole
from crawler.run.images.image_places import check_placed_images
from crawler.run.workspace import open_workspace
from pipelines.reports.images.placed_images import find_unused_placed, remove_placed
from pipelines.reports.images.stored_images import discard, find_unused
from pipelines.reports.planning.originals import edit_in_place
from pipelines.reports.publish import publish
from pipelines.rewriting.in_place.editor import undo
from tests.internet.sites.qpic import draw
from tests.support.options import project_options
from tests.support.storing import NOW, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.run.workspace import Workspace
    from pipelines.rewriting.in_place.editor import EditReport

CAT, DOG = "https://mmbiz.qpic.cn/mmbiz_png/cat/640", "https://mmbiz.qpic.cn/mmbiz_png/dog/640"
BODIES = {CAT: draw("cat" * 10, "png"), DOG: draw("dog" * 10, "png")}
NAME = image_name(BODIES[CAT], "image/png")


class Desk:
    """Notes whose images were saved, and what a user does with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / "notes"
        self.notes.mkdir()
        self.store = folder / "output/images"

    def options(self, layout: str, **given: object) -> CrawlOptions:
        folders = {"NOTES_DIR": str(self.notes), "OUTPUT_DIR": str(self.folder / "output")}
        settings = {
            "OUTPUTS": ["pipelines.reports.shown_copies", "pipelines.reports.notes_mirror"],
            "IMAGES_NAMES": "alt",
        }
        return project_options(**(folders | settings | {"IMAGES_LAYOUT": layout} | given))

    def write(self, path: str, text: str) -> None:
        (self.notes / path).parent.mkdir(parents=True, exist_ok=True)
        (self.notes / path).write_text(text)

    def read(self, path: str = "a.md") -> str:
        return (self.notes / path).read_text()

    @contextmanager
    def opened(self, layout: str, **given: object) -> Iterator[tuple[CrawlOptions, Workspace]]:
        """Open the notes, register them, and save their images as a crawl does."""
        options = self.options(layout, **given)
        with open_workspace(options) as workspace:
            workspace.read(datetime.now(UTC))
            known = {state.link.url for state, _ in workspace.store.link_states()}
            for url, body in BODIES.items():
                name = image_name(body, "image/png")
                size = Image.open(BytesIO(body)).size
                picture = Picture(name, hashlib.sha256(body).hexdigest(), "image/png", len(body), *size, 1)
                if url in known:
                    link = link_of(url, "a.md", LinkRole.IMAGE)
                    assert isinstance(link, Link)
                    workspace.store.save([replace(checked(link, metadata=picture))])
                    workspace.image_store.put(name, body, "image/png")
            yield options, workspace

    def edit(self, layout: str, **given: object) -> EditReport:
        """Publish, and edit the notes in place."""
        with self.opened(layout, **given) as (options, workspace):
            publish(options, workspace)
            return edit_in_place(options, workspace, lambda _: None)

    def unused(self, layout: str, *, delete: bool = False) -> list[str]:
        """Return what is collected, beside the notes and in the image store."""
        with self.opened(layout) as (options, workspace):
            placed, names = find_unused_placed(workspace, options), find_unused(workspace, options)
            if delete:
                remove_placed(workspace, placed)
                discard(workspace.image_store, names, NOW.date())
            return [*(place.path for place in placed), *names]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.write("a.md", f"![cat]({CAT})\n")
    return desk


def test_layouts_follow_each_other_and_come_back(desk: Desk) -> None:
    """By hash first, as notes have it that were edited before; nothing is fetched or lost on the way."""
    for layout, written in [
        ("hash", f"../output/images/{NAME}"),
        ("./{note}.assets", "a.assets/cat.png"),
        ("/pictures/{year}/", f"pictures/{datetime.now(UTC):%Y}/cat.png"),
        ("hash", f"../output/images/{NAME}"),
        ("./{note}.assets", "a.assets/cat.png"),
    ]:
        assert desk.edit(layout).summary.endswith("1 edit in 1 note")
        assert desk.read() == f"![cat]({written})\n"
        assert (desk.notes / written).read_bytes() == BODIES[CAT]
        assert desk.edit(layout).summary == "nothing to edit"


def test_a_base_url_and_a_layout_follow_each_other(desk: Desk) -> None:
    base = {"IMAGES_BASE_URL": "https://cdn.example.com/i"}
    desk.edit("hash", **base)
    assert desk.read() == f"![cat](https://cdn.example.com/i/{NAME})\n"
    desk.edit("./assets/")
    assert desk.read() == "![cat](assets/cat.png)\n"
    desk.edit("hash", **base)
    assert desk.read() == f"![cat](https://cdn.example.com/i/{NAME})\n"


def test_a_file_that_a_person_changed_is_theirs(desk: Desk) -> None:
    desk.edit("./assets/")
    (desk.notes / "assets/cat.png").write_bytes(b"a cropped cat, of another length")
    desk.write("b.md", f"![cat]({CAT})\n")
    assert desk.edit("./assets/").summary.endswith("1 edit in 1 note")
    assert desk.read("b.md") == "![cat](assets/cat-2.png)\n"
    assert desk.edit("./{note}.assets/").summary.endswith("1 edit in 1 note")  # that of b.md
    assert desk.read() == "![cat](assets/cat.png)\n"
    desk.write("a.md", "nothing")
    assert "assets/cat.png" not in desk.unused("./assets/", delete=True)
    assert (desk.notes / "assets/cat.png").read_bytes() == b"a cropped cat, of another length"


@pytest.mark.parametrize("body", [None, b"", BODIES[CAT][:50]])
def test_a_lost_file_is_written_again(desk: Desk, caplog: pytest.LogCaptureFixture, body: bytes | None) -> None:
    desk.edit("./assets/")
    file = desk.notes / "assets/cat.png"
    file.unlink() if body is None else file.write_bytes(body)
    with desk.opened("./assets/") as (_, workspace):
        check_placed_images(workspace.image_places(), workspace.store, workspace.image_store, {})
    assert "a.md: shows assets/cat.png, missing or damaged; `publish --in-place` writes it again" in caplog.text
    assert desk.edit("./assets/").summary == "nothing to edit"
    assert file.read_bytes() == BODIES[CAT]


def test_an_image_store_gets_back_what_notes_still_have(desk: Desk) -> None:
    desk.edit("./assets/")
    (desk.store / NAME).unlink()
    with desk.opened("./assets/") as (_, workspace):
        shown = check_placed_images(workspace.image_places(), workspace.store, workspace.image_store, {})
    assert shown == {NAME: ["a.md"]}
    assert (desk.store / NAME).read_bytes() == BODIES[CAT]


def test_a_person_s_file_that_came_between_stays(desk: Desk) -> None:
    """The updated copies had the name first."""
    with desk.opened("./assets/") as (options, workspace):
        publish(options, workspace)
    desk.write("assets/CAT.png", "a person's")
    assert desk.edit("./assets/").summary.endswith("1 edit in 1 note")
    desk.write("b.md", f"![cat]({CAT})\n")
    desk.edit("./assets/")
    assert desk.read("assets/CAT.png") == "a person's"
    shown = desk.read().removeprefix("![cat](").removesuffix(")\n")
    assert (desk.notes / shown).read_bytes() == BODIES[CAT]
    assert desk.read("b.md") == desk.read()  # one file for both


def test_only_what_nothing_shows_is_collected(desk: Desk) -> None:
    desk.write("theirs.png", "a person's")
    desk.edit("./assets/")
    assert desk.unused("./assets/") == []
    undo(desk.folder / "output", desk.notes)
    assert desk.read() == f"![cat]({CAT})\n"
    for text in ("![](assets/cat.png)", "![[cat.png|300]]", '{"file": "assets/cat.png"}', "%63at.png"):
        desk.write("board.canvas", text)
        assert desk.unused("./assets/", delete=True) == []
    desk.write("board.canvas", "scat.pn")
    assert desk.unused("./assets/", delete=True) == ["assets/cat.png"]
    assert not (desk.notes / "assets").exists()
    assert desk.read("theirs.png") == "a person's"
    assert (desk.store / NAME).read_bytes() == BODIES[CAT]
    desk.write("a.md", "![cat](assets/cat.png)\n")  # as if from a backup
    desk.edit("./assets/")
    assert (desk.notes / "assets/cat.png").read_bytes() == BODIES[CAT]


def test_nothing_is_written_through_a_symlink(desk: Desk) -> None:
    (desk.folder / "elsewhere").mkdir()
    (desk.notes / "assets").symlink_to(desk.folder / "elsewhere")
    report = desk.edit("./assets/")
    assert report.failed
    assert "assets/cat.png is outside the notes and their sites" in report.skipped[0]
    assert not list((desk.folder / "elsewhere").iterdir())
    assert desk.read() == f"![cat]({CAT})\n"


def test_a_site_around_the_notes(desk: Desk) -> None:
    """Its static folder is beside them: updated copies show the file of the image store."""
    site = desk.folder
    (site / "hugo.toml").write_text("")
    site.joinpath("content").mkdir()
    desk.notes = site / "content"
    desk.write("a.md", f"![cat]({CAT}) ![dog]({DOG})\n")
    desk.edit("/img/")
    assert desk.read() == "![cat](/img/cat.png) ![dog](/img/dog.png)\n"
    assert (site / "static/img/dog.png").read_bytes() == BODIES[DOG]
    assert (site / "output/notes/a.md").read_text().startswith(f"![cat](../images/{NAME})")
    assert not (site / "output/static").exists()


def test_notes_of_a_vault_keep_their_wikilinks(desk: Desk) -> None:
    desk.write(".obsidian/app.json", '{"attachmentFolderPath": "files"}')
    desk.edit("tool")
    desk.write("b.md", "![[cat.png]] ![[files/cat.png|300]]\n")
    desk.edit("./{note}.assets/")
    assert (desk.read(), desk.read("b.md")) == (
        "![cat](a.assets/cat.png)\n",
        "![[cat.png]] ![[files/cat.png|300]]\n",
    )
    assert "files/cat.png" not in desk.unused("./{note}.assets/", delete=True)


def test_where_an_image_cannot_be_written_the_note_stays(desk: Desk) -> None:
    (desk.notes / "assets").write_text("a file in the way")
    report = desk.edit("./assets/")
    assert report.failed
    assert desk.read() == f"![cat]({CAT})\n"
    assert desk.read("assets") == "a file in the way"


def test_a_smaller_copy_is_what_stands_beside_the_note(desk: Desk) -> None:
    width = Image.open(BytesIO(BODIES[CAT])).width // 2
    assert desk.edit("./assets/", IMAGES_WEBP_WIDTH=width).summary.endswith("1 edit in 1 note")
    assert desk.read() == "![cat](assets/cat.webp)\n"
    assert desk.read() == (desk.folder / "output/notes/a.md").read_text()
    for folder in (desk.notes, desk.folder / "output/notes"):
        assert Image.open(BytesIO((folder / "assets/cat.webp").read_bytes())).width == width
    assert desk.edit("./assets/", IMAGES_WEBP_WIDTH=width).summary == "nothing to edit"
    assert desk.unused("./assets/") == []


@pytest.mark.parametrize("given", [{"IMAGES_BASE_URL": "https://cdn.example.com"}, {"IMAGES_STORE": "s3://bucket/x"}])
def test_images_elsewhere_cannot_be_beside_notes(desk: Desk, given: dict[str, str]) -> None:
    (name,) = given
    base = given | {"IMAGES_BASE_URL": "https://cdn.example.com"}
    with pytest.raises(UserError, match=rf"IMAGES_LAYOUT: tool puts images beside the notes, {name} elsewhere\. "):
        desk.options("tool", **base)
    desk.options("hash", **base)


def test_layouts_that_do_not_exist(desk: Desk) -> None:
    with pytest.raises(UserError, match=r"IMAGES_LAYOUT: invalid value 'assets' \(valid: hash, tool, or a folder"):
        desk.options("assets")
    with pytest.raises(UserError, match=r"IMAGES_NAMES: invalid value 'title' \(valid: hash, note, alt\)"):
        desk.options("tool", IMAGES_NAMES="title")
