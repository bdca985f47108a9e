"""What is kept of pictures by their bytes alone: sizes from headers, and what is refused."""

from __future__ import annotations

import resource
import struct
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crawler.images.hosts.wechat_urls import image_id, looks_like_placeholder, url_variants
from crawler.images.looks import look_of
from crawler.images.sniff import (
    EXTENSIONS,
    UNSHOWN,
    VIDEO,
    CorruptImageError,
    ImageInfo,
    UnsupportedImageError,
    ends_like_an_image,
    inspect_image,
)
from tests.internet.sites.qpic import canvas, draw, film, placeholder
from tests.support.sampling import sampled

FORMS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "WEBP": "webp", "AVIF": "avif", "BMP": "bmp", "JPEG2000": "jp2"}


def saved(form: str, frames: int = 1, **how: Any) -> bytes:
    out = BytesIO()
    first, *rest = [canvas(f"{form} {number}") for number in range(frames)]
    more = {"save_all": True, "append_images": rest} if rest else {}
    first.save(out, form, **more, **how)
    return out.getvalue()


def svg(inside: str = "", attributes: str = 'width="30" height="20"', before: str = "") -> bytes:
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {spaces} {attributes}>{inside}</svg>".encode()


@pytest.mark.parametrize("form", FORMS)
def test_size_and_frames_are_read_from_headers(form: str) -> None:
    assert inspect_image(saved(form)) == ImageInfo(f"image/{FORMS[form]}", 64, 48, 1)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_what_moves_has_frames(form: str) -> None:
    assert inspect_image(saved(form, 3)).frames == 3


@pytest.mark.parametrize("how", [{"progressive": True}, {"exif": Image.Exif().tobytes()}, {"icc_profile": b"x" * 999}])
def test_jpegs_of_all_sorts(how: dict[str, Any]) -> None:
    assert inspect_image(saved("JPEG", **how)).width == 64


