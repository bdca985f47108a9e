from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Page
from crawler.models.reason import Reason, ReasonCode
from pipelines.reports.base import render
from pipelines.reports.csv import link_health
from tests.support.mending import NOW, missing, moved, rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "url,kind,verdict,outcome,http_status,reason,final_url,suggestion,suggestion_source,failures_in_a_row,"
    "first_seen,last_checked,last_alive,title,mentions"
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
        "title": "标题 二",
        "mentions": "z.md:1 日记%201.md:1 日记%201.md:3",
    }
    assert (table[0]["suggestion"], table[0]["suggestion_source"]) == ("here.md", "file")
    assert table[1]["failures_in_a_row"] == "2"
    assert table[2]["final_url"] == "https://c.example/"
    assert (table[3]["outcome"], table[3]["last_checked"], table[3]["http_status"]) == ("", "", "")


def test_where_a_link_moved_stays_known_through_a_captcha() -> None:
    captcha = Check(
        Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA), NOW, CheckMethod.PAGE, final_url="https://captcha.example/"
    )
    row = link_health.link_health_row(replace(moved("https://a.example/", "https://b.example/"), check=captcha), ())
    assert row["final_url"] == "https://b.example/"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("a b.md:3", "a%20b.md:3"),
        ("a%20b.md:3", "a%2520b.md:3"),
        ("a\tb\n\u3000.md:3", "a%09b%0A%E3%80%80.md:3"),
        ("日记/a:b.md:12", "日记/a:b.md:12"),
    ],
)
def test_places_stay_apart(place: str, shown: str) -> None:
    assert (
        link_health.link_health_row(standing("https://a.example/"), (place, "z.md:1"))["mentions"] == f"{shown} z.md:1"
    )


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\tx", "\n=1", " =1", "＝1", "\x00=1"]
)
def test_formulas_are_defused(formula: str) -> None:
    assert link_health.safe_cell(formula).startswith("'")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (-5, "-5"),
        (True, "True"),
        ("a=b", "a=b"),
        ("a\r\nb\x1b[1m\u2028c\x85d", "a b [1m c d"),
        (date(2022, 5, 31), "2022-05-31"),
        (datetime(2022, 5, 31, 1, 2, 3, 999, UTC), "2022-05-31T01:02:03Z"),
        (datetime(2022, 5, 31, tzinfo=timezone(timedelta(hours=8))), "2022-05-31T00:00:00+08:00"),
        (["a", "b"], "a; b"),
        ([], ""),
        (["=a", "b"], "'=a; b"),
    ],
)
def test_cells(value: object, shown: str) -> None:
    assert link_health.safe_cell(value) == shown


@given(st.text())
def test_a_cell_is_one_line_and_no_formula(text: str) -> None:
    shown = link_health.safe_cell(text)
    assert len(shown.splitlines()) <= 1
    assert not shown.lstrip().startswith(tuple("=+-@\t\r"))
