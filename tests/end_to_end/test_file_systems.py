"""Folders that may not be written or read, and names that some file systems take for the same: no note is harmed."""

from __future__ import annotations

import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.crawler.link_checking.images.test_image_fallbacks import shown, url
from tests.internet import Internet
from tests.support.crawling import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "é.md") for form in ("NFC", "NFD"))
ALIKE = ("Note.md", "note.md", "NOTE.MD", COMPOSED, DECOMPOSED, "Sub/a.md", "sub/a.md", "ß.md", "SS.md")
"""Names of which a case-insensitive file system, or macOS, has one only."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk with a crawl of notes whose names are alike; each shows an image and has a link to edit."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("desk"), internet.environ())
        for number, name in enumerate(ALIKE):
            desk.write(name, shown(url(f"n{number}")) + f"<https://arxiv.org/pdf/1706.0376{number}v1.pdf>\n")
        done = desk.crawl()
        assert (done.returncode, done.stderr) == (0, "")
        yield desk


def run(desk: Desk, *words: str) -> CompletedProcess[str]:
    return desk.run_unprivileged(*words, "-a", f"notes={desk.notes}")


def notes(desk: Desk) -> dict[str, bytes]:
    return {str(file.relative_to(desk.notes)): file.read_bytes() for file in desk.notes.rglob("*") if file.is_file()}


def assert_one_line(done: CompletedProcess[str], path: Path) -> None:
    """Assert that a command failed with one line that names the file or folder."""
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert f"{path}:" in done.stderr


@contextmanager
def with_mode(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def test_notes_whose_names_are_alike_stay_apart(desk: Desk) -> None:
    """One that its owner has made read-only is not edited."""
    copies = {name: (desk.output / "notes" / name).read_bytes() for name in ALIKE}
    assert len(set(copies.values())) == len(ALIKE)
    before = notes(desk)
    assert before.keys() == set(ALIKE)
    with with_mode(desk.notes / "Note.md", 0o444):
        done = run(desk, "publish", "--in-place")
    assert (done.returncode, done.stderr) == (0, "notemend: Note.md: read-only; skipped\n"), done
    assert before.items() & notes(desk).items() == {("Note.md", before["Note.md"])}
    done = run(desk, "undo")
    assert (done.returncode, done.stdout) == (0, f"run 1 undone: {len(ALIKE) - 1} notes restored\n")
    assert notes(desk) == before


@pytest.mark.parametrize("words", [("publish", "--in-place"), ("crawl", "notes")])
def test_an_output_folder_that_cannot_be_written(desk: Desk, words: tuple[str, ...]) -> None:
    before = notes(desk)
    with with_mode(desk.output, 0o555):
        done = run(desk, *words)
    assert_one_line(done, desk.output)
    assert notes(desk) == before


@pytest.mark.parametrize("words", [("status",), ("explain", "https://arxiv.org/abs/1706.03762v1")])
def test_what_is_only_looked_at_need_not_be_writable(desk: Desk, words: tuple[str, ...]) -> None:
    with with_mode(desk.output, 0o555):
        done = desk.run_unprivileged(*words)
    assert (done.returncode, done.stderr) == (0, "")


def test_images_that_cannot_be_read_are_not_verified(desk: Desk) -> None:
    image = next(file for file in (desk.output / "images").rglob("*.png"))
    for path in (image, image.parent):
        with with_mode(path, 0):
            done = run(desk, "images", "--verify")
        assert_one_line(done, path)
    done = run(desk, "images", "--verify")
    assert (done.returncode, done.stderr) == (0, "")
