from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Page
from pipelines.reports.csv import link_health
from pipelines.reports.render import render
from tests.support.mending import missing, moved, rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "url,kind,verdict,outcome,http_status,reason,final_url,suggestion,suggestion_source,failures_in_a_row,"
    "first_seen,last_checked,last_alive,vouch,image_saved,image_newer,title,mentions"
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_one_row_per_link_worst_first(tmp_path: Path) -> None:
    notes = {
        "日记 1.md": "[x](https://a.example/)\n[x](https://b.example/)\n[x](https://a.example/)",
        "z.md": "[x](https://a.example/) [y](gone.md) [n](https://new.example/) [s](https://s.example/)",
    }
    store = [
        standing("https://a.example/", metadata=Page("标题\n二")),
        moved("https://b.example/", "https://c.example/"),
        missing("gone.md", "here.md"),
        replace(standing("https://s.example/", Outcome.FAILED, Verdict.SUSPECT), failures_in_a_row=2),
    ]
    given = rendering(tmp_path, notes, store)
    render(given, link_health)
    path = given.output_dir / "link_health.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n")
    table = rows(path)
    assert [row["verdict"] for row in table] == ["dead", "suspect", "moved", "unknown", "alive"]
    assert table[4] == {
        "url": "https://a.example/",
        "kind": "web",
        "verdict": "alive",
        "outcome": "ok",
        "http_status": "200",
        "reason": "seen",
        "final_url": "",
        "suggestion": "",
        "suggestion_source": "",
        "failures_in_a_row": "0",
        "first_seen": "2026-11-20T03:00:00Z",
        "last_checked": "2026-11-20T03:00:00Z",
        "last_alive": "2026-11-20T03:00:00Z",
        "vouch": "",
        "image_saved": "",
        "image_newer": "",
        "title": "标题 二",
        "mentions": "z.md:1 日记%201.md:1 日记%201.md:3",
    }
    assert (table[0]["suggestion"], table[0]["suggestion_source"]) == ("here.md", "file")
    assert table[1]["failures_in_a_row"] == "2"
    assert table[2]["final_url"] == "https://c.example/"
    assert (table[3]["outcome"], table[3]["last_checked"], table[3]["http_status"]) == ("", "", "")
