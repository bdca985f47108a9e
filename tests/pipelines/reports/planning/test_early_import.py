"""What outputs are written with is imported while a run waits, and only if it waits long enough."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from crawler.errors import UserError
from pipelines.reports.planning import early_import
from pipelines.reports.planning.early_import import MIN_SECONDS, EarlyImport
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "h00.bench.example.org"


class Waiting:
    """A run with links on one host, of which each takes a second."""

    def __init__(self, links: int, seconds: float = 1.0) -> None:
        self._links = links
        self._seconds = seconds

    def counts(self) -> Iterator[tuple[str, str, int, int]]:
        if self._links < 0:
            raise UserError("the database is locked")
        yield "web", HOST, self._links, 0

    def seconds_each(self, kind: str, host: str) -> float:
        assert (kind, host) == ("web", HOST)
        return self._seconds


def wait_for(extension: EarlyImport, run: Waiting) -> None:
    """Say that the notes were read, and wait for the thread."""
    extension.notes_read(run)  # type: ignore[arg-type]
    for thread in threading.enumerate():
        if thread.name == "early import":
            thread.join()


@pytest.mark.parametrize(
    ("run", "is_imported"),
    [
        (Waiting(int(MIN_SECONDS)), True),
        (Waiting(int(MIN_SECONDS) - 1), False),
        (Waiting(0), False),
        (Waiting(1000, 0.0), False),
        (Waiting(1, math.inf), False),
        (Waiting(-1), False),
    ],
)
def test_it_is_imported_if_there_is_time(run: Waiting, *, is_imported: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr(early_import, "import_module", imported.append)
    wait_for(EarlyImport(["an.output"]), run)
    assert imported == ([*early_import.MODULES, "an.output"] if is_imported else [])


def test_what_is_wrong_with_an_output_is_left_to_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "an_output.py").write_text("raise RuntimeError\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(early_import, "MODULES", ())
    wait_for(EarlyImport(["an_output"]), Waiting(int(MIN_SECONDS)))
    assert capfd.readouterr().err == ""


def test_all_of_it_is_there() -> None:
    program = (
        "from importlib import import_module\n"
        "from pipelines.reports.planning.early_import import MODULES\n"
        "print(all(map(import_module, MODULES)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
