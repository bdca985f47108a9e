"""`scrapy images`: what is damaged is found and healed, what nobody uses goes, and nothing else."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from PIL import Image

from crawler.images.shown.convert import make_copy
from tests.crawler.link_checking.images.test_image_fallbacks import PICTURES, drawn, kept, named, picture, shown, url
from tests.internet import Internet
from tests.internet.sites.qpic import draw
from tests.support.crawling import VERDICTS_AND_NOTES, Desk, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess


def images(desk: Desk, *words: str) -> CompletedProcess[str]:
    return desk.run("images", "-a", f"notes={desk.notes}", *words)


def there(desk: Desk) -> set[str]:
    folder = desk.output / "images"
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    return {name for name in files if not name.startswith("trash/")}


@pytest.fixture(scope="module")
def once_filled(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Crawl notes with three pictures, and take one of the notes away."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("filled"), internet.environ(), VERDICTS_AND_NOTES)
        desk.write("a.md", shown(url("one"), url("two")))
        desk.write("b.md", shown(url("three")))
        assert desk.crawl().returncode == 0
    (desk.notes / "b.md").unlink()
    return Snapshot(desk)


@pytest.fixture
def filled(once_filled: Snapshot, internet: Internet) -> Desk:
    """Return a desk whose notes used three pictures and use two now."""
    return once_filled.restored(internet.environ())


def test_what_no_note_uses_goes(filled: Desk) -> None:
    theirs = filled.output / "images/ab"
    theirs.mkdir(exist_ok=True)
    for name in ("holiday.png", "f" * 64 + ".png", "ab" + "0" * 62 + ".txt"):  # nobody here gives such names
        (theirs / name).write_bytes(b"theirs")
    (filled.output / "images/readme.md").write_text("theirs")
    done = images(filled, "--gc", "--delete")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"unused images: 1 moved to the trash of {filled.output}/images, 0 old ones removed from it\n"
    assert kept(filled) == {drawn("one"), drawn("two"), b"theirs"}
    assert len(there(filled)) == 6
    assert images(filled, "--gc", "--delete").stdout.startswith("unused images: 0 moved")


def test_nothing_goes_while_a_note_cannot_be_read(filled: Desk) -> None:
    filled.write("c.md", b"\0\xff not UTF-8")
    done = images(filled, "--gc", "--delete")
    assert done.returncode == 2
    assert "no images removed" in done.stderr
    assert "c.md: not UTF-8" in done.stderr.splitlines()[-1]
    assert len(there(filled)) == 3
    for note in filled.notes.iterdir():
        note.unlink()
    assert images(filled, "--gc", "--delete").returncode == 2
    assert len(there(filled)) == 3


def test_nothing_goes_while_pictures_of_notes_were_never_looked_at(filled: Desk) -> None:
    filled.write("d.md", f"{shown(url('five'))} {shown(url('six'))}")
    done = images(filled, "--gc", "--delete")
    assert done.returncode == 2
    assert "images: 2 of the notes not fetched yet" in done.stderr
    for file in filled.output.glob("notemend.sqlite*"):
        file.unlink()
    done = images(filled, "--gc", "--delete")
    assert (done.returncode, done.stdout) == (2, "")
    assert "notemend.sqlite: no link database" in done.stderr
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
        f"images: 2 verified in {filled.output}/images, 1 damaged, 1 missing",
    ]
    internet.forget()
    assert filled.crawl().returncode == 0
    assert len(internet.asked(PICTURES)) == 2
    done = images(filled, "--verify", "--gc", "--delete")
    assert done.returncode == 0
    assert "images: 3 verified" in done.stdout
    assert kept(filled) == {drawn("one"), drawn("two")}


def trashed(desk: Desk) -> set[str]:
    folder = desk.output / "images/trash"
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_unused_images_are_only_listed_unless_told(filled: Desk) -> None:
    name = named(drawn("three"))
    done = images(filled, "--gc")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"unused: {name}",
        f"unused images: 1 in {filled.output}/images, nothing removed; --gc --delete moves them to the trash",
    ]
    assert kept(filled) == set(map(drawn, ("one", "two", "three")))


def test_the_trash_is_emptied_after_thirty_days(filled: Desk) -> None:
    name, today = named(drawn("three")), datetime.now(UTC).date()
    assert images(filled, "--gc", "--delete").returncode == 0
    assert trashed(filled) == {f"{today}/{name}"}
    trash = filled.output / "images/trash"
    for days, is_left in ((30, True), (31, False)):
        (next(trash.iterdir())).rename(trash / f"{today - timedelta(days=days)}")
        done = images(filled, "--gc", "--delete")
        assert done.stdout.endswith(f"{0 if is_left else 1} old ones removed from it\n")
        assert bool(trashed(filled)) is is_left
    assert not trash.exists()
    assert kept(filled) == set(map(drawn, ("one", "two")))


def test_a_crawl_notices_what_is_missing_or_damaged(filled: Desk, internet: Internet) -> None:
    damaged, missing = named(drawn("one")), named(drawn("two"))
    (filled.output / "images" / damaged).write_bytes(b"")
    (filled.output / "images" / missing).unlink()
    internet.forget()
    done = filled.crawl()
    assert done.returncode == 0
    assert f"images: 1 missing in {filled.output}/images, fetched again" in done.stderr
    assert f"images: 1 damaged in {filled.output}/images, fetched again" in done.stderr
    assert len(internet.asked(PICTURES)) == 2
    assert kept(filled) == set(map(drawn, ("one", "two", "three")))
    done = filled.crawl()
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_note_shows_again_comes_back_from_the_trash(filled: Desk, internet: Internet) -> None:
    name = named(drawn("three"))
    assert images(filled, "--gc", "--delete").returncode == 0
    filled.write("b.md", f"![](../output/images/{name})\n")
    internet.forget()
    done = images(filled, "--verify")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == f"restored from the trash: {name}"
    assert kept(filled) == set(map(drawn, ("one", "two", "three")))
    assert internet.sent(PICTURES) == 0


@pytest.mark.parametrize("words", [(), ("--gc", "more"), ("--shrink",), ("--verify", "--delete")])
def test_it_does_nothing_unless_told(filled: Desk, words: tuple[str, ...]) -> None:
    assert images(filled, *words).returncode == 2
    assert len(there(filled)) == 3


# --- notes that were edited in place ----------------------------------------------------------------------------------

NAMES = ("one", "two")


def in_place(desk: Desk, *words: str) -> CompletedProcess[str]:
    return desk.run("publish", "--in-place", "-a", f"notes={desk.notes}", *words)


@pytest.fixture(scope="module")
def once_edited(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Crawl a note with two pictures and edit it in place."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("edited"), internet.environ(), VERDICTS_AND_NOTES)
        desk.write("2026/a.md", shown(*map(url, NAMES)))
        assert desk.crawl().returncode == 0
        assert in_place(desk).returncode == 0
    assert "qpic.cn" not in (desk.notes / "2026/a.md").read_text()
    return Snapshot(desk)


@pytest.fixture
def edited(once_edited: Snapshot, internet: Internet) -> Desk:
    """Return a desk whose notes show two kept pictures, and mention the addresses of them no more."""
    return once_edited.restored(internet.environ())


def test_what_notes_edited_in_place_show_stays(edited: Desk) -> None:
    for words in (("--gc", "--delete"), ("--verify", "--gc", "--delete")):
        done = images(edited, *words)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[-1].startswith("unused images: 0 moved")
    assert kept(edited) == set(map(drawn, NAMES))
    assert edited.crawl().returncode == 0
    assert images(edited, "--gc", "--delete").stdout.startswith("unused images: 0 moved")
    assert kept(edited) == set(map(drawn, NAMES))


WRITTEN: dict[str, Callable[[str], str]] = {
    "rooted": lambda name: f"![](/images/{name})",
    "on a server": lambda name: f"![](https://cdn.example.com/of/{name})",
    "encoded": lambda name: f"![](https://cdn.example.com/{quote(f'of/{name}', safe='')}?alt=media)",
    "encoded in lower case": lambda name: f"![](https://cdn.example.com/of%2f{name.replace('/', '%2f')}?alt=media)",
    "encoded to the letter": lambda name: "![](" + "".join(f"%{ord(each):02x}" for each in name) + ")",
    "html": lambda name: f"<p><picture><source srcset='x.png, images/{name} 2x'></picture></p>",
    "wiki": lambda name: f"![[{name}]]",
    "ignored": lambda name: f"<!-- notemend: ignore -->\n![](../images/{name})",
    "code": lambda name: f"```\n![](../images/{name})\n```",
    "without folder": lambda name: f"![](assets/{name[3:]})",
    "behind much else": lambda name: "x" * (2**20 - 40) + f" ![](../images/{name})",
}


def key(way: str) -> str:
    """Return an id as a picture's URL may have."""
    return way.replace(" ", "")


