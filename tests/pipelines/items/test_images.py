"""What a picture is by its bytes, and how it is kept."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crawler.fetch.large_bodies import BodyBudget
from crawler.images.names import image_name
from crawler.images.opening import open_image_store
from crawler.images.sniff import EXTENSIONS, inspect_image, media_type
from crawler.images.store import FolderImageStore
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, Verdict, VerdictRecord
from crawler.models.metadata import Page, Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, ImageSource
from crawler.store.link_store import LinkStore
from pipelines.items.images import ImagesPipeline
from tests.support.options import project_options

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.images.store import ImageStore

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
LINK = Link("https://mmbiz.qpic.cn/mmbiz_png/a/640?wx_fmt=png", "image", "x", "mmbiz.qpic.cn")


def drawn(form: str, **how: object) -> bytes:
    """Return a small picture as a program writes it."""
    file = BytesIO()
    Image.new("RGB", (3, 2), "red").save(file, form, **how)
    return file.getvalue()


def animated() -> bytes:
    file = BytesIO()
    frames = [Image.new("P", (3, 2), color) for color in range(3)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


PICTURES = {
    "png": (drawn("PNG"), "image/png"),
    "jpeg": (drawn("JPEG"), "image/jpeg"),
    "progressive jpeg": (drawn("JPEG", progressive=True), "image/jpeg"),
    "jpeg with EXIF first": (b"\xff\xd8\xff\xe1\x00\x18Exif\x00\x00", "image/jpeg"),
    "gif": (drawn("GIF"), "image/gif"),
    "animated gif": (animated(), "image/gif"),
    "gif of 1987": (b"GIF87a\x01\x00\x01\x00", "image/gif"),
    "webp": (drawn("WEBP"), "image/webp"),
    "lossless webp": (drawn("WEBP", lossless=True), "image/webp"),
    "avif": (drawn("AVIF"), "image/avif"),
    "avif by a later brand": (b"\x00\x00\x00\x20ftypmif1\x00\x00\x00\x00mif1avifmiaf", "image/avif"),
    "animated avif": (b"\x00\x00\x00\x20ftypavis\x00\x00\x00\x00avisavif", "image/avif"),
    "bmp": (drawn("BMP"), "image/bmp"),
    "svg": (SVG, "image/svg+xml"),
    "svg with everything before": (
        b'\xef\xbb\xbf <?xml version="1.0"?>\n<!-- by > hand --><!DOCTYPE svg PUBLIC "x" "y">\n' + SVG,
        "image/svg+xml",
    ),
    "svg in capitals": (b"<SVG>", "image/svg+xml"),
}
OTHERS = {
    "nothing": b"",
    "a page": b"<!DOCTYPE html><html><body><svg></svg></body></html>",
    "a page that begins with a comment": b"<!-- <svg> --><html>",
    "a tag that begins alike": b"<svgfoo>",
    "a PDF": b"%PDF-1.7",
    "JSON": b'{"errcode": 1}',
    "a sound in the same container as WebP": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "a sound in the same container as AVIF": b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00isomiso2avc1mp41",
    "half a signature": b"\x89PNG",
    "a signature that does not stand first": b" \x89PNG\r\n\x1a\n",
    "words with a bitmap's letters": b"BMW builds cars",
    "WebP's name alone": b"WEBPVP8 ",
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_known_by_their_bytes(name: str) -> None:
    body, expected = PICTURES[name]
    assert media_type(body) == expected
    assert expected in EXTENSIONS


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_is_no_picture(name: str) -> None:
    assert media_type(OTHERS[name]) is None


@given(st.binary(max_size=200))
def test_any_bytes_may_come(body: bytes) -> None:
    assert media_type(body) in {None, *EXTENSIONS}
    assert media_type(b"<html>" + body) is None
    assert media_type(b"GIF89a" + body) == "image/gif"


def test_extensions_are_all_different() -> None:
    assert len(set(EXTENSIONS.values())) == len(EXTENSIONS)


# --- kept -------------------------------------------------------------------------------------------------------------


def seen(body: bytes) -> CheckResult:
    check = Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, CheckMethod.PAGE, http_status=200)
    if not body:
        return CheckResult(LINK, check)
    shape = inspect_image(body)
    name = image_name(body, shape.media_type)
    picture = Picture(name, name[3:67], shape.media_type, len(body), shape.width, shape.height, shape.frames)
    judgement = VerdictRecord(Verdict.ALIVE, 0, NOW + timedelta(days=30))
    return CheckResult(LINK, check, picture, body, ImageSource(LINK.url), verdict_record=judgement)


def keep(gallery: ImageStore, item: CheckResult) -> CheckResult:
    pipeline = ImagesPipeline()
    pipeline.run_opened(gallery, BodyBudget())
    return asyncio.run(pipeline.process_item(item))


def files(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("name", ["png", "jpeg", "animated gif", "webp", "avif", "svg"])
def test_pictures_are_kept_as_they_came(tmp_path: Path, name: str) -> None:
    body, expected = PICTURES[name]
    sha256 = hashlib.sha256(body).hexdigest()
    title = f"{sha256[:2]}/{sha256}{EXTENSIONS[expected]}"
    kept = keep(FolderImageStore(tmp_path), seen(body))
    assert isinstance(kept.metadata, Picture)
    assert (kept.metadata.title, kept.metadata.sha256) == (title, sha256)
    assert (kept.metadata.media_type, kept.metadata.size) == (expected, len(body))
    assert kept.body == b""
    assert kept.check == seen(body).check
    assert (tmp_path / title).read_bytes() == body
    assert files(tmp_path) == [title]


def test_one_picture_is_kept_once(tmp_path: Path) -> None:
    first = keep(FolderImageStore(tmp_path), seen(PICTURES["png"][0]))
    assert first.metadata is not None
    file = tmp_path / first.metadata.title
    file.chmod(0o444)
    before = file.stat()
    assert keep(FolderImageStore(tmp_path), seen(PICTURES["png"][0])).metadata == first.metadata
    assert file.stat() == before
    assert len(files(tmp_path)) == 1


def test_a_damaged_picture_is_replaced(tmp_path: Path) -> None:
    body = PICTURES["png"][0]
    title = image_name(body, "image/png")
    keep(FolderImageStore(tmp_path), seen(body))
    (tmp_path / title).write_bytes(body[::-1])
    keep(FolderImageStore(tmp_path), seen(body))
    assert (tmp_path / title).read_bytes() == body


def test_everything_without_bytes_passes(tmp_path: Path) -> None:
    page = CheckResult(LINK, seen(b"").check, Page("a page"))
    assert keep(FolderImageStore(tmp_path), page) is page
    assert files(tmp_path) == []


def test_bytes_of_no_picture_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="body without image metadata"):
        keep(FolderImageStore(tmp_path), replace(seen(b""), body=b"bytes"))


def test_a_failed_write_leaves_nothing_behind_and_is_tried_again(tmp_path: Path) -> None:
    body = PICTURES["png"][0]
    folder = image_name(body, "image/png")[:2]
    (tmp_path / folder).write_text("a file where the folder should be")
    gallery = FolderImageStore(tmp_path)
    kept = keep(gallery, seen(body))
    assert kept.check.outcome is Outcome.OK
    assert kept.check.reason.has(ReasonCode.NOT_SAVED)
    assert (kept.metadata, kept.origin, kept.body) == (None, None, b"")
    assert kept.verdict_record is not None
    assert kept.verdict_record.due_at == NOW
    assert gallery.unavailable_reason is not None
    assert str(tmp_path) in gallery.unavailable_reason
    assert files(tmp_path) == [folder]


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ({"OUTPUT_DIR": "out", "IMAGES_STORE": ""}, "out/images"),
        ({"OUTPUT_DIR": "out", "IMAGES_STORE": "kept"}, "kept"),
    ],
)
def test_the_settings_name_the_folder(
    settings: dict[str, object], folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = LinkStore.open("sqlite://")
    keep(open_image_store(project_options(**settings).images, store), seen(SVG))
    store.close()
    assert [file.split("/")[: folder.count("/") + 1] for file in files(tmp_path)] == [folder.split("/")]
