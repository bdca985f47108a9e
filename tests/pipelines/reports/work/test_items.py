"""What there is to do in a note, and where it is before and after all edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Paper
from crawler.models.notes.edit import Edit
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes import parser
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence
from pipelines.reports.work.items import WorkItem, work_items
from pipelines.reports.work.locations import EditedLocations
from pipelines.rewriting.edit_list import apply_edits
from tests.support.mending import edits, known, moved, standing

if TYPE_CHECKING:
    from crawler.models.link import LinkState

LOOPS = Paper("Loops in Sight", {"arxiv": "2204.00001"}, ("Ada",), venue="CVPR", venue_year=2022)


def found(text: str, *standings: LinkState, findings: tuple[Finding, ...] = ()) -> list[WorkItem]:
    note = parser.parse_note("notes/a.md", text.encode())
    items = work_items(note, known(note, standings), edits(text, *standings), findings)
    assert [WorkItem.from_values(item.to_values()) for item in items] == items
    return items


def test_a_dead_link_says_why_and_what_is_suggested() -> None:
    gone = standing("https://a.example/", Outcome.GONE, Verdict.DEAD, suggestion="https://b.example/", source="wayback")
    (item,) = found("中 [x](https://a.example/)\n", gone)
    assert (item.line, item.column, item.problem, item.url) == (1, 7, "dead", "https://a.example/")
    assert (item.better, item.is_written, str(item.reason)) == ("https://b.example/", False, "seen")


def test_a_moved_link_with_an_edit_is_one_item() -> None:
    (item,) = found("see https://github.com/old/x\n", moved("https://github.com/old/x", "https://github.com/new/x"))
    assert (item.problem, item.says, item.better) == ("moved", "https://github.com/old/x", "https://github.com/new/x")
    assert item.is_written


def test_links_that_work_or_are_not_settled_are_no_work() -> None:
    alive, blocked = (standing(f"https://{name}.example/", verdict=Verdict(name)) for name in ("alive", "unknown"))
    assert found("https://alive.example/ https://unknown.example/\n", alive, blocked) == []


def test_what_comes_behind_new_lines_is_found_after_the_edits() -> None:
    text = "1. T\n   - Paper: https://arxiv.org/abs/2204.00001\n\nhttps://gone.example/ here\n"
    gone = standing("https://gone.example/", Outcome.GONE, Verdict.DEAD)
    items = found(text, standing("https://arxiv.org/abs/2204.00001", metadata=LOOPS), gone)
    after = apply_edits(text.encode(), edits(text, standing("https://arxiv.org/abs/2204.00001", metadata=LOOPS), gone))
    lines = after.decode().split("\n")
    added = [item for item in items if item.problem == "edit.fact"]
    assert added
    for item in added:
        assert lines[item.line_after - 1][item.column_after - 1 :] == item.better.strip("\n")
    (dead,) = (item for item in items if item.problem == "dead")
    assert (dead.line, dead.line_after) == (4, 4 + len(added))
    assert lines[dead.line_after - 1].startswith("https://gone.example/")


def test_a_finding_is_at_the_link_that_it_is_about() -> None:
    true, source = Reason(ReasonCode.OTHER, "v2"), Reason(ReasonCode.OTHER, "arXiv")
    finding = Finding("a.md", 2, None, FindingKind.OLD_VERSION, "old", true, source, Confidence.LOW)
    elsewhere = Finding("a.md", 1, None, FindingKind.CODE_MISSING, "", true, source, Confidence.LOW)
    first, second = found("# T\nsee [old](https://a.example/)\n", findings=(finding, elsewhere))
    assert (first.line, first.column, first.better, first.true) == (1, 1, "v2", None)
    assert (second.column, second.url, second.true) == (11, "https://a.example/", true)


@given(st.data(), st.text(st.sampled_from("aé中\n\r x"), min_size=1, max_size=40))
def test_every_edit_is_where_it_is_said_to_be(data: st.DataObject, text: str) -> None:
    """Also with line ends of Windows and of old, and with characters of several bytes."""
    ends = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    made = []
    for start, end in zip(ends[::2], ends[1::2], strict=False):
        new = data.draw(st.text(st.sampled_from("bü文\n"), min_size=1, max_size=5))
        old, before = text[start:end], len(text[:start].encode())
        if new != old:
            made.append(Edit("a.md", before, before + len(old.encode()), old, new, Reason(ReasonCode.EDIT_MOVED), ""))
    locations, after = EditedLocations(text.encode(), made), apply_edits(text.encode(), made).decode()
    for edit in made:
        line, column, line_after, column_after = locations.of_edit(edit)
        assert text[offset(text, line, column) :].startswith(edit.old)
        assert after[offset(after, line_after, column_after) :].startswith(edit.new)


def offset(text: str, line: int, column: int) -> int:
    """Return the offset of a place, by counting."""
    at = 0
    while line > 1:
        at += 2 if text.startswith("\r\n", at) else 1
        line -= text[at - 1] in "\r\n"
    return at + column - 1
