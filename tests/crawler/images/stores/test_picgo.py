"""Images that PicGo uploads: once, under the URL that it returns, and never lost when it does not run."""

from __future__ import annotations

import json
import shutil
import socket
from contextlib import closing
from datetime import UTC, datetime
from html import escape
from math import inf
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from crawler.errors import UserError
from crawler.images.opening import open_image_store, open_other_store
from crawler.images.references import find_urls
from crawler.images.stores import picgo as picgo_store
from crawler.images.stores.picgo_settings import Uploader, find_uploader, read_uploader
from crawler.store.link_store import LinkStore
from tests.crawler.images.stores.test_every_store import BASE, drip
from tests.crawler.link_checking.images.test_image_fallbacks import PICTURES, drawn, named, shown, url
from tests.support.crawling import EVERY_NIGHT
from tests.support.options import project_options
from tests.support.picgo_server import BED, PicGoServer
from tests.support.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.images.store import ImageStore
    from tests.internet import Internet
    from tests.support.crawling import Desk

ONE, TWO, THREE, FOUR, FIVE = BODIES = [drawn(seed) for seed in ("one", "two", "three", "four", "five")]
NAMES = [named(body) for body in BODIES]
NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def picgo() -> Iterator[PicGoServer]:
    with PicGoServer() as server:
        yield server


