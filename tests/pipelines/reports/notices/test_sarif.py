"""notemend.sarif: what code scanning shows, and what is the same problem in the next run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from pipelines.reports.notices import sarif
from pipelines.reports.render import render
from tests.support.mending import moved, rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

GONE = standing("https://gone.example/?token=0123456789abcdef", Outcome.GONE, Verdict.DEAD)
STATES = [GONE, moved("https://github.com/old/x", "https://github.com/new/x"), standing("https://alive.example/")]
NOTE = "# 笔记\n\n中 <https://gone.example/?token=0123456789abcdef> https://github.com/old/x https://alive.example/\n"


def written(folder: Path, notes: dict[str, str]) -> dict[str, Any]:
    made = rendering(folder, notes, STATES)
    render(made, sarif)
    found: dict[str, Any] = json.loads((made.output_dir / "notemend.sarif").read_text("utf-8"))
    return found


def test_problems_with_their_places(tmp_path: Path) -> None:
    log = written(tmp_path, {"a b.md": NOTE})
    assert (log["version"], log["$schema"]) == ("2.1.0", sarif.SCHEMA)
    (run,) = log["runs"]
    dead, gone_elsewhere = run["results"]
    assert (dead["ruleId"], dead["level"], gone_elsewhere["level"]) == ("dead", "error", "warning")
    assert dead["message"]["text"] == "dead: https://gone.example/?token=*** (seen)"
    place = dead["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a%20b.md"}, "region": {"startLine": 3, "startColumn": 4}}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["dead", "moved"]
    assert [run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] for each in run["results"]] == ["dead", "moved"]


def test_the_published_schema_and_github_accept_it(tmp_path: Path) -> None:
    log = written(tmp_path, {"a b.md": NOTE, "c.md": NOTE})
    parse = StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate
    parse(log)
    with pytest.raises(ValidationError):  # the schema forbids what it does not know
        parse(log | {"runs": [log["runs"][0] | {"result": []}]})
    for run in log["runs"]:
        for rule in run["tool"]["driver"]["rules"]:
            for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]):
                assert 0 < len(text) <= 1024
        assert len(run["results"]) == 4 < sarif.MAX_RESULTS < 25_000
        for result in run["results"]:
            assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
            assert result["message"]["text"]
            assert result["partialFingerprints"]["primaryLocationLineHash"]
            (place,) = (each["physicalLocation"] for each in result["locations"])
            uri = urlsplit(place["artifactLocation"]["uri"])
            assert (uri.scheme, uri.netloc, uri.path[:1]) == ("", "", uri.path.lstrip("/.")[:1])  # below the repository
            assert place["region"]["startLine"] >= 1


def test_texts_of_strangers_are_no_links(tmp_path: Path) -> None:
    result = sarif.Result("dead", "error", "dead: https://a.example/[b](https://c.example/)", "a.md", 1, None, "x")
    (row,) = sarif.sarif([result])["runs"][0]["results"]
    assert row["message"]["text"] == "dead: https://a.example/[b] (https://c.example/)"


def test_a_moved_paragraph_is_no_news(tmp_path: Path) -> None:
    def fingerprints(folder: Path, notes: dict[str, str]) -> set[str]:
        results = written(folder, notes)["runs"][0]["results"]
        return {each["partialFingerprints"]["primaryLocationLineHash"] for each in results}

    before = fingerprints(tmp_path / "1", {"a.md": NOTE + "\nold text\n"})
    assert fingerprints(tmp_path / "2", {"a.md": "# new\n\nnew text\n\n" + NOTE}) == before
    assert not fingerprints(tmp_path / "3", {"b.md": NOTE}) & before


def test_the_gravest_come_first_where_there_are_too_many(monkeypatch: Any) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    some = [sarif.Result("r", level, "m", "a.md", line, None, "u") for line, level in enumerate(sarif.LEVELS[::-1], 1)]
    rows = sarif.sarif(some, "notes/")["runs"][0]["results"]
    assert [row["level"] for row in rows] == ["error", "warning"]
    assert rows[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "notes/a.md"
    assert len({row["partialFingerprints"]["notemend/v1"] for row in rows}) == 2  # the same address twice in a note
