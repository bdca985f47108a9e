"""Real notes, crawled night by night: edits, pictures, byte for byte and in a browser, and what the nights cost."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyromark
import pytest
from PIL import Image
from pyarrow import parquet

from crawler.models.notes.note import LinkRole, Mention
from crawler.notes.files.folder import NotesFolder
from tests.crawler.link_checking.images.test_image_fallbacks import PICTURES
from tests.internet import Internet
from tests.internet.sites.qpic import PATH, draw, placeholder
from tests.support.browsing import chromium, serving
from tests.support.crawling import CORPUS, Desk, mended
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

HAS_CORPUS = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real notes (../shared/corpus) is not here")
PART = ("README.md", "notes/202105", "notes/202110")
"""What of the corpus is crawled in each run of the tests; `make stress` crawls all."""
SHOWN = """Array.from(document.images, image => [image.naturalWidth, image.naturalHeight, image.src])"""
TIMES = {
    "links": ("first_seen", "due_at", "checked_at", "last_alive", "snapshot_asked_at"),
    "checks": ("checked_at",),
    "facts": ("seen_at",),
    "validators": ("read_at",),
}
NO_VALIDATORS = ("https://mp.weixin.qq.com/*", "https://github.com/*")
"""Hosts that give articles and pages without validators, or with new ones every time, as the real ones do."""


PROGRESS = "notemend: checking links: "
"""What a line begins with that a log gets of a crawl of more than half a minute, as on a busy machine."""


def let_pass(desk: Desk, days: float) -> None:
    """Move everything that the store remembers so many days back."""
    with closing(sqlite3.connect(desk.output / "notemend.sqlite")) as store, store:
        for table, columns in TIMES.items():
            for name in columns:
                moved = f"strftime('%Y-%m-%d %H:%M:%f000', {name}, '-{days} days')"
                store.execute(f"UPDATE {table} SET {name} = {moved} WHERE {name} IS NOT NULL")
        store.execute("UPDATE links SET waiting_since = checked_at WHERE checked_at IS NOT NULL")


def night(desk: Desk, internet: Internet) -> tuple[int, int]:
    """Crawl, and return how many requests the night made and how many bytes of bodies it was sent."""
    internet.forget()
    done = desk.crawl()
    told = [line for line in done.stderr.splitlines() if not line.startswith(PROGRESS)]
    assert (done.returncode, told) == (0, [])
    return len(internet.requests), internet.sent("*")


def read_in_full(internet: Internet) -> int:
    return internet.sent("*") - sum(map(internet.sent, NO_VALIDATORS))


def test_a_second_night_over_the_sample_notes(desk: Desk, internet: Internet) -> None:
    shutil.copytree(ROOT / "notes", desk.notes, dirs_exist_ok=True)
    requests, _ = night(desk, internet)
    before = desk.health()
    at_once, _ = night(desk, internet)
    assert at_once <= requests / 10  # the same night again
    let_pass(desk, 40)
    everything, _ = night(desk, internet)
    assert everything > requests / 2
    after = desk.health()
    assert {url: row["title"] for url, row in after.items()} == {url: row["title"] for url, row in before.items()}
    pictures = sum(row["kind"] == "image" and row["verdict"] == "alive" for row in before.values())
    assert pictures > 0
    answered = internet.asked("https://mmbiz.qpic.cn/*")
    assert sum("if-none-match" in request.headers for request in answered) == pictures


# --- the corpus -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Crawled:
    """A desk on which the corpus was crawled once: how many requests that took, and how many bytes of bodies.

    `pictures` are the mentions of WeChat's pictures in it, `moving` the pictures that are animated.
    """

    desk: Desk
    pictures: int
    moving: int
    internet: Internet
    requests: int
    downloaded: int
    read_in_full: int


@pytest.fixture(scope="module")
def network() -> Iterator[Internet]:
    """Return an internet for all tests of the corpus."""
    with Internet() as internet:
        yield internet


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((PART, 152, 8), id="part"),
        pytest.param((("README.md", "notes"), 596, 30), id="whole", marks=pytest.mark.stress),
    ],
)
def crawled(request: pytest.FixtureRequest, network: Internet, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Return the corpus, or a part of it, after its first night."""
    paths, pictures, moving = request.param
    desk = Desk(tmp_path_factory.mktemp("corpus"), network.environ())
    for path in paths:
        if (CORPUS / path).is_dir():
            shutil.copytree(CORPUS / path, desk.notes / path)
        else:
            shutil.copy(CORPUS / path, desk.notes)
    requests, downloaded = night(desk, network)
    return Crawled(desk, pictures, moving, network, requests, downloaded, read_in_full(network))


