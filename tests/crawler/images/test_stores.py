"""Where pictures are kept: every place does the same, and what is there is not sent again."""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from crawler.errors import ImageStoreError, UserError
from crawler.images.opening import open_image_store
from crawler.images.store import FolderImageStore, image_name, is_image_name, is_intact, thumbnail_name
from tests.crawler.link_checking.test_image_fallbacks import PICTURES, drawn, named, shown, url
from tests.support.crawling import EVERY_NIGHT
from tests.support.options import project_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.images.store import ImageStore
    from tests.internet import Internet
    from tests.support.crawling import Desk

BODY = drawn("one")
NAME = named(BODY)
BASE = "https://cdn.example.com/notes"
KEYS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION_NAME": "us-east-1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Run an S3 server; return its address."""
    logging.getLogger("werkzeug").disabled = True
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return an empty bucket `pictures`."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    connection = HTTPConnection(s3.removeprefix("http://"))
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()
    resource = boto3.resource("s3", endpoint_url=s3, aws_access_key_id="k", aws_secret_access_key="s")
    return resource.create_bucket(Bucket="pictures")


@pytest.fixture
def ftp(tmp_path: Path) -> Iterator[str]:
    """Run an FTP server on a folder; return the address of a folder of it that is not there yet."""
    (tmp_path / "ftp").mkdir()
    port = free_port()
    options = f"--interface=127.0.0.1 --port={port} --write --username=me --password=secret --directory={tmp_path}/ftp"
    with subprocess.Popen(
        [sys.executable, "-m", "pyftpdlib", *options.split()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                continue
        yield f"ftp://me:secret@127.0.0.1:{port}/notes/pictures"
        server.terminate()


@pytest.fixture(params=["folder", "s3", "ftp"])
def gallery(request: pytest.FixtureRequest, tmp_path: Path) -> ImageStore:
    """Return an empty gallery of each sort."""
    settings: dict[str, Any] = {"OUTPUT_DIR": str(tmp_path), "IMAGES_BASE_URL": BASE, "IMAGES_STORE": ""}
    if request.param == "s3":
        request.getfixturevalue("bucket")
        endpoint = request.getfixturevalue("s3")
        settings |= {"IMAGES_STORE": "s3://pictures/of/notes", "AWS_ENDPOINT_URL": endpoint, **KEYS}
    if request.param == "ftp":
        settings |= {"IMAGES_STORE": request.getfixturevalue("ftp")}
    return open_image_store(project_options(**settings).images)


def test_every_gallery_does_the_same(gallery: ImageStore) -> None:
    gallery.connect()
    assert gallery.unavailable_reason is None
    assert (gallery.has(NAME), list(gallery.list())) == (False, [])
    for _ in range(2):
        gallery.put(NAME, BODY, "image/png")
    other = named(b"<svg/>", "svg")
    gallery.put(other, b"<svg/>", "image/svg+xml")
    assert (gallery.has(NAME), gallery.open(NAME)) == (True, BODY)
    assert list(gallery.list()) == sorted([NAME, other])
    today, before = date(2026, 11, 29), date(2026, 11, 28)
    for _ in range(2):
        gallery.discard(NAME, today)
    gallery.discard(other, before)
    assert list(gallery.list()) == []
    assert list(gallery.discarded()) == [(before, other), (today, NAME)]
    with pytest.raises(ImageStoreError):
        gallery.open(NAME)
    gallery.restore(NAME, today)
    assert (list(gallery.list()), gallery.open(NAME)) == ([NAME], BODY)
    for day, name in list(gallery.discarded()):
        gallery.delete_discarded(name, day)
    assert list(gallery.discarded()) == []
    assert gallery.public_url(NAME, Path("output/notes/2022")) == f"{BASE}/{NAME}"


def test_what_is_there_already_is_found_by_the_next_run(gallery: ImageStore) -> None:
    gallery.put(NAME, BODY, "image/png")
    again = type(gallery).__new__(type(gallery))
    again.__dict__ |= gallery.__dict__ | ({"_names": None} if "_names" in gallery.__dict__ else {})
    assert list(again.list()) == [NAME]


def test_nobody_s_password_is_in_a_message(ftp: str) -> None:
    wrong = ftp.replace("secret", "wr0ng")
    options = project_options(IMAGES_STORE=wrong, IMAGES_BASE_URL=BASE)
    gallery = open_image_store(options.images)
    gallery.connect()
    assert gallery.unavailable_reason is not None
    assert "wr0ng" not in gallery.unavailable_reason
    assert gallery.unavailable_reason.startswith("ftp://127.0.0.1")


def test_a_place_without_its_library_says_what_to_install() -> None:
    options = project_options(IMAGES_STORE="gs://bucket", IMAGES_BASE_URL=BASE)
    with pytest.raises(UserError, match=r"install notemend\[gs\]"):
        open_image_store(options.images)


@pytest.mark.parametrize("name", ["ab/x.png", f"cd/{NAME[3:]}", NAME[3:], f"x/{NAME}", f"{NAME}.txt", f"{NAME[:-4]}"])
def test_names_that_nobody_here_gives(name: str) -> None:
    assert not is_image_name(name)
    assert is_image_name(NAME)
    assert is_image_name(thumbnail_name(NAME, 800))


def test_a_name_tells_whether_the_bytes_are_intact(tmp_path: Path) -> None:
    assert image_name(BODY, "image/png") == NAME
    assert is_intact(NAME, BODY)
    assert not is_intact(NAME, BODY + b"\0")
    with pytest.raises(ImageStoreError, match=str(tmp_path)):
        FolderImageStore(tmp_path).open(NAME)


# --- S3, by whole runs ------------------------------------------------------------------------------------------------


def on_s3(desk: Desk, endpoint: str) -> tuple[str, ...]:
    desk.environ |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "AWS_ENDPOINT_URL": endpoint}
    desk.environ |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    return ("-s", "IMAGES_STORE=s3://pictures/of", "-s", f"IMAGES_BASE_URL={BASE}", *EVERY_NIGHT)


def contents(bucket: Any) -> dict[str, tuple[bytes, str]]:
    found = {}
    for each in bucket.objects.all():
        answer = each.get()
        found[each.key] = (answer["Body"].read(), answer["ContentType"])
    return found


def test_pictures_are_sent_to_s3_once(desk: Desk, internet: Internet, s3: str, bucket: Any) -> None:
    desk.write("b/a.md", shown(url("one"), url("one", query="wx_fmt=jpeg"), url("two")))
    where = on_s3(desk, s3)
    done = desk.crawl(*where)
    assert (done.returncode, done.stderr) == (0, "")
    there = {f"of/{named(drawn(name))}": (drawn(name), "image/png") for name in ("one", "two")}
    assert contents(bucket) == there
    note = (desk.output / "notes/b/a.md").read_text()
    assert note.count(f'src="{BASE}/{NAME}"') == 2
    assert not (desk.output / "images").exists()
    sent = {each.key: each.last_modified for each in bucket.objects.all()}
    for words in (("crawl", "notes"), ("publish",)):
        internet.forget()
        assert desk.run(*words, "-a", f"notes={desk.notes}", *where).returncode == 0
        assert internet.sent(PICTURES) == 0
        assert {each.key: each.last_modified for each in bucket.objects.all()} == sent
        assert (desk.output / "notes/b/a.md").read_text() == note
    desk.write("b/a.md", shown(url("one")))
    done = desk.run("images", "--gc", "--delete", "--verify", "-a", f"notes={desk.notes}", *where)
    assert "unused images: 1 moved" in done.stdout
    trashed = f"of/trash/{datetime.now(UTC).date()}/{named(drawn('two'))}"
    assert contents(bucket).keys() == {f"of/{NAME}", trashed}


def test_pictures_move_with_their_notes(desk: Desk, internet: Internet, s3: str, bucket: Any) -> None:
    """From paths to a base URL, to another one, and to S3: by their hashes, and nothing is requested or lost."""
    names = [NAME, named(drawn("two"))]
    note = desk.write("b/a.md", shown(url("one"), url("two")))

    def published(*words: str) -> str:
        done = desk.run("publish", "--in-place", "-a", f"notes={desk.notes}", *words)
        assert (done.returncode, done.stderr) == (0, "")
        return note.read_text()

    def at(base: str) -> str:
        return shown(*(f"{base}/{name}" for name in names))

    assert desk.crawl().returncode == 0
    assert published() == at("../../output/images")
    internet.forget()
    first, second = "https://first.example.com/of", "https://second.example.com"
    for base in (first, second):
        assert published("-s", f"IMAGES_BASE_URL={base}") == at(base)
    where = on_s3(desk, s3)
    words = ("-a", f"notes={desk.notes}", *where)
    damaged = desk.output / "images/ab" / f"ab{'0' * 62}.png"
    damaged.parent.mkdir(exist_ok=True)
    damaged.write_bytes(BODY)
    done = desk.run("images", "--copy-from", str(desk.output / "images"), *words)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"damaged: ab/{damaged.name}",
        f"images from {desk.output}/images to s3://pictures/of: 2 copied, 0 there before, 1 damaged",
    ]
    there = {f"of/{name}": (drawn(seed), "image/png") for name, seed in zip(names, ("one", "two"), strict=True)}
    assert contents(bucket) == there
    shutil.rmtree(desk.output / "images")
    assert (done := desk.crawl(*where)).returncode == 0
    assert done.stderr == ""
    assert {row["reason"] for row in desk.health().values()} == {"found in the image store"}
    assert (desk.output / "notes/b/a.md").read_text() == at(BASE)
    assert published(*where) == at(BASE)
    assert internet.asked("*qpic.cn*") == internet.asked("*example.com*") == []
    for _ in range(2):
        done = desk.run("images", "--gc", "--delete", "--verify", *words)
        assert (done.returncode, done.stdout.splitlines()[-1].partition(" to ")[0]) == (0, "unused images: 0 moved")
        assert contents(bucket) == there
        desk.run("undo")
    assert note.read_text() == at(first)


def test_an_unreachable_store_is_said_and_the_next_run_completes(
    desk: Desk, internet: Internet, s3: str, bucket: Any
) -> None:
    desk.write("a.md", shown(url("one")) + "[page](https://h00.bench.example.org/page/1)\n")
    nowhere = on_s3(desk, f"http://127.0.0.1:{free_port()}")
    done = desk.crawl(*nowhere, AWS_MAX_ATTEMPTS="1")
    assert done.returncode == 2
    assert done.stderr.startswith("notemend: IMAGES_STORE: s3://pictures/of: ")
    assert len(done.stderr.splitlines()) == 1
    assert (desk.output / "notes/a.md").read_bytes() == (desk.notes / "a.md").read_bytes()
    assert internet.asked(PICTURES) == []
    assert Counter(desk.verdicts().values()) == {"alive": 1, "unknown": 1}
    done = desk.crawl(*on_s3(desk, s3))
    assert (done.returncode, done.stderr) == (0, "")
    shown_now = (desk.output / "notes/a.md").read_text()
    assert f'src="{BASE}/{NAME}"' in shown_now
    assert (
        desk.crawl(*nowhere, AWS_MAX_ATTEMPTS="1", AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}").returncode == 2
    )
    assert (desk.output / "notes/a.md").read_text() == shown_now


def test_a_bucket_that_is_not_there(desk: Desk, s3: str, bucket: Any) -> None:
    desk.write("a.md", shown(url("one")))
    done = desk.crawl(*on_s3(desk, s3), "-s", "IMAGES_STORE=s3://nowhere")
    assert done.returncode == 2
    assert "NoSuchBucket" in done.stderr