def test_however_a_note_names_a_picture_it_is_in_use(desk: Desk) -> None:
    for way in (*WRITTEN, "not at all"):
        desk.write(f"{way}.md", shown(url(key(way))))
    assert desk.crawl().returncode == 0
    assert in_place(desk).returncode == 0
    desk.write("not at all.md", "nothing\n")
    for way, written in WRITTEN.items():
        desk.write(f"{way}.md", written(named(drawn(key(way)))) + "\n")
    assert desk.crawl().returncode == 0
    for folder in ("notes", "in_place"):
        shutil.rmtree(desk.output / folder)
    done = images(desk, "--gc", "--delete")
    assert (done.returncode, done.stdout.split()[2]) == (0, "1")
    assert kept(desk) == {drawn(key(way)) for way in WRITTEN}


def test_what_a_journal_names_stays_until_its_run_is_undone(edited: Desk) -> None:
    """Another folder's notes, too: that they are edited is known from their journal alone."""
    shutil.rmtree(edited.output / "notes")
    edited.notes.rename(edited.folder / "elsewhere")
    edited.write("b.md", "nothing to see\n")
    assert images(edited, "--gc", "--delete").stdout.startswith("unused images: 0 moved")
    shutil.rmtree(edited.notes)
    (edited.folder / "elsewhere").rename(edited.notes)
    assert edited.run("undo", "-a", f"notes={edited.notes}").returncode == 0
    edited.write("2026/a.md", shown(url("one")))
    assert images(edited, "--gc", "--delete").stdout.startswith("unused images: 1 moved")
    assert kept(edited) == {drawn("one")}


