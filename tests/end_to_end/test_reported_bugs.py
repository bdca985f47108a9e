"""Public bug reports about other tools, rebuilt as small cases in ../shared/data/reports: which are right here."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.internet.recordings import RECORDED
from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.stated import StatedInternet

if TYPE_CHECKING:
    from pathlib import Path

REPORTS = RECORDED / "reports"
NIGHTS = 3

OPEN: dict[str, str] = {}
"""Cases that are wrong still, each with what it waits for."""


def cases() -> list[Any]:
    names = sorted(folder.name for folder in REPORTS.iterdir()) if REPORTS.is_dir() else ["reports"]
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=OPEN[name], strict=True)) if name in OPEN else name
        for name in names
    ]


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the bug reports in ../shared/data/reports are not here")
@pytest.mark.parametrize("name", cases())
def test_what_is_wrong_elsewhere_is_right_here(name: str, tmp_path: Path) -> None:
    case = json.loads((REPORTS / name / "answers.json").read_text("utf-8"))
    with StatedInternet(case["answers"]) as internet:
        desk = Desk(tmp_path, internet.environ() | ({"GITHUB_TOKEN": case["token"]} if "token" in case else {}))
        shutil.copytree(REPORTS / name / "notes", desk.notes, dirs_exist_ok=True)
        for _ in range(NIGHTS):
            assert desk.crawl(*EVERY_NIGHT).returncode == 0
    expect, verdicts = case["expect"], desk.verdicts()
    for url, verdict in expect.get("links", {}).items():
        assert verdicts.get(url) in (verdict if isinstance(verdict, list) else [verdict]), url
    if "only_links" in expect:
        assert verdicts.keys() == expect["links"].keys()
    originals = sorted(path.relative_to(desk.notes) for path in desk.notes.rglob("*.md"))
    mended = {path: (desk.output / "notes" / path).read_text("utf-8") for path in originals}
    for path, text in mended.items():
        if "same" in expect:
            assert text == (desk.notes / path).read_text("utf-8")
        assert [each for each in expect.get("contains", ()) if each not in text] == []
        assert [each for each in expect.get("lacks", ()) if each in text] == []
    if "mistyped" in expect:
        rows = [row for row in desk.health().values() if "https://docs.example.org" in row["suggestion"]]
        assert len(rows) == sum("docs.example.org" in line for text in mended.values() for line in text.splitlines())
