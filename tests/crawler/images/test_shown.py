"""Copies of images: without the position, in formats that browsers show, and their names."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from crawler.images.names import is_image_name
from crawler.images.shown.convert import UnreadableImageError, make_copy
from crawler.images.shown.names import copy_names, has_copy, original_name
from crawler.images.shown.position import without_position
from crawler.images.shown.words import SHOWN
from crawler.images.sniff import HEIF, JPEG_XL, inspect_image
from crawler.models.metadata import Picture
from tests.support.photos import animation, photo

FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
STEM = f"ab/ab{'0' * 62}"


def exif_of(body: bytes) -> tuple[dict[int, Any], dict[int, Any]]:
    """Return the EXIF data of an image, and the position in it."""
    with Image.open(BytesIO(body)) as image:
        exif = image.getexif()
        return dict(exif), dict(exif.get_ifd(0x8825))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("orientation", [1, 6])
def test_the_position_is_removed_and_no_pixel_changes(form: str, orientation: int) -> None:
    body = photo(form, orientation)
    assert exif_of(body)[1]
    copy = without_position(body, FORMATS[form])
    assert copy is not None
    assert exif_of(copy) == ({} if orientation == 1 else {0x0112: 6}, {})
    with Image.open(BytesIO(body)) as before, Image.open(BytesIO(copy)) as after:
        assert after.tobytes() == before.tobytes()
        assert after.info["icc_profile"] == before.info["icc_profile"]
    assert inspect_image(copy).has_end
    assert without_position(copy, FORMATS[form]) is None


def test_what_is_behind_a_photo_is_removed_with_its_position() -> None:
    body = photo("JPEG", 1)
    assert without_position(body + b"a film with a position", "image/jpeg") == without_position(body, "image/jpeg")


def test_a_position_in_xmp_is_one() -> None:
    out = BytesIO()
    Image.new("RGB", (9, 9)).save(out, "JPEG", xmp=b'<x:xmpmeta exif:GPSLatitude="1,2N"/>')
    copy = without_position(out.getvalue(), "image/jpeg")
    assert copy is not None
    assert b"GPS" not in copy


@pytest.mark.parametrize("form", FORMATS)
def test_without_a_position_there_is_no_copy(form: str) -> None:
    out = BytesIO()
    Image.new("RGB", (9, 9)).save(out, form)
    assert without_position(out.getvalue(), FORMATS[form]) is None
    assert without_position(b"GIF89a", "image/gif") is None


@given(st.binary(max_size=40), st.sampled_from(sorted(FORMATS)))
def test_damaged_images_are_refused_or_have_no_copy(tail: bytes, form: str) -> None:
    body = photo(form, 6)[:60] + tail
    with suppress(OSError, SyntaxError, ValueError):
        assert without_position(body, FORMATS[form]) != body


def too_large() -> bytes:
    """Return a PNG whose header says more pixels than Pillow accepts."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return photo("PNG")[:8] + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(too_large(), "image/png"), (photo("WEBP")[:-40], "image/webp"), (b"GIF89a", "image/gif"), (b"", "image/png")],
    ids=["too large", "cut short", "no image", "empty"],  # the bytes have the time at which they were made
)
def test_whatever_a_decoder_raises_an_image_is_unreadable(body: bytes, media_type: str) -> None:
    with pytest.raises(UnreadableImageError):
        make_copy(body, media_type, 30, ".webp")


@pytest.mark.parametrize(("repeats", "loop"), [(None, 1), (0, 0), (2, 3)])
def test_an_animation_keeps_its_times(repeats: int | None, loop: int) -> None:
    copy = make_copy(animation(repeats), "image/gif", 0, ".webp")
    with Image.open(BytesIO(copy or b"")) as image:
        assert (image.n_frames, image.info["loop"]) == (3, loop)  # type: ignore[attr-defined]
        durations = []
        for frame in range(3):
            image.seek(frame)
            image.load()
            durations.append(image.info["duration"])
    assert durations == [50, 100, 200]