def test_what_a_note_showed_before_it_was_edited_in_place_stays(edited: Desk) -> None:
    """The original in the journal names it: undone, the note shows it again."""
    edited.write("c.md", f"![](../output/images/{named(drawn('one'))}) {shown(url('three'))}")
    assert edited.crawl().returncode == 0
    assert in_place(edited).returncode == 0
    (edited.output / "in_place/1/undone").touch()
    for note in ("2026/a.md", "c.md"):
        edited.write(note, "nothing to see\n")
    assert images(edited, "--gc", "--delete").stdout.startswith("unused images: 1 moved")
    assert kept(edited) == {drawn("one"), drawn("three")}


def test_what_the_notes_as_they_were_rendered_last_show_stays(edited: Desk) -> None:
    shutil.rmtree(edited.output / "in_place")
    edited.write("2026/a.md", "nothing to see\n")
    mirrored = edited.output / "notes/2026/a.md"
    mirrored.write_text(f"![](../../images/{named(drawn('one'))})\n")
    assert images(edited, "--gc", "--delete").stdout.startswith("unused images: 1 moved")
    assert kept(edited) == {drawn("one")}


@pytest.mark.parametrize("journal", ["journal.jsonl", "journal.jsonl/x"])
def test_nothing_goes_while_a_journal_cannot_be_read(edited: Desk, journal: str) -> None:
    run = edited.output / "in_place/2"
    (run / journal).parent.mkdir(parents=True)
    (run / journal).write_text("what is this?\n")
    edited.write("2026/a.md", "nothing to see\n")
    done = images(edited, "--gc", "--delete")
    assert done.returncode == 2
    assert "no images removed" in done.stderr
    assert f"{run}/journal.jsonl" in done.stderr
    assert kept(edited) == set(map(drawn, NAMES))


def test_what_a_note_shows_and_is_not_there_is_said(edited: Desk) -> None:
    one = named(drawn("one"))
    (edited.output / "images" / one).unlink()
    edited.write("b.md", f"![](https://cdn.example.com/{one})\n".encode("utf-16"))
    done = images(edited, "--verify")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"missing: {one} 2026/a.md b.md",
        f"images: 1 verified in {edited.output}/images, 0 damaged, 1 missing",
    ]


