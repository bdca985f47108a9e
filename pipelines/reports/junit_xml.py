"""`junit.xml`: what CI shows of a run; a test suite for each note, a case for each link that it mentions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from crawler.atomic_files import replacing
from crawler.models.link import Verdict
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.models.link import Standing
    from pipelines.reports.base import Rendering

SKIPPED = frozenset({Verdict.SUSPECT, Verdict.UNKNOWN})
"""Verdicts that say neither well nor ill: what failed lately, what was blocked or not looked at yet."""

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # XML 1.0, 2.2


def render(rendering: Rendering) -> None:
    """Write the suites one by one; the totals stand at each suite alone, as they are not known at the beginning."""
    path = rendering.output_dir / "junit.xml"
    with replacing(path) as draft, draft.open("wb") as out, etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("testsuites", name="notemend"):
            for note, found in rendering.store.standings_by_note():
                file.write("\n")
                file.write(suite(note, found), pretty_print=True)


def suite(note: str, found: Sequence[tuple[int, Standing]]) -> etree._Element:
    """Return the suite of a note whose links first stand on these lines."""
    verdicts = [standing.verdict for _, standing in found]
    counts = {"failures": verdicts.count(Verdict.DEAD), "skipped": sum(verdict in SKIPPED for verdict in verdicts)}
    totals = {name: str(count) for name, count in {"tests": len(found), **counts, "errors": 0}.items()}
    element = etree.Element("testsuite", name=_xml(note), **totals)
    element.extend(_case(note, line, standing) for line, standing in found)
    return element


def _case(note: str, line: int, standing: Standing) -> etree._Element:
    check = standing.check
    seconds = check.elapsed.total_seconds() if check is not None and check.elapsed is not None else 0.0
    where = {"classname": _xml(note), "file": _xml(note), "line": str(line), "time": f"{seconds:.3f}"}
    case = etree.Element("testcase", name=_xml(standing.link.url), **where)
    why = str(check.reason if check is not None else Reason(ReasonCode.NOT_CHECKED))
    if standing.suggestion is not None:
        why += f"; {standing.suggestion[0]} may stand in its place"
    if standing.verdict is Verdict.DEAD:
        failure = etree.SubElement(case, "failure", type="dead", message=_xml(why))
        failure.text = _xml(f"{note}:{line}: {standing.link.url}")
    elif standing.verdict in SKIPPED:
        etree.SubElement(case, "skipped", message=_xml(f"{standing.verdict}: {why}"))
    elif standing.moved_to is not None:
        etree.SubElement(case, "system-out").text = _xml(f"moved to {standing.moved_to}")
    return case


def _xml(text: str) -> str:
    """Return a text without the characters that XML has no way to write."""
    return _NOT_XML.sub(" ", text)