def test_the_end_of_a_thumbnail_is_not_the_end_of_its_picture() -> None:
    small, large = saved("JPEG"), saved("JPEG", quality=95)
    segment = b"Exif\0\0" + small
    whole = large[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + large[2:]
    assert inspect_image(whole).width == 64
    with pytest.raises(CorruptImageError, match="truncated"):
        inspect_image(whole[: len(whole) - len(large) // 2])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.98])
def test_what_ends_too_early_is_no_picture(form: str, part: float) -> None:
    body = saved(form, 3 if form in {"GIF", "WEBP"} else 1)
    with pytest.raises(CorruptImageError):
        inspect_image(body[: int(len(body) * part)])


@pytest.mark.parametrize("form", [form for form in FORMS if form != "AVIF"])
def test_what_stands_behind_the_end_harms_nobody(form: str) -> None:
    assert inspect_image(saved(form) + b"\0\r\n<!-- served by x -->").width == 64


def test_a_webp_that_lacks_its_last_byte_of_padding_is_truncated() -> None:
    whole = saved("WEBP")
    chunk_size = int.from_bytes(whole[16:20], "little") + 1  # odd, so that a byte of padding has to follow
    padded = whole[:16] + chunk_size.to_bytes(4, "little") + whole[20:] + b"\0\0"
    padded = padded[:4] + (len(padded) - 8).to_bytes(4, "little") + padded[8:]
    assert inspect_image(padded).width == 64
    with pytest.raises(CorruptImageError, match="truncated"):
        inspect_image(padded[:-1])


@pytest.mark.parametrize("form", sampled(FORMS))
@given(body=st.data())
def test_any_damage_is_survived(form: str, body: st.DataObject) -> None:
    picture = bytearray(saved(form))
    for at in body.draw(st.lists(st.integers(0, len(picture) - 1), max_size=20)):
        picture[at] ^= body.draw(st.integers(1, 255))
    with suppress(UnsupportedImageError):
        inspect_image(bytes(picture))


JPEG_WAYS: list[dict[str, Any]] = [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"optimize": True}]


@pytest.mark.parametrize("how", JPEG_WAYS)
@pytest.mark.parametrize("behind", [film("motion photo"), b"\xff\xd8\xff\xe1\0\x04MP", b"\xff\xda cut", b"\0" * 9])
def test_behind_the_first_end_of_a_jpeg_may_be_anything(how: dict[str, Any], behind: bytes) -> None:
    info = inspect_image(saved("JPEG", **how) + behind)
    assert (info.width, info.has_end) == (64, True)


@pytest.mark.parametrize("how", JPEG_WAYS)
def test_a_jpeg_without_end_mark_is_kept_and_this_is_told(how: dict[str, Any]) -> None:
    whole = saved("JPEG", **how)
    info = inspect_image(whole[:-2])
    assert (info.width, info.has_end) == (64, False)
    with pytest.raises(CorruptImageError, match="truncated"):
        inspect_image(whole[: len(whole) // 2])


def test_a_gif_without_trailer_is_shown_by_browsers() -> None:
    whole = saved("GIF", 3)
    assert inspect_image(whole[:-1]).frames == 3
    with pytest.raises(CorruptImageError):
        inspect_image(whole[:-2])


def large_frame(width: int, height: int, behind: bytes = b"\x08\x01\0\0;") -> bytes:
    """Return a GIF of 4 x 4 pixels with a frame of another size, which replaces the one before it."""
    screen = struct.pack("<HHBBB", 4, 4, 0x80, 0, 0) + bytes(6)
    control = b"!\xf9\x04" + struct.pack("<BHB", 0x11, 0, 0) + b"\0"
    return b"GIF89a" + screen + control + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + behind


@pytest.mark.parametrize("behind", [b"\x08\x01\0\0;", b"\x08\x01\0\0", b"?"])
def test_a_gif_takes_no_memory_for_a_frame_that_its_head_says(behind: bytes) -> None:
    """Of a hundred bytes; Pillow would take four gigabytes."""
    body = large_frame(65_535, 65_535, behind)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises((UnsupportedImageError, CorruptImageError), match="too large|truncated"):
        inspect_image(body)
    assert look_of(body) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 2**20  # kilobytes


def test_a_frame_of_a_gif_may_reach_beyond_its_screen() -> None:
    body = BytesIO()
    Image.new("P", (60, 40), 1).save(body, "GIF")
    small = bytearray(body.getvalue())
    small[6:10] = struct.pack("<HH", 4, 4)
    assert inspect_image(bytes(small)).frames == 1
    assert look_of(bytes(small)) is not None


@pytest.mark.parametrize(("width", "height"), [(12_000, 9_000), (1_080, 60_000), (16_384, 12_288)])
def test_large_photos_and_long_screenshots_are_kept(width: int, height: int) -> None:
    body = bytearray(saved("PNG"))
    body[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    body[29:33] = zlib.crc32(body[12:29]).to_bytes(4, "big")
    assert inspect_image(bytes(body)) == ImageInfo("image/png", width, height, 1)


def box(name: bytes, data: bytes) -> bytes:
    return (len(data) + 8).to_bytes(4, "big") + name + data


HEIC = box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", b"\0" * 40) + box(b"mdat", b"x" * 99)


@pytest.mark.parametrize(
    ("body", "type_", "extension", "is_shown"),
    [
        (saved("TIFF"), "image/tiff", ".tif", False),
        (saved("ICO"), "image/x-icon", ".ico", True),
        (HEIC, "image/heif", ".heic", False),
        (HEIC.replace(b"heic", b"mif1"), "image/heif", ".heic", False),
        (b"\xff\x0a" + b"x" * 99, "image/jxl", ".jxl", False),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + b"x" * 99, "image/jxl", ".jxl", False),
        (saved("JPEG2000", no_jp2=True), "image/jp2", ".jp2", False),
        (saved("AVIF"), "image/avif", ".avif", True),
        (saved("PNG", 3), "image/png", ".png", True),
    ],
)
def test_other_formats_are_known_by_their_first_bytes(body: bytes, type_: str, extension: str, is_shown: bool) -> None:
    assert inspect_image(body).media_type == type_
    assert (EXTENSIONS[type_], type_ not in UNSHOWN) == (extension, is_shown)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_an_image_is_whole_if_it_ends_like_one(form: str) -> None:
    whole = saved(form)
    assert ends_like_an_image(whole)
    assert not any(ends_like_an_image(whole[:-missing]) for missing in (1, 2, 3, len(whole) // 2, len(whole)))


def test_other_formats_do_not_say_where_they_end() -> None:
    assert not any(map(ends_like_an_image, (b"", b"text\xff\xd9", saved("ICO"), saved("TIFF"))))


@pytest.mark.parametrize("across", [100_000, 40_000])
def test_a_bomb_is_refused_by_its_header(across: int) -> None:
    body = bytearray(saved("PNG"))
    body[16:24] = across.to_bytes(4, "big") * 2
    body[29:33] = zlib.crc32(body[12:29]).to_bytes(4, "big")
    with pytest.raises(UnsupportedImageError, match="image too large") as refused:
        inspect_image(bytes(body))
    assert not isinstance(refused.value, CorruptImageError)


def test_films() -> None:
    assert inspect_image(film("a")) == ImageInfo(VIDEO)
    for cut in (1, 500, 1010):
        with pytest.raises(CorruptImageError, match="video truncated"):
            inspect_image(film("a")[:-cut])
    assert inspect_image(film("a") + b"\0\0\0\0mdat and all the rest") == ImageInfo(VIDEO)


@pytest.mark.parametrize("body", [b"", b"<html>", b"%PDF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM\0\0\0\0\0\0\0\0"])
def test_what_is_no_picture(body: bytes) -> None:
    with pytest.raises(CorruptImageError):
        inspect_image(body)


# --- drawings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="30" height="20"', (30, 20)),
        ('width="30.4px" height=" 20 "', (30, 20)),
        ('width="100%" height="100%" viewBox="0 0 300 200"', (300, 200)),
        ('viewBox="0,0,300,200"', (300, 200)),
        ('width="10em" height="5em"', (None, None)),
        ("", (None, None)),
    ],
)
def test_drawings_say_their_size(attributes: str, size: tuple[int | None, int | None]) -> None:
    shape = inspect_image(svg(attributes=attributes))
    assert (shape.width, shape.height, shape.frames) == (*size, 1)


@pytest.mark.parametrize(
    "inside",
    [
        '<defs><linearGradient id="a"/></defs><rect fill="url(#a)" style="fill: url(\'#a\')"/><use xlink:href="#a"/>',
        '<image href="data:image/png;base64,AA=="/>',
        '<a href="https://example.com/"><text>a badge</text></a>',
        "<style>rect { fill: url(#a); src: url(data:font/woff2;base64,AA) }</style><title>on load</title>",
        '<animate attributeName="opacity" from="0" to="1"/>',
    ],
)
def test_drawings_that_draw(inside: str) -> None:
    assert inspect_image(svg(inside)).width == 30


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg("<SCRIPT/>"), "<script>"),
        (svg("<g><foreignObject><p/></foreignObject></g>"), "<foreignobject>"),
        (svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>'), "<script>"),
        (svg(attributes='onload="alert(1)"'), "a handler (onload)"),
        (svg('<rect OnClick="x"/>'), "a handler (onclick)"),
        (svg('<image href="https://spy.example/1.png"/>'), "external reference"),
        (svg('<image xlink:href="//spy.example/1.png"/>'), "external reference"),
        (svg('<use href="other.svg#a"/>'), "external reference"),
        (svg('<image href="data:text/html,x"/>'), "external reference"),
        (svg('<a href="java&#10;script:alert(1)"/>'), "a script in an attribute"),
        (svg('<set attributeName="xlink:href" to="#b"/>'), "animated reference"),
        (svg('<animate values="javascript:alert(1)" attributeName="x"/>'), "a script in an attribute"),
        (svg("<style>@import 'x.css';</style>"), "external style"),
        (svg("<style>a { background: url( 'https://spy.example' ) }</style>"), "external style"),
        (svg('<rect fill="url(https://spy.example/a.svg#b)"/>'), "external style"),
        (svg(before='<?xml-stylesheet href="x.css"?>'), "a processing instruction (xml-stylesheet)"),
        (svg(before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "entity declarations"),
        (svg()[:-3], "malformed"),
        (b"<SVG>", "malformed"),
    ],
)
def test_drawings_that_do_more_are_refused(body: bytes, why: str) -> None:
    with pytest.raises(UnsupportedImageError, match="SVG") as refused:
        inspect_image(body)
    assert why in str(refused.value)
    assert not isinstance(refused.value, CorruptImageError)


@pytest.mark.parametrize("name", [":", ":x", "x:"])
def test_names_that_the_parser_takes_and_lxml_refuses(name: str) -> None:
    body = f'<svg x=""><g {name}=""/><style><svg xmlns="x"><style></style></svg></style></svg>'.encode()
    with suppress(UnsupportedImageError):
        assert inspect_image(body).media_type == "image/svg+xml"


# --- WeChat's addresses -----------------------------------------------------------------------------------------------

ID = "ibaXaPIy7jV1j7ETuGqdRcJ0XVpMmZJsWvXBjh0eoTGVDvyg2HfVJ2BOziaff3q0x7Llb3k8LVXSrW5vhlgbgBAQ"


@pytest.mark.parametrize(
    ("url", "original"),
    [
        (
            f"https://mmbiz.qpic.cn/mmbiz_png/{ID}/640?wx_fmt=png&tp=webp&wxfrom=5&wx_lazy=1&wx_co=1",
            f"https://mmbiz.qpic.cn/mmbiz_png/{ID}/0?wx_fmt=png",
        ),
        (f"http://mmbiz.qpic.cn/sz_mmbiz_jpg/{ID}/640", f"https://mmbiz.qpic.cn/sz_mmbiz_jpg/{ID}/0"),
        (
            f"https://mmecoa.qpic.cn/mmecoa_png/{ID}/0?wx_fmt=png",
            f"https://mmecoa.qpic.cn/mmecoa_png/{ID}/0?wx_fmt=png",
        ),
        (f"https://mmbiz.qlogo.cn/mmbiz/{ID}/?wx_fmt=gif", f"https://mmbiz.qlogo.cn/mmbiz/{ID}/0?wx_fmt=gif"),
        (f"https://wx.qlogo.cn/mmopen/{ID}/132", f"https://wx.qlogo.cn/mmopen/{ID}/0"),
    ],
)
def test_the_original_of_a_picture(url: str, original: str) -> None:
    assert image_id(url) == ID
    assert url_variants(url)[0] == original
    assert url_variants(url)[-1] == url.replace("http://", "https://")
    assert len(url_variants(url)) == len({original, url.replace("http://", "https://")})


@pytest.mark.parametrize(
    "url",
    [
        "https://mmbiz.qpic.cn/mmbiz_png/short/640",
        f"https://mmbiz.qpic.cn.example.com/mmbiz_png/{ID}/640",
        f"https://example.com/mmbiz_png/{ID}/640",
        f"https://mpvideo.qpic.cn/mmbiz_png/{ID}/640",
        f"https://mmbiz.qpic.cn/mmbiz_png/{ID}/640/more",
        "https://[broken",
    ],
)
def test_other_pictures_have_one_address(url: str) -> None:
    assert image_id(url) is None
    assert url_variants(url) == (url,)


def test_ids_are_case_sensitive() -> None:
    url = f"https://mmbiz.qpic.cn/mmbiz_png/{ID}/640"
    assert image_id(url.replace("iba", "IBA")) != image_id(url)


def test_placeholders_are_known_by_size_and_type() -> None:
    assert looks_like_placeholder(placeholder())
    assert not looks_like_placeholder(placeholder() + b"\0")
    assert not looks_like_placeholder(draw(ID, "png").ljust(len(placeholder()), b"\0"))
