"""Where pictures are kept: their names, and whole runs with a bucket of S3."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from crawler.errors import ImageStoreError
from crawler.images.names import image_name, is_image_name, is_intact, thumbnail_name
from crawler.images.store import FolderImageStore
from tests.crawler.link_checking.images.test_image_fallbacks import PICTURES, drawn, named, shown, url
from tests.support.crawling import EVERY_NIGHT
from tests.support.processes import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet
    from tests.support.crawling import Desk

pytest_plugins = ["tests.support.s3_servers"]

BODY = drawn("one")
NAME = named(BODY)
BASE = "https://cdn.example.com/notes"


@pytest.fixture
def bucket(moto: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return an empty bucket `pictures`."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    connection = HTTPConnection(moto.removeprefix("http://"))
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()
    resource = boto3.resource("s3", endpoint_url=moto, aws_access_key_id="k", aws_secret_access_key="s")
    return resource.create_bucket(Bucket="pictures")


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


def test_pictures_are_sent_to_s3_once(desk: Desk, internet: Internet, moto: str, bucket: Any) -> None:
    desk.write("b/a.md", shown(url("one"), url("one", query="wx_fmt=jpeg"), url("two")))
    where = on_s3(desk, moto)
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


def test_pictures_move_with_their_notes(desk: Desk, internet: Internet, moto: str, bucket: Any) -> None:
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
    where = on_s3(desk, moto)
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
        desk.run("undo", "-a", f"notes={desk.notes}")
    assert note.read_text() == at(first)


def test_an_unreachable_store_is_said_and_the_next_run_completes(
    desk: Desk, internet: Internet, moto: str, bucket: Any
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
    done = desk.crawl(*on_s3(desk, moto))
    assert (done.returncode, done.stderr) == (0, "")
    shown_now = (desk.output / "notes/a.md").read_text()
    assert f'src="{BASE}/{NAME}"' in shown_now
    assert (
        desk.crawl(*nowhere, AWS_MAX_ATTEMPTS="1", AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}").returncode == 2
    )
    assert (desk.output / "notes/a.md").read_text() == shown_now


def test_a_bucket_that_is_not_there(desk: Desk, moto: str, bucket: Any) -> None:
    desk.write("a.md", shown(url("one")))
    done = desk.crawl(*on_s3(desk, moto), "-s", "IMAGES_STORE=s3://nowhere")
    assert done.returncode == 2
    assert "NoSuchBucket" in done.stderr