def test_smaller_pictures_stay_where_notes_show_them(desk: Desk, internet: Internet) -> None:
    desk.published = ()
    body = wide()
    internet.fault("*wide*", picture(body))
    desk.write("a.md", shown(url("wide")))
    setting = ("-s", "IMAGES_WEBP_WIDTH=100")
    assert desk.crawl(*setting).returncode == 0
    assert in_place(desk, *setting).returncode == 0
    assert images(desk, "--gc", "--delete").stdout.startswith("unused images: 0 moved")
    assert there(desk) == {named(body), f"{named(body)[:-4]}-100.webp"}


def test_what_turns_out_to_be_a_placeholder_stays_while_a_note_shows_it(desk: Desk, internet: Internet) -> None:
    body = drawn("a line that many articles are divided by")
    internet.fault("*qpic.cn/*", picture(body))
    desk.write("a.md", shown(url("one")))
    assert desk.crawl().returncode == 0
    assert in_place(desk).returncode == 0
    desk.write("b.md", shown(url("two")))
    assert desk.crawl().returncode == 0
    assert desk.health()[url("two")]["reason"] == "placeholder image"
    assert kept(desk) == {body}
    assert images(desk, "--gc", "--delete").stdout.startswith("unused images: 0 moved")
    assert kept(desk) == {body}


# --- smaller pictures -------------------------------------------------------------------------------------------------


def wide(form: str = "PNG", mode: str = "RGB") -> bytes:
    file = BytesIO()
    image = Image.effect_noise((300, 150), 90).convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    image.save(file, form)
    return file.getvalue()


def test_notes_may_show_smaller_pictures(desk: Desk, internet: Internet) -> None:
    desk.published = ()
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
    assert images(desk, "--gc", "--delete", *setting).stdout.startswith("unused images: 0 moved")
    assert desk.run("publish", "-a", f"notes={desk.notes}").returncode == 0
    assert named(body) in (desk.output / "notes/a.md").read_text()
    assert images(desk, "--gc", "--delete").stdout.startswith("unused images: 1 moved")


def test_smaller_pictures_keep_their_transparency() -> None:
    for mode, expected in (("RGBA", "RGBA"), ("RGB", "RGB"), ("L", "RGB")):
        with Image.open(BytesIO(make_copy(wide(mode=mode), "image/png", 30, ".webp") or b"")) as image:
            assert (image.mode, image.size) == (expected, (30, 15))


@pytest.mark.parametrize("words", [(), ("--gc", "--in-place"), ("--verify", "--diff"), ("--gc", "x")])
def test_what_makes_no_sense_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    desk.write("a.md", "nothing")
    done = images(desk, *words)
    assert done.returncode == 2
    assert "images" in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("place", "message"),
    [("nowhere", "nowhere: no such folder"), ("http://a.example/x", "no image store (valid: a folder, s3://, gs://")],
)
def test_a_place_to_copy_from_has_to_be_one(desk: Desk, place: str, message: str) -> None:
    desk.write("a.md", "nothing")
    done = images(desk, "--copy-from", place)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (desk.folder / place).exists()


def test_a_crawl_gets_back_what_edited_notes_show(edited: Desk, internet: Internet) -> None:
    """Their URLs are mentioned no more, but known; what is not known is said."""
    one, two = (edited.output / "images" / named(drawn(name)) for name in NAMES)
    unknown = f"ab/ab{'0' * 62}.png"
    edited.write("b.md", f"![](../output/images/{unknown})\n")
    trash = edited.output / "images/trash" / f"{datetime.now(UTC).date()}/{named(drawn('two'))}"
    trash.parent.mkdir(parents=True)
    two.rename(trash)
    one.unlink()
    internet.forget()
    done = edited.crawl()
    assert done.returncode == 0
    place = f"{edited.output}/images"
    for line in (
        f"images: 1 missing in {place}, fetched again",
        f"images: 1 restored from the trash of {place}",
        f"b.md: shows {unknown}, missing in {place}",
    ):
        assert done.stderr.count(line) == 1
    assert kept(edited) == set(map(drawn, NAMES))
    assert len(internet.asked(PICTURES)) == 1
    one.write_bytes(drawn("one")[:100])
    done = edited.crawl()
    assert f"images: 1 damaged in {place}, fetched again" in done.stderr
    assert kept(edited) == set(map(drawn, NAMES))
