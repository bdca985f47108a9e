"""A disk that fails, or a signal, at any change: one line, no note half written, and the next run completes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.crawler.link_checking.images.test_image_fallbacks import shown, url
from tests.internet import Internet, World
from tests.support.c_libraries import build
from tests.support.crawling import Desk
from tests.support.failing_disk import Change, Disk, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS = {Trouble.ERROR: 2, Trouble.FULL: 2, Trouble.KILL: -9, Trouble.INTERRUPT: 130, Trouble.TERMINATE: 143}
"""How a command ends at the latest that cannot go on."""

COMMANDS = ("crawl", "publish", "undo", "gc")
NOTE = f"""# Notes

1. [t]({World.article("deleted")})
   - Paper: <https://arxiv.org/pdf/1706.03762>

<https://missing.example.org/> [f](f.txt)

{shown(url("one"), url("two"))}
"""


def words(desk: Desk, command: str) -> list[str]:
    notes = ["-a", f"notes={desk.notes}"]
    return {
        "crawl": ["crawl", "notes", *notes],
        "publish": ["publish", *notes, "--in-place"],
        "undo": ["undo", *notes],
        "gc": ["images", "--gc", "--delete", *notes],
    }[command]


class Trial:
    """A command on a disk that fails, begun again and again from the same state."""

    def __init__(self, disk: Disk, command: str) -> None:
        self._disk, self._desk, self._words = disk, disk.desk, words(disk.desk, command)
        self._start = disk.library.with_name(f"before-{command}")
        shutil.rmtree(self._start, ignore_errors=True)
        self._before = notes_of(self._desk)
        shutil.copytree(self._desk.folder, self._start)
        done = disk.run(self._words)
        assert (done.returncode, done.stderr) == (0, "")
        self._after = notes_of(self._desk)
        self._outputs = set(self._desk.outputs())
        self.changes = disk.changes()

    def fail(self, change: Change, trouble: Trouble) -> str:
        """Let trouble come with a change and run the command again; return what is wrong then, empty if nothing is."""
        self._begin()
        done = self._disk.run(self._words, change.number, trouble)
        # Before its one line a run may warn of what it goes on without.
        lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING: ")]
        wrong = []
        if done.returncode not in {0, ENDS[trouble]} or (done.returncode > 0 and len(lines) != 1):
            wrong.append(f"exit {done.returncode}, {lines}")
        if "fault of notemend" in done.stderr:
            wrong.append("not foreseen")
        left = notes_of(self._desk)
        wrong += [f"half written: {note}" for note in left if left[note] not in (self._before[note], self._after[note])]
        again = self._desk.run(*self._words)
        is_done = "nothing to undo" in again.stderr and left == self._after
        if again.returncode and not is_done:
            wrong.append(f"then exit {again.returncode}, {again.stderr}")
        if notes_of(self._desk) != self._after:
            wrong.append("then other notes")
        missing = {path for path in self._outputs - set(self._desk.outputs()) if not path.startswith("in_place/")}
        drafts = [path for path in self._desk.folder.rglob("*.part") if path.is_file()]
        wrong += [f"then missing: {path}" for path in missing] + [f"left: {path}" for path in drafts]
        return f"{change}: {'; '.join(wrong)}" if wrong else ""

    def finish(self) -> None:
        """Run the command without a fault, from the state in which the trial began."""
        self._begin()
        assert self._disk.run(self._words).returncode == 0

    def _begin(self) -> None:
        shutil.rmtree(self._desk.folder)
        shutil.copytree(self._start, self._desk.folder)


def notes_of(desk: Desk) -> dict[str, bytes]:
    return {
        str(file.relative_to(desk.notes)): file.read_bytes()
        for file in desk.notes.rglob("*")
        if file.is_file() and not file.name.endswith(".part")
    }


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    library = build("failing_disk", tmp_path_factory.mktemp("disk"))
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("desk"), internet.environ())
        desk.write("f.txt", "x")
        desk.write("sub/a.md", NOTE)
        yield Disk(library, desk)


def chosen(changes: list[Change]) -> list[Change]:
    """Return the first and the last change of each sort: a call on a file of some name."""
    by_sort: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        by_sort.setdefault(change.sort, []).append(change)
    return sorted({each for some in by_sort.values() for each in (some[0], some[-1])}, key=lambda each: each.number)


@pytest.fixture(scope="module")
def crawl(disk: Disk) -> Trial:
    return Trial(disk, "crawl")


@pytest.mark.stress  # `test_a_full_disk` of images is a sample
@pytest.mark.parametrize(
    ("part", "at", "trouble"),
    [
        ("images/", 0, Trouble.ERROR),
        (".part", -1, Trouble.FULL),
        ("http_cache.sqlite-journal", 0, Trouble.FULL),
    ],
)
def test_a_disk_that_fails(crawl: Trial, part: str, at: int, trouble: Trouble) -> None:
    """At the first write of an image, and as a full disk at the last write of an output and the first of the cache."""
    change = [each for each in crawl.changes if each.call in {"write", "pwrite64"} and part in each.path][at]
    assert crawl.fail(change, trouble) == ""


@pytest.mark.stress
@pytest.mark.parametrize("trouble", Trouble)
def test_trouble_at_any_change(crawl: Trial, disk: Disk, trouble: Trouble) -> None:
    """Each command, in the order in which a user gives them."""
    wrong = []
    for command in COMMANDS:
        if command == "gc":
            (disk.desk.notes / "sub/a.md").write_text(NOTE.partition("![")[0])
        trial = crawl if command == "crawl" else Trial(disk, command)
        some = chosen(trial.changes)
        found = [told for change in some if (told := trial.fail(change, trouble))]
        figures = f"{len(trial.changes)} changes, {trouble.name} at {len(some)}, {len(found)} findings"
        print(f"{command}: {figures}", *found, sep="\n", flush=True)  # noqa: T201
        wrong += found
        trial.finish()
    assert wrong == []
