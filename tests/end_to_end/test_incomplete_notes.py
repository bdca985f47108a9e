"""Notes that could not be looked at are not taken for gone: nothing is removed or replaced on their account."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.errors import UserError
from crawler.kinds.local import FileLookup
from crawler.models.check import Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.files.folder import NotesFolder
from tests.crawler.link_checking.images.test_image_fallbacks import drawn, kept, shown, url
from tests.internet import Internet
from tests.support.crawling import EVERY_NIGHT, Desk, Snapshot
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.internet import Request

ALIVE, PLAIN = "https://alive.example.org/x", "https://plain.example.org/"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
MOVED = "<https://github.com/IDEACVR/DINO>"


@contextmanager
def closed(path: Path) -> Iterator[None]:
    """Take every permission from a file or folder for a while."""
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        yield
    finally:
        path.chmod(mode)


@pytest.fixture(scope="module")
def once_filled(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Crawl three notes, one of them and its picture in a folder."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("filled"), internet.environ())
        desk.write("a.md", f"<{ALIVE}> [x](sub/file.txt) {shown(url('one'))}")
        desk.write("c.md", MOVED)
        desk.write("sub/b.md", f"1. <{PLAIN}>\n\n{shown(url('two'))}")
        desk.write("sub/file.txt", "a file")
        assert desk.crawl(*EVERY_NIGHT).returncode == 0
    assert kept(desk) == {drawn("one"), drawn("two")}
    return Snapshot(desk)


@pytest.fixture
def filled(once_filled: Snapshot, internet: Internet) -> Desk:
    """Return a desk that has crawled three notes, one of them and its picture in a folder."""
    return once_filled.restored(internet.environ())


def said_once(stderr: str, *words: object) -> None:
    (line,) = stderr.splitlines()
    assert line.startswith("notemend: ")
    assert all(str(word) in line for word in words), line


def test_a_crawl_checks_what_it_can_read_and_publishes_nothing(filled: Desk, internet: Internet) -> None:
    before = filled.outputs()
    internet.forget()
    with closed(filled.notes / "sub"):
        done = filled.run_unprivileged("crawl", "notes", "-a", f"notes={filled.notes}", *EVERY_NIGHT)
    assert done.returncode == 2
    said_once(done.stderr, filled.notes / "sub", "cannot be listed", "Permission denied", "run again")
    assert filled.outputs() == before
    assert internet.asked(ALIVE)
    assert internet.asked(PLAIN)  # the link is known, though its note cannot be read
    done = filled.run("publish", "-a", f"notes={filled.notes}")  # from what was saved
    assert (done.returncode, done.stderr) == (0, "")
    assert filled.verdicts()["sub/file.txt"] == "alive"
    assert filled.health()["sub/file.txt"]["outcome"] == "blocked"
    assert PLAIN in filled.verdicts()
    done = filled.crawl()
    assert (done.returncode, done.stderr) == (0, "")
    assert filled.verdicts()["sub/file.txt"] == "alive"


@pytest.mark.parametrize("words", [("images", "--gc", "--delete"), ("publish",), ("publish", "--in-place")])
def test_nothing_is_removed_or_replaced(filled: Desk, words: tuple[str, ...]) -> None:
    filled.write("a.md", f"<{ALIVE}> {MOVED}")
    before, notes = filled.outputs(), {file: file.read_bytes() for file in filled.notes.rglob("*.md")}
    name, *more = words
    with closed(filled.notes / "sub"):
        done = filled.run_unprivileged(name, "-a", f"notes={filled.notes}", *more)
    assert done.returncode == 2
    said_once(done.stderr, filled.notes / "sub", "cannot be listed", "Permission denied")
    assert filled.outputs() == before
    assert {file: file.read_bytes() for file in filled.notes.rglob("*.md")} == notes
    done = filled.run(name, "-a", f"notes={filled.notes}", *more)
    assert (done.returncode, done.stderr) == (0, "")
    assert (drawn("two") in kept(filled)) is True


def empty(notes: Path) -> None:
    for each in notes.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def check_out_another_branch(notes: Path) -> None:
    shutil.rmtree(notes / "sub")
    (notes / "a.md").unlink()


@pytest.mark.parametrize("vanish", sampled([check_out_another_branch, shutil.rmtree, empty]))
def test_notes_that_vanish_during_a_run_wipe_nothing(
    filled: Desk, internet: Internet, vanish: Callable[[Path], None]
) -> None:
    before = filled.outputs()

    def once(_: Request) -> None:
        if (filled.notes / "a.md").exists():
            vanish(filled.notes)

    internet.fault(ALIVE, once)
    done = filled.crawl(*EVERY_NIGHT)
    assert done.returncode == 2
    said_once(done.stderr, filled.notes, "run again")
    assert filled.outputs() == before


def test_a_note_or_two_may_go(filled: Desk, internet: Internet) -> None:
    def remove(_: Request) -> None:
        (filled.notes / "c.md").unlink(missing_ok=True)

    internet.fault(ALIVE, remove)
    done = filled.crawl(*EVERY_NIGHT)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (filled.output / "notes/c.md").exists()


@pytest.mark.parametrize("trouble", sampled(["permission", "encoding", "size"]))
def test_a_note_that_cannot_be_read_for_now_keeps_what_is_known(filled: Desk, trouble: str) -> None:
    note = filled.notes / "sub/b.md"
    mended = (filled.output / "notes/sub/b.md").read_bytes()
    if trouble == "permission":
        note.chmod(0)
    else:
        note.write_bytes(b"\0\xff" if trouble == "encoding" else bytes(20 << 20))
    done = filled.run_unprivileged("crawl", "notes", "-a", f"notes={filled.notes}", *EVERY_NIGHT)
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"WARNING: {note}: ")
    assert line.endswith("; skipped")
    assert filled.health()[PLAIN]["mentions"] == "sub/b.md:1"
    assert (filled.output / "notes/sub/b.md").read_bytes() == mended
    done = filled.run_unprivileged("images", "--gc", "--delete", "-a", f"notes={filled.notes}")
    assert done.returncode == 2
    assert kept(filled) == {drawn("one"), drawn("two")}
    note.unlink()
    assert filled.crawl().returncode == 0
    assert PLAIN not in filled.verdicts()


def test_a_folder_that_cannot_be_opened_at_all(desk: Desk) -> None:
    desk.write("a.md", f"<{ALIVE}>")
    with closed(desk.notes):
        done = desk.run_unprivileged("crawl", "notes", "-a", f"notes={desk.notes}")
    assert done.returncode == 2
    said_once(done.stderr, desk.notes, "cannot be listed", "Permission denied")


def test_an_iteration_says_whether_it_saw_all_notes(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.md").write_text("x")
    library = NotesFolder(tmp_path)
    seen = []
    for note in library:
        seen.append(note.path)
        for name in "bc":  # while the notes are gone through
            (tmp_path / f"{name}.md").unlink(missing_ok=True)
    assert seen == ["a.md"]
    assert library.incomplete == f"{tmp_path}: only 1 of 3 notes are left since the run began"
    with pytest.raises(UserError, match="1 of 3 notes are left"):
        library.ensure_complete()
    (tmp_path / "a.md").unlink()
    with pytest.raises(UserError, match="no Markdown file"):
        NotesFolder(tmp_path)


# --- links to files ---------------------------------------------------------------------------------------------------


def look(folder: Path, path: str) -> tuple[Outcome, bool, str]:
    check = FileLookup(folder).check(path, (), NOW)
    return check.outcome, check.conclusive, str(check.reason)


def test_what_is_not_there_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    for path in ("b.md", "a.md/b.md", "x\0y", "x" * 300):
        outcome, conclusive, reason = look(tmp_path, path)
        assert (outcome, conclusive) == (Outcome.GONE, True)
        assert reason.startswith("file not found")


def test_what_could_not_be_looked_at_is_not_gone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "folder").symlink_to("round/x")
    for path in ("round", "round/x", "folder"):
        outcome, conclusive, reason = look(tmp_path, path)
        assert (outcome, conclusive) == (Outcome.BLOCKED, False)
        assert reason.startswith("file not accessible (")


def test_no_file_of_a_folder_that_is_gone_or_empty_is_gone(tmp_path: Path) -> None:
    lookup = FileLookup(tmp_path / "notes")
    for _ in range(2):
        check = lookup.check("b.md", (), NOW)
        assert (check.outcome, check.reason) == (Outcome.BLOCKED, Reason(ReasonCode.NOTES_FOLDER_EMPTY))
        (tmp_path / "notes").mkdir(exist_ok=True)
    (tmp_path / "notes/a.md").write_text("x")
    assert lookup.check("b.md", (), NOW).outcome is Outcome.GONE