@pytest.mark.parametrize(
    ("form", "media_type", "plugin"),
    [
        ("TIFF", "image/tiff", None),
        ("JPEG2000", "image/jp2", None),
        ("HEIF", HEIF, "pillow_heif"),
        ("JXL", JPEG_XL, "pillow_jxl"),
    ],
)
def test_formats_that_browsers_do_not_show(form: str, media_type: str, plugin: str | None) -> None:
    if plugin is not None:
        module = pytest.importorskip(plugin)
        if form == "HEIF":
            module.register_heif_opener()
    out = BytesIO()
    Image.effect_noise((40, 30), 90).convert("RGB").save(out, form)
    copy = make_copy(out.getvalue(), media_type, 0, ".webp")
    with Image.open(BytesIO(copy or b"")) as image:
        assert (image.format, image.size) == ("WEBP", (40, 30))


def test_a_png_is_the_same_as_webp() -> None:
    out = BytesIO()
    drawn = Image.effect_noise((40, 30), 90).convert("RGBA")
    drawn.putalpha(100)
    drawn.save(out, "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    with Image.open(BytesIO(make_copy(out.getvalue(), "image/png", 0, ".webp") or b"")) as image:
        assert image.convert("RGBA").tobytes() == drawn.tobytes()
        assert image.info["icc_profile"]


@pytest.mark.parametrize(
    ("ending", "shown", "width", "names"),
    [
        ("png", "", 0, []),
        ("png", "", 800, ["-800.webp"]),
        ("png", "webp", 800, ["-800.webp", "-0.webp"]),
        ("png", "no-position", 0, ["-0.png"]),
        ("jpg", "no-position,webp", 0, ["-0.webp"]),
        ("webp", "no-position,webp", 0, ["-0.webp"]),
        ("gif", "webp,no-position,browser-formats", 800, []),
        ("gif", "animated-webp", 0, ["-0.webp"]),
        ("heic", "browser-formats", 800, ["-0.webp"]),
        ("heic", "webp,no-position", 800, []),
        ("svg", ",".join(SHOWN), 800, []),
        ("mp4", ",".join(SHOWN), 800, []),
    ],
)
def test_names_of_copies(ending: str, shown: str, width: int, names: list[str]) -> None:
    found = copy_names(f"{STEM}.{ending}", shown.split(","), width)
    assert found == [f"{STEM}{name}" for name in names]
    assert all(map(is_image_name, found))
    assert all(original_name(name, {f"{STEM}.{ending}"}.__contains__) == f"{STEM}.{ending}" for name in found)
    assert all(original_name(name, lambda _: False) is None for name in found)


@pytest.mark.parametrize(
    ("ending", "media_type", "frames", "pixels", "name", "expected"),
    [
        ("png", "image/png", 1, 801, "-800.webp", True),
        ("png", "image/png", 1, 800, "-800.webp", False),
        ("png", "image/png", 1, 800, "-0.webp", True),
        ("png", "image/png", 9, 900, "-0.webp", False),
        ("png", "image/png", 9, 900, "-0.png", True),
        ("jpg", "image/jpeg", 2, 900, "-0.webp", False),
        ("gif", "image/gif", 1, 900, "-0.webp", False),
        ("gif", "image/gif", 2, 900, "-0.webp", True),
        ("heic", HEIF, None, None, "-0.webp", True),
        ("png", "image/png", 1, 100_000, "-0.webp", False),
    ],
)
def test_which_images_get_a_copy(
    ending: str, media_type: str, frames: int | None, pixels: int | None, name: str, *, expected: bool
) -> None:
    picture = Picture(f"{STEM}.{ending}", "ab", media_type, 9, pixels, pixels, frames)
    assert has_copy(picture, f"{STEM}{name}", 800) is expected