@pytest.fixture
def uploads() -> Iterator[LinkStore]:
    with closing(LinkStore.open("sqlite://")) as store:
        yield store


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home folder."""
    (home := tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    return home


def opened(location: str, folder: Path, uploads: LinkStore, **settings: object) -> ImageStore:
    options = project_options(OUTPUT_DIR=str(folder), IMAGES_STORE=location, **settings)
    return open_image_store(options.images, uploads)


def put(store: ImageStore, *bodies: bytes) -> None:
    for body in bodies:
        store.put(named(body), body, "image/png")


def test_an_image_is_uploaded_once(picgo: PicGoServer, tmp_path: Path, uploads: LinkStore) -> None:
    store = opened(picgo.location, tmp_path, uploads)
    put(store, ONE, TWO, ONE)
    again = opened(picgo.location, tmp_path, uploads)
    put(again, ONE)
    again.send_unsent()
    assert [*picgo.uploads.values()] == [ONE, TWO]
    assert picgo.asked == 2
    urls = [again.public_url(name, tmp_path) for name in NAMES[:2]]
    assert urls == [*picgo.uploads]
    assert (again.problem, again.public_url(NAMES[2], tmp_path)) == (None, None)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"success": False, "message": "upload error\n at x"}, "PicGo: upload error at x"),
        ({"success": False}, "PicGo: no URL returned"),
        ({"success": True, "result": []}, "PicGo: no URL returned"),
        ({"success": True, "result": [None]}, "PicGo: no URL returned"),
        ({"success": True, "result": [f"{BED}/a.png", f"{BED}/b.png"]}, "PicGo: no URL returned"),
        ({"success": True, "result": ["undefined"]}, "PicGo returned no URL: 'undefined'"),
        ({"success": True, "result": [f"{BED}/a b.png"]}, "PicGo returned no URL: "),
        ([], "PicGo: no URL returned"),
        (b"<html>", "HTTP 200 without JSON, which is no answer of PicGo"),
        pytest.param(b"[" * 60_000, "HTTP 200 without JSON, which is no answer of PicGo", id="nested"),
        pytest.param(b'"' + b"x" * 70_000 + b'"', "HTTP 200 without JSON, which is no answer of PicGo", id="large"),
    ],
)
def test_a_refused_image_stays_in_the_folder(
    picgo: PicGoServer, tmp_path: Path, uploads: LinkStore, answer: Any, says: str
) -> None:
    store = opened(picgo.location, tmp_path, uploads)
    picgo.answer = lambda _: answer
    put(store, ONE)
    server = picgo.location.replace("picgo", "http")
    assert store.problem is not None
    assert store.problem.startswith(f"IMAGES_STORE: {server}: {NAMES[0]}: {says}")
    ending = f"; 1 image is in {tmp_path}/images and not uploaded yet, the next run tries again"
    assert store.problem.endswith(ending)
    assert len(store.problem.splitlines()) == 1
    assert (store.open(NAMES[0]), store.public_url(NAMES[0], tmp_path)) == (ONE, None)
    picgo.answer = None
    put(store, TWO)  # what the bed does not take is no reason to keep others from it
    assert store.public_url(NAMES[1], tmp_path) is not None
    store.send_unsent()
    assert [*picgo.uploads.values()] == [TWO, ONE]


def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for(
    tmp_path: Path, uploads: LinkStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picgo_store, "ANSWER_SECONDS", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        Thread(target=drip, args=(server,), daemon=True).start()
        store = opened(f"picgo://127.0.0.1:{server.getsockname()[1]}", tmp_path, uploads)
        put(store, ONE)
    assert store.unsent_reason is not None
    assert ": no answer; 1 image is in " in store.unsent_reason


def test_three_refusals_in_a_row_are_enough(picgo: PicGoServer, tmp_path: Path, uploads: LinkStore) -> None:
    store = opened(picgo.location, tmp_path, uploads)
    picgo.answer = lambda body: {"success": body == TWO, "result": [f"{BED}/two.png"]}
    put(store, ONE, THREE, TWO, FOUR, FIVE)
    assert picgo.asked == 5
    store.send_unsent()
    store.send_unsent()
    assert picgo.asked == 6
    assert store.unsent_reason is not None
    assert "; 4 images are in " in store.unsent_reason
    assert sorted(store.list()) == sorted(NAMES)


def test_two_images_never_have_one_url(picgo: PicGoServer, tmp_path: Path, uploads: LinkStore) -> None:
    store = opened(picgo.location, tmp_path, uploads)
    picgo.answer = lambda _: {"success": True, "result": [f"{BED}/20261129.png"]}
    put(store, ONE, TWO)
    assert store.public_url(NAMES[0], tmp_path) == f"{BED}/20261129.png"
    assert store.public_url(NAMES[1], tmp_path) is None
    assert f"got the URL of {NAMES[0]}, {BED}/20261129.png; turn off renaming" in str(store.problem)


def test_an_encoded_url_is_read(picgo: PicGoServer, tmp_path: Path, uploads: LinkStore) -> None:
    store = opened(picgo.location, tmp_path, uploads)
    picgo.answer = lambda _: {"success": True, "result": ["https%3A%2F%2Fbed.example.org%2Fa.png"]}
    put(store, ONE)
    assert store.public_url(NAMES[0], tmp_path) == "https://bed.example.org/a.png"


def test_a_key(tmp_path: Path, uploads: LinkStore) -> None:
    with PicGoServer(key="s3cret") as picgo:
        without = opened(picgo.location, tmp_path, uploads)
        put(without, ONE)
        assert "server key is uncorrect" in str(without.problem)
        store = opened(picgo.location, tmp_path, uploads, PICGO_KEY="s3cret")
        store.send_unsent()
        assert (store.problem, len(picgo.uploads)) == (None, 1)


def test_the_newest_url_counts(picgo: PicGoServer, tmp_path: Path, uploads: LinkStore) -> None:
    store = opened(picgo.location, tmp_path, uploads)
    put(store, ONE)
    first = store.public_url(NAMES[0], tmp_path)
    uploads.save_upload(f"{BED}/newer.png", NAMES[0], NOW.replace(year=2027))
    assert uploads.uploaded_urls() == {NAMES[0]: f"{BED}/newer.png"}
    assert uploads.uploaded_names() == {first: NAMES[0], f"{BED}/newer.png": NAMES[0]}


def test_places_that_make_no_sense(tmp_path: Path, uploads: LinkStore) -> None:
    with pytest.raises(UserError, match="^IMAGES_STORE: picgo://h:port: "):
        opened("picgo://h:port", tmp_path, uploads)
    with pytest.raises(UserError, match=r"^picgo://: no image store \(valid: a folder, s3://, "):
        open_other_store(project_options(OUTPUT_DIR=str(tmp_path)).images, "picgo://", uploads)


# --- the configuration of PicGo ---------------------------------------------------------------------------------------

FILES = {".picgo/config.json": "core", ".config/piclist/data.json": "list", ".config/picgo/data.json": "aliyun"}
"""Configurations, each before the ones above it."""

CONFIG: dict[str, dict[str, Any]] = {
    "picBed": {
        "uploader": "aliyun",
        "current": "smms",
        "aliyun": {"accessKeySecret": "s3cret", "bucket": "b", "area": "oss-cn-beijing", "customUrl": ""},
    },
    "settings": {"server": {"port": 1}},
}


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (CONFIG, Uploader("aliyun", "https://b.oss-cn-beijing.aliyuncs.com")),
        ({"picBed": {"current": "smms", "smms": {"token": "s3cret"}}}, Uploader("smms")),
        (
            {"picBed": {"uploader": "qiniu", "qiniu": {"url": "https://q.example.com/"}}},
            Uploader("qiniu", "https://q.example.com"),
        ),
        ({"picBed": {"uploader": "qiniu", "qiniu": {"url": "q.example.com"}}}, Uploader("qiniu")),
        ({"picBed": {"uploader": "github", "github": {"repo": "a/b"}}}, Uploader("github")),
        ({"picBed": {"uploader": "aliyun", "aliyun": ["s3cret"]}}, Uploader("aliyun")),
        ({"picBed": {"uploader": ["aliyun"]}}, Uploader()),
        ({"picBed": []}, Uploader()),
        ([], Uploader()),
    ],
)
def test_what_is_read_of_a_configuration(config: object, found: Uploader) -> None:
    assert read_uploader(config) == found


def test_where_the_configuration_is(home: Path, picgo: PicGoServer, tmp_path: Path, uploads: LinkStore) -> None:
    assert find_uploader() == Uploader()
    for place, uploader in FILES.items():
        (home / place).parent.mkdir(parents=True)
        (home / place).write_text(json.dumps({"picBed": CONFIG["picBed"] | {"uploader": uploader}}))
        assert find_uploader().name == uploader
    store = opened(picgo.location, tmp_path, uploads)
    assert store.is_own_url("https://b.oss-cn-beijing.aliyuncs.com/img/mine.png")
    assert not store.is_own_url("https://b.oss-cn-beijing.aliyuncs.com.example.org/mine.png")
    other = opened(picgo.location, tmp_path, uploads, IMAGES_BASE_URL="https://own.example.com/")
    assert other.is_own_url("https://own.example.com/mine.png")
    picgo.answer = lambda _: {"success": False, "message": "no"}
    put(store, ONE)
    assert "PicGo (uploader aliyun): no" in str(store.problem)
    assert "s3cret" not in f"{store.problem}{vars(store)}"
    (home / ".config/picgo/data.json").write_text("{")
    assert find_uploader().name == "list"


def test_urls_are_found_however_they_are_written(tmp_path: Path) -> None:
    urls = {f"{BED}/{name}" for name in ("a b.png", "ü%20.png?v=1&w=2", "c.png", "absent.png")}
    (tmp_path / "a.md").write_text(f"{BED}/a%20b.png <img src='{BED}/ü%20.png?v=1&amp;w=2'>")
    (tmp_path / "b.md").write_bytes(f"{BED.upper()}/C.PNG".encode("utf-16"))
    found = find_urls([tmp_path / "a.md", tmp_path / "b.md"], urls)
    assert found == urls - {f"{BED}/absent.png"}
    assert find_urls([tmp_path / "a.md"], ()) == set()


# --- whole runs -------------------------------------------------------------------------------------------------------


def at(place: object) -> tuple[str, ...]:
    return ("-s", f"IMAGES_STORE={place}", *EVERY_NIGHT)


def test_nights_with_and_without_picgo(desk: Desk, internet: Internet, picgo: PicGoServer) -> None:
    """Off, on, edited in place, collected, dead on the bed, moved to another folder: uploaded once, never lost."""
    internet.fault(f"{BED}/*", picgo.show, times=inf)
    note = desk.write("a.md", before := shown(url("one"), url("one", query="wx_fmt=jpeg"), url("two")))
    off = f"picgo://127.0.0.1:{free_port()}"
    words = ("-a", f"notes={desk.notes}", *at(picgo.location))

    done = desk.crawl(*at(off))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"notemend: IMAGES_STORE: {off.replace('picgo', 'http')}: PicGo is not running, or ")
    assert "; 2 images are in " in done.stderr
    assert sorted(file.read_bytes() for file in (desk.output / "images").rglob("*.png")) == sorted([ONE, TWO])
    assert (desk.output / "notes/a.md").read_text() == before

    internet.forget()
    done = desk.crawl(*at(picgo.location))
    assert (done.returncode, done.stderr) == (0, "")
    assert internet.sent(PICTURES) == 0
    urls = {body: given for given, body in picgo.uploads.items()}
    assert sorted(urls) == sorted([ONE, TWO])
    after = shown(*(escape(urls[body]) for body in (ONE, ONE, TWO)))
    assert (desk.output / "notes/a.md").read_text() == after

    done = desk.run("publish", "--in-place", *words)
    assert (done.returncode, note.read_text()) == (0, after)
    gone = urls[ONE]
    del picgo.uploads[gone]
    done = desk.crawl(*at(picgo.location), "-s", "DEAD_AFTER=1")
    assert (done.returncode, done.stderr) == (0, "")
    assert {link: verdict for link, verdict in desk.verdicts().items() if BED in link} == {
        gone: "dead",
        urls[TWO]: "alive",
    }
    assert picgo.asked == 3
    new = next(given for given, body in picgo.uploads.items() if body == ONE)
    assert (desk.output / "notes/a.md").read_text() == after.replace(escape(gone), escape(new))
    done = desk.run("images", "--gc", "--delete", "--verify", *words)
    assert (done.returncode, done.stdout.splitlines()[-1].partition(" to ")[0]) == (0, "unused images: 0 moved")

    shutil.move(desk.output / "images", desk.folder / "kept")
    own = (*at(desk.folder / "kept"), "-s", f"IMAGES_BASE_URL={BASE}")
    internet.forget()
    done = desk.crawl(*own)
    assert (done.returncode, done.stderr) == (0, "")
    assert (desk.output / "notes/a.md").read_text() == shown(*(f"{BASE}/{named(body)}" for body in (ONE, ONE, TWO)))
    assert internet.asked(f"{BED}/*") == internet.asked(PICTURES) == []
