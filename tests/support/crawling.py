"""Runs the product as its user does, `scrapy …` in a process of its own, and reads what comes out."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support import processes
from tests.support.processes import ROOT, Forked

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.processes import Running

CORPUS = ROOT / "../shared/corpus/dairly_learning"
EVERY_NIGHT = ("-s", 'RECHECK_AFTER={"*": 0}', "-s", "DEAD_MIN_INTERVAL_DAYS=0")
"""Settings with which every run is a new night."""
VERDICTS_AND_NOTES = ("pipelines.reports.csv.link_health", "pipelines.reports.notes_mirror")
"""Outputs that show what became of a link: with these alone a crawl of a few links takes a quarter less time."""


@dataclass
class Desk:
    """A folder with notes and outputs of its own, and the environment that leads to an internet."""

    folder: Path
    environ: dict[str, str]
    published: tuple[str, ...] = ()
    """The outputs that its commands write; empty means all."""
    notes: Path = field(init=False)
    output: Path = field(init=False)

    def __post_init__(self) -> None:
        self.notes = self.folder / "notes"
        self.output = self.folder / "output"
        self.notes.mkdir(exist_ok=True)

    def write(self, path: str, text: str | bytes) -> Path:
        """Write a note."""
        file = self.notes / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def command(self, *words: str) -> list[str]:
        """Return the words after `scrapy`, with this desk's folders."""
        name, *more = words
        published = ["-s", f"OUTPUTS={','.join(self.published)}"] if self.published else []
        return [name, "-s", f"OUTPUT_DIR={self.output}", "-s", 'DOWNLOAD_DELAYS={"*": 0}', *published, *more]

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return processes.run(self.command(*words), os.environ | self.environ | environ)

    def run_unprivileged(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command for which file permissions count, even where the tests are run by root."""
        return processes.run(self.command(*words), os.environ | self.environ, unprivileged=True)

    def crawl(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Crawl this desk's notes."""
        return self.run("crawl", "notes", "-a", f"notes={self.notes}", *words, **environ)

    def start(self, *words: str) -> Forked:
        """Start a crawl of this desk's notes and return at once."""
        command = self.command("crawl", "notes", "-a", f"notes={self.notes}", *words)
        return Forked(command, os.environ | self.environ)

    def health(self) -> dict[str, dict[str, str]]:
        """Return the rows of the health CSV by URL."""
        with (self.output / "link_health.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["url"]: row for row in csv.DictReader(file)}

    def changes(self) -> list[dict[str, str]]:
        """Return the rows of the CSV of changes."""
        with (self.output / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def verdicts(self) -> dict[str, str]:
        """Return the verdict of each URL."""
        return {url: row["verdict"] for url, row in self.health().items()}

    def findings(self) -> list[dict[str, str]]:
        """Return the rows of the CSV of findings."""
        with (self.output / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def edits(self) -> list[dict[str, str | int]]:
        """Return the journal of edits."""
        return [json.loads(line) for line in (self.output / "edits.jsonl").read_text("utf-8").splitlines()]

    def outputs(self) -> dict[str, bytes]:
        """Return every output but store and caches, by path."""
        return {
            str(file.relative_to(self.output)): file.read_bytes()
            for file in sorted(self.output.rglob("*"))
            if file.is_file() and not file.name.startswith(("notemend.sqlite", "http_cache"))
        }

    def checked(self) -> set[str]:
        """Return the URLs that the store says were checked."""
        file = self.output / "notemend.sqlite"
        if not file.exists():
            return set()
        connection = sqlite3.connect(file)
        try:
            return {url for (url,) in connection.execute("SELECT url FROM links WHERE checked_at IS NOT NULL")}
        except sqlite3.OperationalError:  # killed before the tables were there
            return set()
        finally:
            connection.close()


class Snapshot:
    """The files of a desk at one time: tests begin there in turn, at the same paths, since some files name them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._copy = desk.folder.with_name(f"{desk.folder.name}-snapshot")
        shutil.copytree(desk.folder, self._copy)

    def restored(self, environ: dict[str, str]) -> Desk:
        """Put everything back to how it was; return the desk, on another internet."""
        shutil.rmtree(self._desk.folder)
        shutil.copytree(self._copy, self._desk.folder)
        return Desk(self._desk.folder, environ, self._desk.published)


def kill(process: Running) -> None:
    """Kill a process as the power failing would."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def mended(original: bytes, edits: list[dict[str, str | int]]) -> bytes:
    """Apply journalled edits to a note's bytes, independently of the product."""
    for edit in reversed(edits):
        start, end = int(edit["start"]), int(edit["end"])
        assert original[start:end] == str(edit["old"]).encode()
        original = original[:start] + str(edit["new"]).encode() + original[end:]
    return original
