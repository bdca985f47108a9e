"""`notemend DIR`: what it says before and after a crawl."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.processes import ROOT
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet


def notemend(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crawler", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_crawl_says_what_it_does_what_is_wrong_and_what_comes_next(tmp_path: Path, internet: Internet) -> None:
    notes = tmp_path / "my notes"
    (notes / "here").mkdir(parents=True)
    (notes / "here/gone.md").write_text("")
    missing = "".join(f"[x](no{number:02}.md)\n" for number in range(25))
    (notes / "b.md").write_text(missing)
    (notes / "a.md").write_text("# 笔记\n\n看 [x](here/Gone.md) <https://missing.example.org/>\n", "utf-8")
    pace = ("-s", 'DOWNLOAD_DELAYS={"*": 0, "missing.example.org": 1.5}')
    done = notemend(tmp_path, "my notes", *pace, **internet.environ())
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "notemend: 2 notes; 27 links to check; about 2 s at the pace of missing.example.org, one request every 1.5 s\n"
    )
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "my notes/a.md:3:7  dead  here/Gone.md  file not found; suggested: here/gone.md",
        "my notes/b.md:1:5  dead  no00.md  file not found",
    ]
    assert lines[20:22] == ["… and 7 more in output/report.html", ""]
    assert re.split(" +", lines[25]) == ["all", "26", "1", "-", "-", "-", "-", "27"]
    assert "changes: 26 newly dead" in lines
    assert lines[-2] == "report: output/report.html"
    assert lines[-1].startswith("next: notemend diff 'my notes' (")

    shown = notemend(tmp_path, "diff", "my notes")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "+看 [x](here/gone.md) <https://missing.example.org/>" in shown.stdout


@pytest.mark.parametrize(
    ("language", "expected"),
    sampled(
        [
            ("zh_CN.UTF-8", "不一致项：2 处，见 output/findings.csv（重复记录的论文、错误的标题等）"),
            ("en_US.UTF-8", "findings: 2 in output/findings.csv (papers noted twice, wrong titles and the like)"),
        ]
    ),
)
def test_a_crawl_says_that_there_are_findings(tmp_path: Path, language: str, expected: str) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# A\n\n[x](#nowhere) [y](b.md#nor-here)\n")
    (notes / "b.md").write_text("# B\n")
    done = notemend(tmp_path, "notes", LC_ALL=language, PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout.splitlines()
    (notes / "a.md").write_text("# A\n")
    done = notemend(tmp_path, "notes", LC_ALL=language, PYTHONUTF8="1")
    assert "findings.csv" not in done.stdout
