"""`scrapy images`: what is damaged is found and healed, what nobody uses goes, and nothing else."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from pipelines.outputs.small_pictures import reduced
from tests.internet.sites.qpic import draw
from tests.test_picture_ways import PICTURES, drawn, kept, named, picture, shown, url

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.crawling import Desk
    from tests.internet import Internet


def images(desk: Desk, *words: str) -> CompletedProcess[str]:
    return desk.run("images", "-a", f"notes={desk.notes}", *words)


def there(desk: Desk) -> set[str]:
    folder = desk.output / "images"
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Return a desk whose notes used three pictures and use two now."""
    desk.write("a.md", shown(url("one"), url("two")))
    desk.write("b.md", shown(url("three")))
    assert desk.crawl().returncode == 0
    (desk.notes / "b.md").unlink()
    return desk


def test_what_no_note_uses_goes(filled: Desk) -> None:
    theirs = filled.output / "images/ab"
    theirs.mkdir(exist_ok=True)
    for name in ("holiday.png", "f" * 64 + ".png", "ab" + "0" * 62 + ".txt"):  # nobody here gives such names
        (theirs / name).write_bytes(b"theirs")
    (filled.output / "images/readme.md").write_text("theirs")
    done = images(filled, "--gc")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"1 pictures that no note uses were removed from {filled.output}/images\n"
    assert kept(filled) == {drawn("one"), drawn("two"), b"theirs"}
    assert len(there(filled)) == 6
    assert images(filled, "--gc").stdout.startswith("0 pictures")


def test_nothing_goes_while_a_note_cannot_be_read(filled: Desk) -> None:
    filled.write("c.md", b"\xff\xfe not UTF-8")
    done = images(filled, "--gc")
    assert done.returncode == 2
    assert "nothing was removed" in done.stderr
    assert "c.md: not UTF-8" in done.stderr.splitlines()[-1]
    assert len(there(filled)) == 3
    for note in filled.notes.iterdir():
        note.unlink()
    assert images(filled, "--gc").returncode == 2
    assert len(there(filled)) == 3


def test_nothing_goes_while_pictures_of_notes_were_never_looked_at(filled: Desk) -> None:
    for file in filled.output.glob("notemend.sqlite*"):
        file.unlink()
    done = images(filled, "--gc")
    assert done.returncode == 2
    assert "2 pictures of the notes were never looked at" in done.stderr
    assert len(there(filled)) == 3


def test_what_is_damaged_or_missing_is_said_and_fetched_again(filled: Desk, internet: Internet) -> None:
    damaged, missing = named(drawn("one")), named(drawn("two"))
    (filled.output / "images" / damaged).write_bytes(b"rotten")
    (filled.output / "images" / missing).unlink()
    done = images(filled, "--verify")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"damaged: {damaged}",
        f"missing: {missing} {url('two')}",
        f"2 pictures in {filled.output}/images: 1 damaged, 1 missing",
    ]
    internet.forget()
    assert filled.crawl().returncode == 0
    assert len(internet.asked(PICTURES)) == 2
    done = images(filled, "--verify", "--gc")
    assert done.returncode == 0
    assert "3 pictures in" in done.stdout
    assert kept(filled) == {drawn("one"), drawn("two")}


@pytest.mark.parametrize("words", [(), ("--gc", "more"), ("--shrink",)])
def test_it_does_nothing_unless_told(filled: Desk, words: tuple[str, ...]) -> None:
    assert images(filled, *words).returncode == 2
    assert len(there(filled)) == 3


# --- smaller pictures -------------------------------------------------------------------------------------------------


def wide(form: str = "PNG", mode: str = "RGB") -> bytes:
    file = BytesIO()
    image = Image.effect_noise((300, 150), 90).convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    image.save(file, form)
    return file.getvalue()


def test_notes_may_show_smaller_pictures(desk: Desk, internet: Internet) -> None:
    body, moving = wide(), draw("moves".ljust(86, "w"), "gif")
    internet.fault("*wide*", picture(body))
    desk.write("a.md", shown(url("wide"), url("narrow"), url("moves", "gif")))
    setting = ("-s", "IMAGES_WEBP_WIDTH=100")
    assert desk.crawl(*setting).returncode == 0
    small = f"{named(body)[:-4]}-100.webp"
    note = (desk.output / "notes/a.md").read_text()
    assert [each in note for each in (small, named(drawn("narrow")), named(moving, "gif"))] == [True] * 3
    assert kept(desk) > {body, drawn("narrow"), moving}
    with Image.open(desk.output / "images" / small) as image:
        assert (image.format, image.size) == ("WEBP", (100, 50))
    before = (desk.output / "images" / small).stat()
    assert desk.run("publish", "-a", f"notes={desk.notes}", *setting).returncode == 0
    assert (desk.output / "images" / small).stat() == before
    assert images(desk, "--gc", *setting).stdout.startswith("0 pictures")
    assert desk.run("publish", "-a", f"notes={desk.notes}").returncode == 0
    assert named(body) in (desk.output / "notes/a.md").read_text()
    assert images(desk, "--gc").stdout.startswith("1 pictures")


def test_smaller_pictures_keep_their_transparency() -> None:
    for mode, expected in (("RGBA", "RGBA"), ("RGB", "RGB"), ("L", "RGB")):
        with Image.open(BytesIO(reduced(wide(mode=mode), 30))) as image:
            assert (image.mode, image.size) == (expected, (30, 15))


@pytest.mark.parametrize("words", [(), ("--gc", "--in-place"), ("--verify", "--diff"), ("--gc", "x")])
def test_what_makes_no_sense_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    desk.write("a.md", "nothing")
    done = images(desk, *words)
    assert done.returncode == 2
    assert "images" in done.stderr + done.stdout
