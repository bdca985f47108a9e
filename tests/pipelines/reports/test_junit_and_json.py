"""`junit.xml` and `report.json`: what CI and programs read of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from junitparser import Failure, JUnitXml, Skipped, TestSuite

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import LinkState, Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.reports.csv.link_health import COLUMNS
from pipelines.reports.junit_xml import suite
from pipelines.reports.report_json import FIELDS
from tests.internet import World
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk
from tests.support.storing import NOW, link

if TYPE_CHECKING:
    from tests.internet import Internet

DELETED, RENAMED, CAPTCHA = World.article("deleted"), World.repository("renamed"), World.article("captcha")
ALIVE, GONE = "https://alive.example.org/", "https://missing.example.org/"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.published = (*VERDICTS_AND_NOTES, "pipelines.reports.junit_xml", "pipelines.reports.report_json")
    return desk


def suites(desk: Desk) -> dict[str, dict[str, Any]]:
    """Return the cases by suite and name, as a library for such files reads them."""
    xml = JUnitXml.fromfile(str(desk.output / "junit.xml"))
    assert isinstance(xml, JUnitXml)
    return {each.name: {case.name: case for case in each} for each in xml if isinstance(each, TestSuite)}


def test_ci_sees_a_suite_for_each_note_and_a_case_for_each_link(desk: Desk) -> None:
    desk.write("五月/a b.md", f"# A\n\n<{DELETED}> <{ALIVE}>\n\n<{ALIVE}> <{RENAMED}>\n")
    desk.write("b.md", f"<{GONE}> <{CAPTCHA}> <{ALIVE}>\n")
    desk.write("c.md", "nothing")
    assert desk.crawl().returncode == 0
    xml = JUnitXml.fromfile(str(desk.output / "junit.xml"))
    counts = {each.name: (each.tests, each.failures, each.skipped, each.errors) for each in xml}
    assert counts == {"五月/a b.md": (3, 1, 0, 0), "b.md": (3, 0, 2, 0)}
    first, second = suites(desk)["五月/a b.md"], suites(desk)["b.md"]
    (dead,) = first[DELETED].result
    assert isinstance(dead, Failure)
    assert dead.message is not None
    assert "deleted by author" in dead.message
    assert dead.text == f"五月/a b.md:3: {DELETED}"
    assert (first[DELETED]._elem.get("file"), first[DELETED]._elem.get("line")) == ("五月/a b.md", "3")
    assert first[ALIVE].is_passed
    assert first[ALIVE]._elem.get("line") == "3"
    assert first[RENAMED].is_passed
    assert first[RENAMED].system_out.startswith("moved to https://github.com/")
    assert second[ALIVE].is_passed
    for url, word in ((GONE, "suspect: "), (CAPTCHA, "unknown: captcha required")):
        (skipped,) = second[url].result
        assert isinstance(skipped, Skipped)
        assert skipped.message is not None
        assert skipped.message.startswith(word)


def test_what_xml_cannot_write_is_left_out() -> None:
    check = Check(Outcome.GONE, Reason(ReasonCode.OTHER, "\x02\x1b<b>\ud800\ufffe]]>"), NOW, CheckMethod.PAGE)
    made = suite("a\x01&.md", [(1, LinkState(link("https://a.example/"), Verdict.DEAD, NOW, check))])
    assert made.get("name") == "a &.md"
    assert made[0][0].get("message") == "  <b>  ]]>"


def test_programs_read_the_state_of_every_link(desk: Desk, internet: Internet) -> None:
    desk.write("a b.md", f"<{ALIVE}>\n<{DELETED}>\n<{RENAMED}>\n")
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    report = json.loads((desk.output / "report.json").read_text("utf-8"))
    assert report["version"] == 1
    assert report["last_checked"] == max(row["last_checked"] for row in report["links"])
    assert report["counts"] == {"github": {"moved": 1}, "web": {"alive": 1}, "wechat": {"dead": 1}}
    assert report["changes"] == {"newly dead": 1, "newly moved": 1}
    rows = {row["url"]: row for row in report["links"]}
    assert set(rows) == {ALIVE, DELETED, RENAMED}
    assert all(tuple(row) == FIELDS for row in rows.values())
    assert set(FIELDS) == {*COLUMNS, "change"}
    dead = rows[DELETED]
    assert (dead["verdict"], dead["change"], dead["failures_in_a_row"]) == ("dead", "newly dead", 1)
    assert dead["mentions"] == ["a b.md:2"]
    assert rows[ALIVE]["http_status"] == 200
    assert rows[ALIVE]["change"] is None
    health = desk.health()[DELETED]
    assert {name: health[name] for name in ("reason", "first_seen", "last_checked")} == {
        name: dead[name] for name in ("reason", "first_seen", "last_checked")
    }
    before = desk.outputs()
    assert desk.run("publish", "-a", f"notes={desk.notes}").returncode == 0
    assert desk.outputs() == before


def test_an_empty_report_is_one_too(desk: Desk) -> None:
    desk.write("a.md", "nothing")
    assert desk.crawl().returncode == 0
    assert json.loads((desk.output / "report.json").read_text("utf-8"))["links"] == []
    assert list(JUnitXml.fromfile(str(desk.output / "junit.xml"))) == []
