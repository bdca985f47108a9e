"""How many verdicts are right on odd answers of the web, with lychee on the same notes and the same server.

`python -m benchmarks.scenarios.verdict_accuracy [--only GROUP,…]` crawls each group of `tests/odd_answers` night by
night, runs lychee on the notes with the answers of the last night, and prints what is wrong and the totals.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.baselines import programs
from benchmarks.harness.running import at_least, at_most
from tests.support.odd_answers import Row, crawl_group, groups
from tests.support.stated import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.crawling import Desk
    from tests.support.odd_answers import Seen

WORKS = frozenset({"alive", "moved"})
"""Verdicts on links that a reader can open."""


@dataclass(slots=True)
class Score:
    """Counts over the rows: verdicts that are right, false alarms, and edits of notes that are wrong."""

    rows: int = 0
    right: int = 0
    false_alarms: int = 0
    wrong_edits: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Return the share of rows that are right."""
        return self.right / self.rows


def main() -> None:
    """Print the score of notemend and that of lychee."""
    parser = ArgumentParser()
    parser.add_argument("--only", default="", help="groups, separated by commas")
    only = set(filter(None, parser.parse_args().only.split(",")))
    ours, theirs = Score(), Score()
    for group in groups():
        if only and group.name not in only:
            continue
        with TemporaryDirectory() as folder, crawl_group(group, Path(folder)) as (desk, seen):
            said = _run_lychee(desk)
        for row in group.rows:
            _count_ours(ours, group.name, row, seen[row.name])
            if row.lychee:
                _count_theirs(theirs, row, said)
        print(f"{group.name}: {len(group.rows)} rows", file=sys.stderr, flush=True)
    print(*ours.faults, sep="\n")
    print(f"notemend: {ours.right} of {ours.rows} rows right, {ours.share:.1%}")
    print(f"          {ours.false_alarms} false dead, {ours.wrong_edits} wrong edits")
    print(f"lychee:   {theirs.right} of {theirs.rows} rows right, {theirs.share:.1%}")
    print(f"          {theirs.false_alarms} false alarms")
    print(at_least("rows right", ours.share, 0.97))
    print(at_most("false dead and wrong edits", ours.false_alarms + ours.wrong_edits, 0))


def _count_ours(score: Score, group: str, row: Row, seen: Seen) -> None:
    faults = list(seen.faults(row))
    score.rows += 1
    score.right += not faults
    score.false_alarms += seen.is_false_dead(row)
    score.wrong_edits += seen.is_wrong_edit(row)
    score.faults += [f"{group}: {row.name}: {fault}" for fault in faults]


def _count_theirs(score: Score, row: Row, said: Mapping[str, bool]) -> None:
    """Count what lychee says of a row: True for a link that works, False for a broken one, nothing for no link."""
    works = said.get(row.url)
    expected = {_expected(verdict) for verdict in row.verdict}
    score.rows += 1
    score.right += works in expected
    score.false_alarms += works is False and False not in expected


def _expected(verdict: str) -> bool | None:
    return True if verdict in WORKS else False if verdict == "dead" else None


def _run_lychee(desk: Desk) -> dict[str, bool]:
    """Return whether each link works by lychee; links that it excludes or cannot check are not there.

    It never asks hosts below `example.org`: in its notes and on the server they have an alias.
    """
    notes = shutil.copytree(desk.notes, desk.folder / "notes for lychee")
    for note in notes.rglob("*.md"):
        note.write_text(note.read_text("utf-8").replace("example.", ALIAS), "utf-8")
    command = [*programs.lychee(notes, verbosity="-vv"), "--timeout=5"]
    done = subprocess.run(command, env=os.environ | desk.environ, capture_output=True, text=True, check=False)
    answer: dict[str, Any] = json.loads(done.stdout)
    kinds = {"success_map": True, "redirect_map": True, "error_map": False, "timeout_map": False, "fail_map": False}
    return {url: works for name, works in kinds.items() for url in _urls(answer.get(name, {}))}


def _urls(by_note: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    for links in by_note.values():
        yield from (link["url"].replace(ALIAS, "example.") for link in links if "url" in link)


if __name__ == "__main__":
    main()
