"""IMAGES_SHOW over several runs: one crawl, then copies are made, shown, lost, made again and given up."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from tests.crawler.commands.test_images import images, in_place, there
from tests.internet.messages import Response
from tests.support.photos import animation, photo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet
    from tests.internet.messages import Request
    from tests.support.crawling import Desk

HOST = "https://mmbiz.qpic.cn/shown"


def bodies() -> dict[str, bytes]:
    """Return images by name: photos, a drawing without a position, an animation, and what browsers do not show."""
    drawing, scan = BytesIO(), BytesIO()
    Image.effect_noise((300, 20), 90).save(drawing, "PNG")
    Image.effect_noise((40, 30), 90).save(scan, "TIFF")
    return {
        "photo": photo("JPEG", 6),
        "drawing": drawing.getvalue(),
        "moves": animation(),
        "scan": scan.getvalue(),
    }


def named(body: bytes, ending: str) -> str:
    digest = sha256(body).hexdigest()
    return f"{digest[:2]}/{digest}{ending}"


def files(desk: Desk) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in (desk.output / "images").rglob("*") if file.is_file()}


def test_copies_over_several_runs(desk: Desk, internet: Internet) -> None:
    desk.published = ()
    found = bodies()
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url)
        body = next(body for name, body in found.items() if f"/{name}/" in request.url)
        return Response(body=body, headers={"Content-Type": "image/png"})

    internet.fault("*qpic.cn/shown*", answer)
    note = (
        "".join(f"![{name}]({HOST}/{name}/0)\n\n" for name in found) + f"[![]({HOST}/drawing/0)](https://b.invalid)\n"
    )
    desk.write("a.md", note)
    assert desk.crawl("-a", "only=image").returncode == 0
    endings = {"photo": ".jpg", "drawing": ".png", "moves": ".gif", "scan": ".tif"}
    names = {name: named(body, endings[name]) for name, body in found.items()}
    assert there(desk) == set(names.values())
    asked.clear()

    # Without positions: only the photo has one, and its original is not linked.
    setting = ("-s", "IMAGES_SHOW=no-position")
    assert in_place(desk, *setting).returncode == 0
    without = named(found["photo"], "-0.jpg")
    text = (desk.notes / "a.md").read_text()
    assert f"![photo](../output/images/{without})\n" in text
    assert f"![drawing](../output/images/{names['drawing']})\n" in text
    assert f"![scan]({HOST}/scan/0)\n" in text  # it works, and browsers would not show the saved one
    assert there(desk) == {*names.values(), without}

    # Other copies: the notes show them, with links to the originals, and the one that nothing shows is unused.
    others = ("-s", "IMAGES_SHOW=webp,animated-webp,browser-formats", "-s", "IMAGES_WEBP_WIDTH=100")
    assert in_place(desk, *others).stdout.endswith("run 2: 5 edits in 1 note\n")
    copies = {name: named(body, "-100.webp" if name == "drawing" else "-0.webp") for name, body in found.items()}
    text = (desk.notes / "a.md").read_text()
    for name in found:
        assert f"[![{name}](../output/images/{copies[name]})](../output/images/{names[name]})\n" in text
    assert text.endswith(f"\n[![](../output/images/{copies['drawing']})](https://b.invalid)\n")
    assert there(desk) == {*names.values(), without, *copies.values()}

    # A copy that is lost is made again from the original; the others are not touched.
    before = files(desk)
    (desk.output / "images" / copies["drawing"]).unlink()
    assert in_place(desk, *others).stdout == "nothing to edit\n"
    assert files(desk) == before
    assert (desk.notes / "a.md").read_text() == text

    # Without the setting the notes show the originals again, and all copies are unused once no run can be undone.
    assert in_place(desk).returncode == 0
    text = (desk.notes / "a.md").read_text()
    assert "-0." not in text
    assert "-100." not in text
    assert f"![photo](../output/images/{names['photo']})" in text
    for run in (desk.output / "in_place").iterdir():
        (run / "undone").touch()
    assert images(desk, "--gc", "--delete").stdout.startswith("unused images: 5 moved")
    assert there(desk) == set(names.values())
    assert asked == []
