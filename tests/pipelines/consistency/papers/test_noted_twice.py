"""Articles and papers that several entries list."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from crawler.models.metadata import Article, Paper
from pipelines.consistency.papers.noted_twice import Listing, repeated
from pipelines.reports.csv import findings as findings_csv
from pipelines.reports.render import render
from tests.support.mending import read, rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.reports.contract import Rendering

A, B, PAPER = "https://mp.weixin.qq.com/s/A", "https://mp.weixin.qq.com/s/B", "https://arxiv.org/abs/2204.00001"


def entry(number: int, title: str, article: str, paper: str, stars: int = 0) -> str:
    return f"{number}. [{title}]({article}) {':star:' * stars}\n   - Paper: [paper]({paper})\n   - Tips: {PAPER}\n\n"


def found(given: Rendering) -> list[tuple[str, ...]]:
    render(given, findings_csv)
    with (given.output_dir / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "noted twice"]
    return [tuple(row[name] for name in ("note", "line", "entry", "says", "true", "evidence")) for row in rows]


def test_both_places_are_told_with_their_ratings(tmp_path: Path) -> None:
    notes = {
        "a.md": entry(1, "Loops", A, PAPER, 4) + entry(2, "Knots", B, "https://arxiv.org/abs/2204.00002"),
        "b.md": "# Contents\n\n- [Loops](a.md)\n\n# Notes\n\n" + entry(7, "Loops again", A, f"{PAPER}v2", 2),
        "c.md": f"See <{PAPER}> and <{A}>.\n",
    }
    seen = [standing(PAPER, metadata=Paper("Loops")), standing(A, metadata=Article("Loops"))]
    given = rendering(tmp_path, notes, seen)
    assert found(given) == [
        ("b.md", "7", "7", "Loops again ★★", "listed at a.md:1, rated ★★★★", f"WeChat {A}"),
        ("b.md", "8", "7", "Loops again ★★", "listed at a.md:2, rated ★★★★", "arXiv 2204.00001"),
    ]
    (given.notes_folder.folder / "a.md").write_text(entry(1, "Loops", A, "https://arxiv.org/abs/2204.00002"), "utf-8")
    read(given)
    assert [row[3:5] for row in found(given)] == [("Loops again ★★", "listed at a.md:1")]


def test_a_paper_under_two_titles_is_rather_a_wrong_address(tmp_path: Path) -> None:
    notes = {
        f"{name}.md": f"1. [{name}](https://mp.weixin.qq.com/s/{name})\n   - Paper: [{title}]({PAPER})\n"
        for name, title in (("a", "Loops and How to Close Them"), ("b", "Knots and How to Tie Them"))
    }
    assert found(rendering(tmp_path, notes, [])) == []


def test_the_addresses_of_a_work_count_together() -> None:
    arxiv, acl, both = Listing("a.md", 1, 2), Listing("b.md", 3, 0), Listing("b.md", 9, 1)
    listed = [("arxiv:1", [arxiv]), ("acl:N19-1", [acl]), ("wechat:x", [both]), ("arxiv:2", [both, both])]
    assert repeated(listed, {"arxiv:1": "arxiv:1", "acl:N19-1": "arxiv:1"}) == {
        "arxiv:1": (arxiv, acl),
        "acl:N19-1": (arxiv, acl),
    }
