"""A user's long time with the program as a state machine: what happens, and in which order, is up to hypothesis."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crawler.store.schema.migrations import MIGRATIONS
from tests.internet import Failure, Internet, World
from tests.internet.messages import html, not_found, redirect, text
from tests.support.c_libraries import build
from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.failing_disk import Disk, Trouble
from tests.support.processes import ROOT
from tests.support.promises import broken_promises, drafts, notes_below
from tests.support.wrong_clock import DAY, WrongClock

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.internet import Fault

VERSION_WITHOUT_SHARDS = 18
OLD_STORE = ROOT / "tests/stores/version_1.sql"
PATHS = ("a.md", "日记/b.md", "日记/2026/c d.md", "e.markdown")
PIECES = (
    "# 读书笔记（2026.5.4）\n\n今天读了两篇关于目标检测的文章，记录如下。\n",
    f"""1. [一篇文章]({World.article("live", 1)})
   - Paper: [Attention Is All You Need](https://arxiv.org/pdf/1706.03762v2.pdf)
   - Code: [code]({World.repository("renamed")})
""",
    f"[删除的文章]({World.article('deleted')})\n",
    f"![]({World.picture('png', 1)})\n",
    f'<div align=center><img src="{World.picture("jpeg", 2)}" style="zoom:80%"></div>\n',
    f'<img src="{World.picture("webp", 3).replace("&", "&amp;")}">\n',
    f"![图]({World.picture('deleted')})\n",
    "| 题目 | 链接 |\n|---|---|\n| x | [p](https://arxiv.org/abs/1512.03385v1) |\n",
    "<https://h01.bench.example.org/1> 和 [二](https://h02.bench.example.org/2)\n",
    "[三](https://h03.bench.example.org/3)，[四](http://alive.example.org/4)\n",
    "[另一篇](../a.md) [没有](没有.md) [大写](A.md)\n",
)
ANY = "https://h*.bench.example.org/*"
WEATHER: dict[str, tuple[str, Fault]] = {
    "fine": (ANY, html("<title>x</title>")),
    "gone": (ANY, not_found()),
    "failing": (ANY, text("", 503)),
    "moved": ("https://h01.bench.example.org/1", redirect("https://h05.bench.example.org/new", 301)),
    "no images": ("https://*.qpic.cn/*", not_found()),
    "no arXiv": ("https://export.arxiv.org/*", text("busy", 503)),
    "no network": ("*", Failure.RESET),
}
SETTINGS: dict[str, tuple[str, ...]] = {
    "IMAGES_LAYOUT": ("hash", "tool", "./{note}.assets/", "./img/"),
    "IMAGES_NAMES": ("hash", "note", "alt"),
    "IMAGES_WEBP_WIDTH": ("0", "300"),
    "REWRITE": ("links,pictures,facts", "pictures", "links,facts", "links,pictures,facts,jumps"),
}
COMMANDS = {
    "crawl": ("crawl", "notes"),
    "publish": ("publish",),
    "in place": ("publish", "--in-place"),
    "undo": ("undo",),
    "gc": ("images", "--gc", "--delete"),
    "verify": ("images", "--verify"),
}
MAY_SAY = {
    "undo": r"nothing to undo: .*|.*: (edited since run \d+|note does not exist|is a symbolic link); skipped",
    "gc": r"images: \d+ of the notes not fetched yet; no images removed. Run crawl first",
    "crawl": r"no network: .*",
}
"""What a command may say when it fails although nothing has gone wrong."""

TROUBLE = st.sampled_from(Trouble)


@dataclass
class Figures:
    """What was done in all examples, and how the commands ended."""

    examples: int = 0
    steps: int = 0
    ends: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Return the figures in a line."""
        return f"{self.examples} examples, {self.steps} steps; {dict(sorted(self.ends.items()))}"


@dataclass(frozen=True)
class Tools:
    """What all examples share, since it takes long to make."""

    internet: Internet
    disk: Path
    clock: WrongClock

    @classmethod
    def made_in(cls, folder: Path, internet: Internet) -> Tools:
        """Return tools with their files in a folder."""
        return cls(internet, build("failing_disk", folder), WrongClock.made_in(folder))


class LongUse(RuleBasedStateMachine):
    """A desk at which everything happens; `written` has the notes as the person wrote them last."""

    def __init__(self, tools: Tools, figures: Figures) -> None:
        super().__init__()
        self.tools, self.figures = tools, figures
        self.folder = Path(mkdtemp(prefix="long-use-"))
        self.desk = Desk(self.folder, tools.internet.environ())
        self.disk = Disk(tools.disk, self.desk)
        self.written: dict[str, bytes] = {}
        self.encodings: dict[str, str] = {}
        self.settings: dict[str, str] = {}
        self.weather: set[str] = set()
        self.offset = 0
        self.old_hosts: frozenset[str] = frozenset()
        tools.internet.heal()
        tools.internet.world.spent.clear()
        figures.examples += 1

    # --- the person ---------------------------------------------------------------------------------------------------

    @initialize(has_store=st.booleans())
    def begin(self, has_store: bool) -> None:
        """Begin with a crawl of a note, with a store of the first version or none."""
        self.write("a.md", "utf-8", list(PIECES[:4]), crlf=False)
        if has_store:
            self.desk.output.mkdir()
            with closing(sqlite3.connect(self.desk.output / "notemend.sqlite")) as store:
                store.executescript(OLD_STORE.read_text("utf-8"))
            self.old_hosts = frozenset({"a.example"})
        self._run("crawl")

    @rule(
        path=st.sampled_from(PATHS),
        encoding=st.sampled_from(("utf-8", "utf-8-sig", "gb18030")),
        pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=5),
        crlf=st.booleans(),
    )
    def write(self, path: str, encoding: str, pieces: list[str], crlf: bool) -> None:
        """Write a note anew."""
        body = "\n".join([PIECES[0], *pieces])
        self._save(path, (body.replace("\n", "\r\n") if crlf else body).encode(encoding))
        self.encodings[path] = encoding.removesuffix("-sig")

    @rule(path=st.sampled_from(PATHS), piece=st.sampled_from(PIECES))
    def add(self, path: str, piece: str) -> None:
        """Add something to a note as it is now."""
        if path in self.written:
            body = (self.desk.notes / path).read_bytes()
            self._save(path, body + f"\n{piece}".encode(self.encodings[path]))

    @rule(path=st.sampled_from(PATHS), at=st.integers(0, 30))
    def take_out(self, path: str, at: int) -> None:
        """Take a line out of a note as it is now."""
        if path in self.written:
            lines = (self.desk.notes / path).read_bytes().splitlines(keepends=True)
            self._save(path, b"".join(lines[:at] + lines[at + 1 :]))

    @rule(path=st.sampled_from(PATHS[1:]))
    def delete(self, path: str) -> None:
        """Delete a note."""
        if self.written.pop(path, None) is not None:
            (self.desk.notes / path).unlink()

    @rule(name=st.sampled_from(sorted(SETTINGS)), data=st.data())
    def change_settings(self, name: str, data: st.DataObject) -> None:
        """Change a setting for all commands that follow."""
        self.settings[name] = data.draw(st.sampled_from(SETTINGS[name]))

    # --- the world ----------------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(sorted(WEATHER)))
    def turn(self, name: str) -> None:
        """Let servers answer otherwise."""
        self.tools.internet.fault(*WEATHER[name])
        self.weather.add(name)

    @rule()
    def clear_up(self) -> None:
        """Let servers answer as ever."""
        self.tools.internet.heal()
        self.tools.internet.world.spent.clear()
        self.weather.clear()

    @rule(days=st.sampled_from((-400, -2, 1, 40, 3650)))
    def jump(self, days: int) -> None:
        """Set the clock; commands see it from the next one on."""
        self.offset = days * DAY

    @rule()
    def correct(self) -> None:
        """Set the clock right."""
        self.offset = 0

    # --- the commands -------------------------------------------------------------------------------------------------

    @rule()
    def crawl(self) -> None:
        """Check all links."""
        self._run("crawl")

    @rule(command=st.sampled_from(sorted(COMMANDS)))
    def run(self, command: str) -> None:
        """Run a command, and nothing happens to it."""
        self._run(command)

    @rule(command=st.sampled_from(sorted(COMMANDS)), at=st.integers(1, 80), trouble=TROUBLE)
    def run_in_trouble(self, command: str, at: int, trouble: Trouble) -> None:
        """Run a command to which something happens at its n-th change of the disk."""
        self._run(command, at * (4 if command == "crawl" else 1), trouble)

    @rule(seconds=st.sampled_from((-2 * DAY, 3650 * DAY)))
    def jump_during_a_crawl(self, seconds: int) -> None:
        """Set the clock while a crawl is under way."""
        self.tools.internet.fault("https://*.bench.example.org/*", lambda _: self.tools.clock.set(seconds), times=1)
        self._run("crawl", with_clock=True)

    @precondition(lambda self: self._version() == len(MIGRATIONS))
    @rule(command=st.sampled_from(sorted(COMMANDS)))
    def meet_a_newer_store(self, command: str) -> None:
        """Run a command on the store of a newer program, which stays as it is."""
        self._set_version(len(MIGRATIONS) + 1)
        done = self._call(command)
        if command != "undo":  # which asks the journal alone
            assert (done.returncode, "upgrade notemend" in done.stderr) == (2, True), done.stderr
        assert self._version() == len(MIGRATIONS) + 1
        self._set_version(len(MIGRATIONS))

    @precondition(lambda self: self._version() == len(MIGRATIONS))
    @rule(command=st.sampled_from(sorted(COMMANDS)), at=st.integers(0, 30), trouble=TROUBLE)
    def meet_an_older_store(self, command: str, at: int, trouble: Trouble) -> None:
        """Run a command on a store of before there were shards; later steps of the migration are repeated."""
        with closing(sqlite3.connect(self._store)) as store:
            store.executescript("DROP TABLE hosts; DROP INDEX checks_once; ALTER TABLE checks DROP COLUMN run_id")
        self._set_version(VERSION_WITHOUT_SHARDS)
        self._run(command, at, trouble)

    # --- the promises -------------------------------------------------------------------------------------------------

    @invariant()
    def all_promises_are_kept(self) -> None:
        """Look at everything, after every step."""
        self.figures.steps += 1
        wrong = broken_promises(self.desk, self.written, self.old_hosts)
        assert wrong == [], wrong

    def teardown(self) -> None:
        """Undo all edits: the notes are as the person wrote them."""
        self.offset = 0
        self.clear_up()
        for _ in range(20):
            if "nothing to undo" in self._run("undo").stderr:
                break
        assert notes_below(self.desk.notes) == self.written
        shutil.rmtree(self.folder)

    # --- helpers ------------------------------------------------------------------------------------------------------

    def _save(self, path: str, body: bytes) -> None:
        """Save a note; one that stays as it is was not written by the person, and undo may restore it."""
        file = self.desk.notes / path
        if not file.exists() or file.read_bytes() != body:
            self.desk.write(path, body)
            self.written[path] = body

    def _run(
        self, command: str, at: int = 0, trouble: Trouble = Trouble.ERROR, *, with_clock: bool = False
    ) -> CompletedProcess[str]:
        """Run a command; something happens at its n-th change, if it has so many."""
        before = notes_below(self.desk.notes)
        done = self._call(command, at, trouble, with_clock=with_clock)
        lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING: ")]
        self.figures.ends[f"{command} {trouble.name if at else ''}: {done.returncode}"] += 1
        assert "fault of notemend" not in done.stderr, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        if not at and done.returncode:
            assert done.returncode == 2, done
            assert lines, done
            assert all(re.fullmatch(f"notemend: ({MAY_SAY.get(command, '')})", line) for line in lines), lines
            assert command != "crawl" or "no network" in self.weather, lines
        if not at and not done.returncode and command in {"crawl", "in place"}:
            assert drafts(self.desk) == []
        if command not in {"in place", "undo"}:
            assert notes_below(self.desk.notes) == before
        return done

    def _call(
        self, command: str, at: int = 0, trouble: Trouble = Trouble.ERROR, *, with_clock: bool = False
    ) -> CompletedProcess[str]:
        words = [*COMMANDS[command], "-a", f"notes={self.desk.notes}", *EVERY_NIGHT, "-s", "DOWNLOAD_TIMEOUT=3"]
        for name, value in self.settings.items():
            words += ["-s", f"{name}={value}"]
        self.tools.clock.set(self.offset)
        if not at and not self.offset and not with_clock:
            return self.desk.run(*words)  # in a third of the time
        return self.disk.run(words, at, trouble, self.tools.clock)

    @property
    def _store(self) -> Path:
        return self.desk.output / "notemend.sqlite"

    def _version(self) -> int:
        if not self._store.exists():
            return 0
        with closing(sqlite3.connect(self._store)) as store:
            try:
                return int(store.execute("SELECT version FROM schema_version").fetchone()[0])
            except (sqlite3.OperationalError, TypeError):
                return 0

    def _set_version(self, version: int) -> None:
        with closing(sqlite3.connect(self._store)) as store, store:
            store.execute("UPDATE schema_version SET version = ?", [version])