@HAS_CORPUS
def test_notes_differ_by_the_edits_alone(crawled: Crawled) -> None:
    desk = crawled.desk
    edits = desk.edits()
    for note in sorted(desk.notes.rglob("*.md")):
        path = note.relative_to(desk.notes).as_posix()
        here = [edit for edit in edits if edit["note"] == path]
        assert (desk.output / "notes" / path).read_bytes() == mended(note.read_bytes(), here), path
    rows = desk.health()
    assert rows["notes/202105/05010.md"]["suggestion"] == "notes/202105/0510.md"
    alive = sum(row["kind"] == "image" and row["verdict"] == "alive" for row in rows.values())
    assert alive >= 0.97 * crawled.pictures
    assert "notes/202105/0510.md" not in (desk.output / "notes/README.md").read_text("utf-8")


# --- its pictures -----------------------------------------------------------------------------------------------------


def pictures(folder: Path) -> list[tuple[str, Mention]]:
    """Return every mention of a WeChat picture, with its note."""
    mentions = ((note.path, mention) for note in NotesFolder(folder) for mention in note.mentions)
    return [(path, each) for path, each in mentions if each.role is LinkRole.IMAGE and "mmbiz.qpic.cn" in each.url]


def true_bytes(url: str) -> bytes:
    """Return what the small internet has under the id in an address."""
    found = PATH.match(url.partition("qpic.cn")[2])
    assert found is not None, url
    return draw(found[2], {None: "jpeg", "jpg": "jpeg"}.get(found[1], found[1]))


@HAS_CORPUS
def test_each_entry_has_its_own_picture_byte_for_byte(crawled: Crawled) -> None:
    desk = crawled.desk
    noted = pictures(desk.notes)
    assert len(noted) == crawled.pictures
    edits = {(edit["note"], edit["start"]): str(edit["new"]) for edit in desk.edits()}
    kept = {}
    for path, mention in noted:
        here = desk.output / "notes" / path
        file = (here.parent / edits[path, mention.start]).resolve()
        kept[mention.url] = file.read_bytes()
        assert kept[mention.url] == true_bytes(mention.url), mention.url
        assert file.stem == sha256(kept[mention.url]).hexdigest()
        assert kept[mention.url] != placeholder()
    different = {PATH.match(url.partition("qpic.cn")[2])[2] for url in kept}  # type: ignore[index]
    assert len(set(kept.values())) == len(different)  # not one id has another's picture
    assert len(list((desk.output / "images").rglob("*.*"))) == len(different)


@HAS_CORPUS
def test_what_moves_still_moves_and_is_known_to(crawled: Crawled) -> None:
    output = crawled.desk.output
    rows = parquet.read_table(output / "links.parquet").to_pylist()
    moving = [row for row in rows if "/mmbiz_gif/" in row["url"]]
    assert len(moving) >= crawled.moving
    for row in moving:
        assert (row["picture_type"], row["picture_frames"]) == ("image/gif", 3)
        with Image.open(BytesIO((output / "images" / row["picture_path"]).read_bytes())) as image:
            assert getattr(image, "n_frames", 1) == 3
    shapes = {(row["picture_width"], row["picture_height"]) for row in rows if row["picture_path"]}
    assert shapes == {(64, 48)}


