"""All pictures of real notes: each its own, byte for byte, and shown by a browser where the originals are not."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING, Any

import pyromark
import pytest
from PIL import Image
from pyarrow import parquet

from crawler.models.note import LinkRole, Mention
from crawler.notes.files.folder import NotesFolder
from tests.crawler.link_checking.test_image_fallbacks import PICTURES
from tests.internet import Internet
from tests.internet.sites.qpic import PATH, draw, placeholder
from tests.support.browsing import chromium
from tests.support.crawling import CORPUS, EVERY_NIGHT, Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real notes (../shared/corpus) is not here")
PICTURES_OF_CORPUS = 596
SHOWN = """Array.from(document.images, image => [image.naturalWidth, image.naturalHeight, image.src])"""


@pytest.fixture(scope="module")
def network() -> Iterator[Internet]:
    """Return an internet for all tests here."""
    with Internet() as internet:
        yield internet


@pytest.fixture(scope="module")
def crawled(network: Internet, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk on which the pictures of the corpus have been crawled."""
    desk = Desk(tmp_path_factory.mktemp("corpus"), network.environ())
    desk.notes = CORPUS
    done = desk.crawl("-a", "only=image", *EVERY_NIGHT)
    assert (done.returncode, done.stderr) == (0, "")
    return desk


def pictures(folder: Path) -> list[tuple[str, Mention]]:
    """Return every mention of a WeChat picture, with its note."""
    mentions = ((note.path, mention) for note in NotesFolder(folder) for mention in note.mentions)
    return [(path, each) for path, each in mentions if each.role is LinkRole.IMAGE and "mmbiz.qpic.cn" in each.url]


def true_bytes(url: str) -> bytes:
    """Return what the small internet has under the id in an address."""
    found = PATH.match(url.partition("qpic.cn")[2])
    assert found is not None, url
    return draw(found[2], {None: "jpeg", "jpg": "jpeg"}.get(found[1], found[1]))


def test_each_entry_has_its_own_picture_byte_for_byte(crawled: Desk) -> None:
    noted = pictures(CORPUS)
    assert len(noted) == PICTURES_OF_CORPUS
    edits = {(edit["note"], edit["start"]): str(edit["new"]) for edit in crawled.edits()}
    kept = {}
    for path, mention in noted:
        here = crawled.output / "notes" / path
        file = (here.parent / edits[path, mention.start]).resolve()
        kept[mention.url] = file.read_bytes()
        assert kept[mention.url] == true_bytes(mention.url), mention.url
        assert file.stem == sha256(kept[mention.url]).hexdigest()
        assert kept[mention.url] != placeholder()
    different = {PATH.match(url.partition("qpic.cn")[2])[2] for url in kept}  # type: ignore[index]
    assert len(set(kept.values())) == len(different)  # not one id has another's picture
    assert len(list((crawled.output / "images").rglob("*.*"))) == len(different)


def test_what_moves_still_moves_and_is_known_to(crawled: Desk) -> None:
    rows = parquet.read_table(crawled.output / "links.parquet").to_pylist()
    moving = [row for row in rows if "/mmbiz_gif/" in row["url"]]
    assert len(moving) >= 30
    for row in moving:
        assert (row["picture_type"], row["picture_frames"]) == ("image/gif", 3)
        with Image.open(BytesIO((crawled.output / "images" / row["picture_path"]).read_bytes())) as image:
            assert getattr(image, "n_frames", 1) == 3
    shapes = {(row["picture_width"], row["picture_height"]) for row in rows if row["picture_path"]}
    assert shapes == {(64, 48)}


def test_a_second_run_downloads_nothing(crawled: Desk, network: Internet) -> None:
    network.forget()
    before = sorted((crawled.output / "images").rglob("*"))
    assert crawled.crawl("-a", "only=image", *EVERY_NIGHT).returncode == 0
    assert len(network.asked(PICTURES)) == len({mention.url for _, mention in pictures(CORPUS)})
    assert network.sent(PICTURES) == 0
    assert sorted((crawled.output / "images").rglob("*")) == before


# --- in a browser -----------------------------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def browser(network: Internet) -> Iterator[Browser]:
    """Run headless Chromium with the small internet around it."""
    with chromium(proxy={"server": network.proxy, "bypass": "127.0.0.1"}) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a new tab."""
    context = browser.new_context(ignore_https_errors=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def site(crawled: Desk) -> Iterator[str]:
    """Serve the mended notes with their pictures, and the original notes, all as HTML, from a site of their own."""
    web = crawled.folder / "web"
    if not web.exists():
        (web / "output").mkdir(parents=True)
        (web / "output/images").symlink_to(crawled.output / "images")
        for name, folder in (("output/notes", crawled.output / "notes"), ("originals", CORPUS)):
            for note in folder.rglob("*.md"):
                html = web / name / note.relative_to(folder).with_suffix(".html")
                html.parent.mkdir(parents=True, exist_ok=True)
                html.write_text(f"<!DOCTYPE html><meta charset=utf-8>{pyromark.html(note.read_text('utf-8'))}")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(web))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def images(page: Page, address: str) -> list[Any]:
    """Return size and address of every picture of a page when all of them have come or failed."""
    page.goto(address, wait_until="load")
    found: list[Any] = page.evaluate(SHOWN)
    return found


def test_every_picture_shows_where_the_originals_do_not(crawled: Desk, page: Page, site: str) -> None:
    web = crawled.folder / "web"
    shown = []
    for html in sorted((web / "output/notes").rglob("*.html")):
        shown += images(page, f"{site}/{html.relative_to(web).as_posix()}")
    kept = [(width, height) for width, height, src in shown if "/output/images/" in src]
    assert len(kept) == PICTURES_OF_CORPUS
    assert set(kept) == {(64, 48)}
    assert [src for width, _, src in shown if width == 0 and "qpic.cn" in src] == []
    original = [
        (width, height)
        for html in sorted((web / "originals").rglob("2022*/*.html"))[:5]
        for width, height, src in images(page, f"{site}/{html.relative_to(web).as_posix()}")
        if "mmbiz.qpic.cn" in src
    ]
    with Image.open(BytesIO(placeholder())) as image:
        assert set(original) == {image.size}
