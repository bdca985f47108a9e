"""Which pictures are the ones that were asked for: drawings in their place, small ones, odd formats, in two nights."""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw

from crawler.images.hosts.referers import other_referers, referer_of
from crawler.images.hosts.wechat_urls import image_id
from crawler.images.looks import are_alike, look_of
from crawler.link_checking.images.placeholders import impossible_url
from tests.crawler.link_checking.images.test_image_fallbacks import drawn, kept, named, picture, url
from tests.internet import Internet
from tests.internet.messages import Request, Response, not_found, text
from tests.internet.sites import Site
from tests.internet.sites.qpic import film, placeholder
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMS = ("PNG", "JPEG", "WEBP", "GIF")
REMOVED, FORBIDDEN, GUARDED, GENUINE, LATER, SMALLER, ODD, AWAY = (
    f"https://h{number}.bench.example.org" for number in range(500, 508)
)
WEIBO = "https://wx1.sinaimg.cn"


def saved(image: Image.Image, form: str = "PNG", **how: int) -> bytes:
    out = BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def drawing(words: str, number: int) -> bytes:
    """Return a drawing with these words in one of many sizes, formats and qualities."""
    image = Image.new("RGB", (400, 300), (238, 238, 238))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 380, 280), outline="black", width=6)
    draw.text((60, 120), words, fill="black", font_size=40)
    across = 120 + 40 * (number % 9)
    form = FORMS[number % len(FORMS)]
    how = {"quality": 40 + number % 50} if form in {"JPEG", "WEBP"} else {}
    return saved(image.resize((across, across * 3 // 4)).convert("P" if form == "GIF" else "RGB"), form, **how)


def number_in(request: Request) -> int:
    return sum(request.path.encode())


def removed(request: Request) -> Response:
    return picture(drawing("removed", number_in(request)))


def forbidden(request: Request) -> Response:
    return picture(drawing("no hotlinks", number_in(request)))


def guarded(request: Request) -> Response:
    """Answer the readers of the own site with the picture, and all others with a drawing."""
    is_own = urlsplit(request.headers.get("referer", "")).hostname == request.host
    return picture(drawn(request.path)) if is_own else forbidden(request)


DIVIDER, AVATAR = saved(Image.new("RGB", (600, 3), "grey")), drawing("me", 3)


def genuine(request: Request) -> Response:
    """Answer many addresses: dividers and avatars that many have, and small pictures of their own."""
    found = re.fullmatch(r"/(divider|avatar|own)-\d+\.png", request.path)
    if found is None:
        return not_found()
    small = saved(Image.frombytes("RGB", (2, 2), (request.path * 2).encode()[-12:]))
    return picture({"divider": DIVIDER, "avatar": AVATAR, "own": small}[found[1]])


def of_weibo(request: Request) -> Response:
    return picture(drawn(request.path)) if request.headers.get("referer") == "https://weibo.com/" else text("", 403)


def real_of_the_size() -> bytes:
    """Return a real picture of as many bytes as WeChat's placeholder."""
    bare = drawn("real", "jpeg")
    space = len(placeholder()) - len(bare) - 4
    assert space > 0
    return bare[:2] + b"\xff\xfe" + (space + 2).to_bytes(2, "big") + b" " * space + bare[2:]


REAL = real_of_the_size()
PHOTO = drawn("photo", "jpeg")
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x10mdatxxxxxxxx"
ODD_FORMS = {
    "motion.jpg": PHOTO + film("motion"),
    "endless.jpg": PHOTO[:-2],
    "phone.heic": HEIC,
    "scan.tiff": saved(Image.new("RGB", (9, 9), "red"), "TIFF"),
    "pixel.gif": saved(Image.new("P", (1, 1)), "GIF"),
    "both.png": drawn("both"),
}


def names_of(drawings: int, genuine: int) -> dict[str, list[str]]:
    """Return the names of images by host: so many drawings of two hosts, and genuine images of each of three sorts."""
    return {
        REMOVED: [f"{number}.jpg" for number in range(drawings)],
        FORBIDDEN: [f"{number}.png" for number in range(drawings)],
        GUARDED: [f"{number}.png" for number in range(4)],
        GENUINE: [f"{sort}-{number}.png" for sort in ("divider", "avatar", "own") for number in range(genuine)],
        LATER: ["a.png"],
        SMALLER: ["a.png"],
        ODD: list(ODD_FORMS),
        AWAY: ["a.png"],
        WEIBO: ["large/1.jpg"],
    }


PAGE = f"{ODD}/wiki/File:Cat.jpg"


def shown(urls: Iterable[str]) -> str:
    return "".join(f"![]({each})\n\n" for each in urls)


class Nights(NamedTuple):
    """A desk after two nights, its notes of each by name, and the names of images by host."""

    desk: Desk
    notes: list[dict[str, str]]
    names: dict[str, list[str]]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((12, 20), id="24 drawings, 60 genuine images"),
        pytest.param((30, 67), id="60 drawings, 201 genuine images", marks=pytest.mark.stress),
    ],
)
def nights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    names_by_host = names_of(*request.param)
    with Internet() as internet:
        internet._network._sites[urlsplit(WEIBO).hostname or ""] = Site(
            ("wx1.sinaimg.cn",), lambda request, _world: of_weibo(request), robots=""
        )
        desk = Desk(tmp_path_factory.mktemp("placeholders"), internet.environ(), VERDICTS_AND_NOTES)
        for host, names in names_by_host.items():
            desk.write(f"{urlsplit(host).netloc}.md", shown(f"{host}/{name}" for name in names))
        desk.write("links.md", f"[page]({PAGE}) [![]({ODD}/both.png)]({ODD}/both.png) [photo]({ODD}/motion.jpg?dl=0)\n")
        desk.write("other.md", f"[again]({ODD}/both.png)\n")
        desk.write("wechat.md", shown([url("real"), url("divider-one"), url("divider-two")]))
        answers = {REMOVED: removed, FORBIDDEN: forbidden, GUARDED: guarded, GENUINE: genuine}
        for host, answer in answers.items():
            internet.fault(f"{host}/*", answer)
        for name, body in ODD_FORMS.items():
            internet.fault(f"{ODD}/{name}*", picture(body))
        for host in (LATER, SMALLER, AWAY):
            internet.fault(f"{host}/a.png", picture(drawn(host)))
        for name, body in {"real": REAL, "divider-one": DIVIDER, "divider-two": DIVIDER}.items():
            internet.fault(f"*qpic.cn/*/{name}w*", partial(_for_friends, body))
        internet.fault(PAGE, text("A cat", 200))
        internet.fault("https://web.archive.org/*", not_found())
        notes = []
        for night in range(2):
            if night:
                internet.fault(f"{LATER}/*", picture(drawing("removed", 5)))
                internet.fault(f"{SMALLER}/a.png", picture(saved(Image.new("RGB", (40, 30), "blue"))))
            done = desk.crawl(*EVERY_NIGHT, "-s", f"IMAGES_KEEP_AWAY={urlsplit(AWAY).netloc}")
            assert done.returncode == 0, done.stderr
            notes.append({file.stem: file.read_text("utf-8") for file in (desk.output / "notes").iterdir()})
    return Nights(desk, notes, names_by_host)


def _for_friends(body: bytes, request: Request) -> Response | None:
    return (
        picture(body) if urlsplit(request.headers.get("referer", "")).hostname in {None, "mp.weixin.qq.com"} else None
    )


def note_of(notes: dict[str, str], host: str) -> str:
    return notes[urlsplit(host).netloc]


def test_no_drawing_is_shown_in_place_of_a_picture(nights: Nights) -> None:
    desk, notes, names = nights
    health = desk.health()
    for host in (REMOVED, FORBIDDEN):
        for night in notes:
            assert "images/" not in note_of(night, host)
        assert {health[f"{host}/{name}"]["reason"] for name in names[host]} == {"placeholder image"}


def test_small_and_repeated_pictures_are_shown(nights: Nights) -> None:
    desk, notes, names = nights
    assert (
        note_of(notes[0], GENUINE).count("images/")
        == note_of(notes[1], GENUINE).count("images/")
        == len(names[GENUINE])
    )
    assert {row["verdict"] for url, row in desk.health().items() if GENUINE in url} == {"alive"}
    assert notes[1]["wechat"].count(named(DIVIDER)) == 2
    assert named(REAL, "jpg") in notes[1]["wechat"]


def test_the_referer_of_the_site_gets_the_picture(nights: Nights) -> None:
    _, notes, names = nights
    assert all(named(drawn(f"/{name}")) in note_of(notes[1], GUARDED) for name in names[GUARDED])
    assert named(drawn("/large/1.jpg")) in note_of(notes[0], WEIBO)


def test_the_good_copy_stays(nights: Nights) -> None:
    desk, notes, _ = nights
    for night in notes:
        assert all(named(drawn(host)) in note_of(night, host) for host in (LATER, SMALLER))
    health = desk.health()
    assert health[f"{LATER}/a.png"]["reason"] == "placeholder image"
    assert health[f"{SMALLER}/a.png"]["reason"] == "smaller than the saved image; saved copy unchanged"
    assert {drawn(LATER), drawn(SMALLER)} <= kept(desk)


def test_odd_formats_are_kept_as_they_came(nights: Nights) -> None:
    desk, notes, _ = nights
    assert {body for name, body in ODD_FORMS.items() if name != "pixel.gif"} <= kept(desk)
    assert ODD_FORMS["pixel.gif"] not in kept(desk)
    note, health = note_of(notes[0], ODD), desk.health()
    assert named(ODD_FORMS["motion.jpg"], "jpg") in note
    assert named(ODD_FORMS["endless.jpg"], "jpg") in note
    assert all(f"![]({ODD}/{name})" in note for name in ("phone.heic", "scan.tiff", "pixel.gif"))
    reasons = {name: health[f"{ODD}/{name}"]["reason"] for name in ODD_FORMS}
    assert reasons["endless.jpg"] == "reachable; JPEG without end mark"
    assert reasons["phone.heic"] == "reachable; browsers do not show image/heif"
    assert reasons["pixel.gif"] == "reachable; not saved: tracking pixel (1 × 1)"


def test_links_to_pages_and_downloads_are_no_pictures(nights: Nights) -> None:
    desk, notes, _ = nights
    health, local = desk.health(), f"../images/{named(drawn('both'))}"
    assert (health[PAGE]["kind"], health[PAGE]["verdict"]) == ("web", "alive")
    assert health[f"{ODD}/motion.jpg?dl=0"]["kind"] == "web"
    assert health[f"{ODD}/both.png"]["kind"] == "image"
    assert notes[1]["links"] == f"[page]({PAGE}) [![]({local})]({local}) [photo]({ODD}/motion.jpg?dl=0)\n"


def test_pictures_of_the_own_host_stay_there(nights: Nights) -> None:
    desk, notes, _ = nights
    assert note_of(notes[1], AWAY) == shown([f"{AWAY}/a.png"])
    assert desk.health()[f"{AWAY}/a.png"]["reason"] == "reachable; not saved: host in IMAGES_KEEP_AWAY"
    assert drawn(AWAY) not in kept(desk)


# --- by themselves ----------------------------------------------------------------------------------------------------


def test_looks_are_alike_whatever_the_format_and_size() -> None:
    looks = [look_of(drawing("removed", number)) for number in range(36)]
    assert all(are_alike(looks[0], look) for look in looks)


def test_what_shows_something_else_is_not_alike() -> None:
    bodies = [AVATAR, DIVIDER, PHOTO, drawn("a"), drawn("b"), drawing("Loss = -log p(x)", 0), placeholder()]
    looks = [look_of(body) for body in (drawing("removed", 0), *bodies)]
    assert not any(are_alike(one, other) for at, one in enumerate(looks) for other in looks[:at])
    assert look_of(b"<html>") is None


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("https://a.example/b/c.PNG?x=1#d", r"https://a\.example/b/[0-9a-f]{24}\.PNG"),
        ("https://a.example/image?id=7", r"https://a\.example/image\?id=[0-9a-f]{24}"),
        ("https://a.example/u/7", r"https://a\.example/u/[0-9a-f]{24}"),
    ],
)
def test_impossible_addresses_have_the_form_of_possible_ones(address: str, form: str) -> None:
    assert re.fullmatch(form, impossible_url(address))
    assert image_id(impossible_url(url("one"))) not in {None, image_id(url("one"))}


def test_referers() -> None:
    assert referer_of("i.pximg.net", {}) == "https://www.pixiv.net/"
    assert referer_of("a.example", {}) is None
    assert referer_of("i.pximg.net", {"*.pximg.net": ""}) is None
    assert referer_of("a.example", {"*.example": "https://b.example/"}) == "https://b.example/"
    assert other_referers("a.example", {}) == ("https://a.example/",)
    assert other_referers("img.a.example", {}) == ("https://img.a.example/", "https://www.a.example/")
    assert other_referers("i.pximg.net", {}) == ("", "https://i.pximg.net/")
