"""Problems as lines, annotations and JSON, and tables on narrow terminals."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cli.results.formats import annotation, as_json
from crawler.cli.results.problems import Problem, explanation, problem_line
from crawler.cli.summary import problem_lines, verdict_table
from crawler.cli.terminal import print_parts
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Change, LinkState, Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.files.folder import NotesFolder
from crawler.run.problems import find_problems, shown_path
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from tests.support.storing import checked, link, register

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ARCHIVED = "https://web.archive.org/web/20220601120000/https://a.example/"


def gone(code: ReasonCode = ReasonCode.NOT_FOUND, *details: str) -> Check:
    return Check(Outcome.GONE, Reason(code, *details), NOW, CheckMethod.PAGE, http_status=404)


DEAD = LinkState(link("https://a.example/"), Verdict.DEAD, NOW, gone(), failures_in_a_row=3, snapshot=ARCHIVED)
SUSPECT = LinkState(link("https://b.example/"), Verdict.SUSPECT, NOW, gone(), failures_in_a_row=1)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (DEAD, "not found (404); 3 nights; archived 2022-06-01"),
        (SUSPECT, "not found (404); failed once, will be checked again"),
        (replace(SUSPECT, failures_in_a_row=2), "not found (404); 2 nights"),
        (replace(SUSPECT, failures_in_a_row=0), "not found (404); failed once, will be checked again"),
        (replace(DEAD, failures_in_a_row=1, snapshot=None), "not found (404)"),
        (replace(DEAD, check=None, snapshot=None, failures_in_a_row=0), "not checked yet"),
        (
            replace(DEAD, verdict=Verdict.MOVED, moved_to="https://c.example/", failures_in_a_row=0),
            "not found (404); now https://c.example/",
        ),
    ],
)
def test_a_problem_says_why_for_how_long_and_what_is_in_its_place(state: LinkState, said: str) -> None:
    assert explanation(state) == said
    line = str(problem_line(Problem("a b.md", "a b.md", 42, 7, state)))
    assert line == f"a b.md:42:7  {state.verdict}  {state.link.url}  {said}"


def test_it_is_said_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert explanation(DEAD) == "页面不存在（404）；连续 3 次；有快照 2022-06-01"
    table = verdict_table([("web", Verdict.DEAD, 1)])
    assert str(table).splitlines()[0] == "链接  失效  疑似失效  受限  已迁移  未知  有效  全部"
    assert str(table).splitlines()[1] == "web      1         -     -       -     -     -     1"


@given(st.text(), st.text(), st.sampled_from(Verdict))
def test_an_annotation_is_one_command_whatever_is_in_it(file: str, reason: str, verdict: Verdict) -> None:
    state = replace(DEAD, verdict=verdict, check=gone(ReasonCode.OTHER, reason))
    found = annotation(Problem(file, file, 3, 5, state))
    level, properties, text = re.fullmatch(r"::(\w+) ([^:]*)::([^\r\n]*)", found).groups()  # type: ignore[union-attr]
    assert level == {Verdict.DEAD: "error", Verdict.SUSPECT: "warning"}.get(verdict, "notice")
    named = dict(each.split("=", 1) for each in properties.split(","))
    assert named | {"file": ""} == {"file": "", "line": "3", "col": "5", "title": str(verdict)}
    for char, code in {"\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C", "%": "%25"}.items():
        assert named["file"].count(code) == file.count(char)
    assert unquote(text, errors="surrogatepass").startswith("https://a.example/ ")


@pytest.mark.parametrize("file", ["::error::x.md", " ::stop-commands::x.md", "##[add-mask]a.md"])
def test_a_line_is_no_command_of_a_workflow(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    state = replace(DEAD, check=gone(ReasonCode.OTHER, "##[error]x ::error::y"))
    line = str(problem_line(Problem(file, file, 3, 5, state)))
    assert not line.strip().startswith("::")
    assert "##[" not in line


def test_programs_get_all_in_one_object() -> None:
    counts = [("web", Verdict.DEAD, 1), ("web", Verdict.ALIVE, 3), ("arxiv", Verdict.ALIVE, 2)]
    problem = Problem("a.md", "a.md", 1, 2, replace(DEAD, previous_verdict=Verdict.ALIVE))
    found = json.loads(
        as_json(counts, {Change.NEWLY_DEAD: 1}, [problem], left=2, notes_left=3, seconds=1.23, report="o/r.html")
    )
    assert (found["links"]["dead"], found["links"]["alive"], found["links"]["all"]) == (1, 5, 6)
    assert found["changes"] == {"newly dead": 1}
    assert found["problems"] == [
        {
            "file": "a.md",
            "line": 1,
            "column": 2,
            "url": "https://a.example/",
            "verdict": "dead",
            "change": "newly dead",
            "reason": "not_found",
            "text": "not found (404); 3 nights; archived 2022-06-01",
            "replacement": ARCHIVED,
        }
    ]
    assert (found["left"], found["notes_left"], found["seconds"], found["report"]) == (2, 3, 1.2, "o/r.html")


def test_what_is_not_named_is_counted() -> None:
    lines = [str(line) for line in problem_lines([Problem("a.md", "a.md", 1, 2, DEAD)], 1031, "output/report.html")]
    assert lines[1:] == ["… and 1,031 more in output/report.html"]
    assert list(problem_lines([], 0, "x")) == []


# --- on a terminal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [None, "60", "20"])
def test_no_terminal_is_too_narrow_for_a_number(
    columns: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    print_parts([verdict_table([("wechat", Verdict.DEAD, 1234567), ("web", Verdict.ALIVE, 31)])])
    lines = capsys.readouterr().out.splitlines()
    if columns is None:
        assert re.split(" +", lines[-1]) == ["all", "1234567", "-", "-", "-", "-", "31", "1234598"]
    else:
        assert lines == [
            "web: 31 alive, 31 all",
            "wechat: 1234567 dead, 1234567 all",
            "all: 1234567 dead, 31 alive, 1234598 all",
        ]


def test_colors_are_those_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed() -> str:
        print_parts([problem_line(Problem("a.md", "a.md", 1, 2, DEAD))])
        return capsys.readouterr().out

    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    plain = printed()
    assert "\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31mdead\x1b[0m" in printed()
    assert re.sub(r"\x1b\[[\d;]*m", "", printed()) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert printed() == plain


# --- from the store ---------------------------------------------------------------------------------------------------


def test_places_are_read_from_the_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    notes = tmp_path / "笔记"
    notes.mkdir()
    urls = [f"https://{n}.example/" for n in range(3)]
    before = "é" * 500  # 1,000 bytes: where `register` has the second mention
    (notes / "a.md").write_text(f"{before}\n{before[1:]}x\n", "utf-8")
    (notes / "b.md").write_text("short\n", "utf-8")
    store = LinkStore.open(sqlite_url(tmp_path / "store"))
    first = register(store, "a.md", *urls)
    register(store, "b.md", urls[0], urls[2])
    store.save([checked(first[0], verdict=Verdict.DEAD), checked(first[1], verdict=Verdict.SUSPECT)])
    folder = NotesFolder(notes)
    found, total = find_problems(store, folder, (Verdict.DEAD, Verdict.SUSPECT, Verdict.UNKNOWN))
    assert [problem.place for problem in found] == ["笔记/a.md:1:1", "笔记/a.md:2:501", "笔记/b.md:1:1"]
    assert total == 3  # those not checked yet have no problem
    found, total = find_problems(store, folder, (Verdict.DEAD, Verdict.SUSPECT), limit=1)
    assert ([problem.state.verdict for problem in found], total) == ([Verdict.DEAD], 3)
    store.close()


def test_paths_are_as_they_are_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "notes/a.md") == "notes/a.md"
    assert shown_path(tmp_path / "../elsewhere/a.md") == (tmp_path / "../elsewhere/a.md").as_posix()
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    assert shown_path(tmp_path / "a.md") == f"{tmp_path.name}/a.md"
