"""Write `junit.xml` for CI: a test suite for each note, a test case for each link that it mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.atomic_files import replace_atomically
from crawler.links.secrets import masked_xml
from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.reports.contract import LINKS
from pipelines.reports.lazy_modules import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.models.link import LinkState
    from pipelines.reports.contract import Rendering

SKIPPED = frozenset({Verdict.SUSPECT, Verdict.UNKNOWN})
"""Verdicts of skipped test cases: neither alive nor dead."""

INPUTS, FILES = (LINKS,), ("junit.xml",)


def render(rendering: Rendering) -> None:
    """Write the suites one by one. Only suites have totals, as those of the file are not known at its start."""
    path = rendering.output_dir / "junit.xml"
    with replace_atomically(path) as draft, draft.open("wb") as out, etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("testsuites", name="notemend"):
            for note, found in rendering.store.link_states_by_note():
                file.write("\n")
                file.write(suite(note, found), pretty_print=True)


def suite(note: str, found: Sequence[tuple[int, LinkState]]) -> etree._Element:
    """Return the suite of a note; `found` has the state of each link and the line of its first mention."""
    verdicts = [state.verdict for _, state in found]
    counts = {"failures": verdicts.count(Verdict.DEAD), "skipped": sum(verdict in SKIPPED for verdict in verdicts)}
    totals = {name: str(count) for name, count in {"tests": len(found), **counts, "errors": 0}.items()}
    element = etree.Element("testsuite", name=masked_xml(note), **totals)
    element.extend(_case(note, line, state) for line, state in found)
    return element


def _case(note: str, line: int, state: LinkState) -> etree._Element:
    check = state.check
    seconds = check.elapsed.total_seconds() if check is not None and check.elapsed is not None else 0.0
    where = {"classname": masked_xml(note), "file": masked_xml(note), "line": str(line), "time": f"{seconds:.3f}"}
    case = etree.Element("testcase", name=masked_xml(state.link.url), **where)
    why = str(check.reason if check is not None else Reason(ReasonCode.NOT_CHECKED))
    if state.suggestion is not None:
        why += f"; suggested replacement: {state.suggestion[0]}"
    if state.verdict is Verdict.DEAD:
        failure = etree.SubElement(case, "failure", type="dead", message=masked_xml(why))
        failure.text = masked_xml(f"{note}:{line}: {state.link.url}")
    elif state.verdict in SKIPPED:
        etree.SubElement(case, "skipped", message=masked_xml(f"{state.verdict}: {why}"))
    elif state.moved_to is not None:
        etree.SubElement(case, "system-out").text = masked_xml(f"moved to {state.moved_to}")
    return case