# --- in a browser -----------------------------------------------------------------------------------------------------


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


def of_folders(folder: Path) -> Iterable[tuple[Path, Iterator[Path]]]:
    """Return the notes of each folder, which a browser may read as one page."""
    return groupby(sorted(folder.rglob("*.md"), key=lambda note: note.parent), lambda note: note.parent)


@pytest.fixture
def site(crawled: Crawled) -> Iterator[str]:
    """Serve the mended notes with their pictures, and the original notes, as a page for each folder."""
    desk = crawled.desk
    web = desk.folder / "web"
    (web / "output").mkdir(parents=True)
    (web / "output/images").symlink_to(desk.output / "images")
    for name, folder in (("output/notes", desk.output / "notes"), ("originals", desk.notes)):
        for parent, notes in of_folders(folder):
            html = web / name / parent.relative_to(folder) / "all.html"
            html.parent.mkdir(parents=True, exist_ok=True)
            bodies = "".join(pyromark.html(note.read_text("utf-8")) for note in notes)
            html.write_text(f"<!DOCTYPE html><meta charset=utf-8>{bodies}")
    with serving(web) as address:
        yield address


def images(page: Page, address: str) -> list[Any]:
    """Return size and address of every picture of a page when all of them have come or failed."""
    page.goto(address, wait_until="load")
    found: list[Any] = page.evaluate(SHOWN)
    return found


@HAS_CORPUS
def test_every_picture_shows_where_the_originals_do_not(crawled: Crawled, page: Page, site: str) -> None:
    web = crawled.desk.folder / "web"
    shown = []
    for html in sorted((web / "output/notes").rglob("*.html")):
        shown += images(page, f"{site}/{html.relative_to(web).as_posix()}")
    kept = [(width, height) for width, height, src in shown if "/output/images/" in src]
    assert len(kept) == crawled.pictures
    assert set(kept) == {(64, 48)}
    assert [src for width, _, src in shown if width == 0 and "qpic.cn" in src] == []
    original = [
        (width, height)
        for html in sorted((web / "originals").rglob("202110/*.html"))[:1]
        for width, height, src in images(page, f"{site}/{html.relative_to(web).as_posix()}")
        if "mmbiz.qpic.cn" in src
    ]
    with Image.open(BytesIO(placeholder())) as image:
        assert set(original) == {image.size}


# --- its second night -------------------------------------------------------------------------------------------------


@HAS_CORPUS
@pytest.mark.stress  # that over the sample notes is a sample
def test_a_second_night(crawled: Crawled) -> None:
    desk, internet = crawled.desk, crawled.internet
    let_pass(desk, 1)
    again, more = night(desk, internet)
    print(f"first night {crawled.requests} requests, {crawled.downloaded} bytes; second {again}, {more}")  # noqa: T201
    assert again <= crawled.requests / 10
    assert more <= crawled.downloaded / 100


@HAS_CORPUS
@pytest.mark.stress
def test_a_night_on_which_all_is_due(crawled: Crawled) -> None:
    """`test_a_second_night_over_the_sample_notes` is a smaller one."""
    desk, internet = crawled.desk, crawled.internet
    before = desk.verdicts()
    let_pass(desk, 40)
    saved = sorted((desk.output / "images").rglob("*"))
    everything, sent = night(desk, internet)
    some = read_in_full(internet)
    print(f"all due: {everything} requests, {sent} bytes; {some} of {crawled.read_in_full} from who has validators")  # noqa: T201
    assert desk.verdicts().keys() == before.keys()
    assert some <= crawled.read_in_full / 10  # redirects, errors and the pages of hosts that just have none
    assert len(internet.asked(PICTURES)) == len({mention.url for _, mention in pictures(desk.notes)})
    assert internet.sent(PICTURES) == 0
    assert sorted((desk.output / "images").rglob("*")) == saved
