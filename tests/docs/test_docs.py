"""What the documents say is what there is."""

from __future__ import annotations

import re

import pytest

from pipelines.consistency.findings import FindingKind
from pipelines.reports import report_json
from pipelines.reports.csv import changes, dataset, findings, link_health
from tests.support.processes import ROOT

PAGE = (ROOT / "docs/dataset.md").read_text("utf-8")


def table(title: str, number: int = 0) -> list[list[str]]:
    """Return the cells of the rows of a section's table."""
    section = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    found = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)[number]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found.splitlines()[2:]]


@pytest.mark.parametrize(
    ("title", "schema"),
    [("entries.parquet, entries.csv", dataset.ENTRIES), ("links.parquet", dataset.LINKS)],
)
def test_columns_of_parquet_files(title: str, schema: object) -> None:
    assert [(name, kind) for name, kind, _ in table(title)] == [(each.name, str(each.type)) for each in schema]  # type: ignore[attr-defined]


def test_columns_of_csv_files() -> None:
    assert [row[0] for row in table("changes.csv")] == list(changes.COLUMNS)
    assert [row[0] for row in table("findings.csv")] == list(findings.COLUMNS)
    columns = [row[0] for row in table("links.parquet")]
    assert columns[: columns.index("mentions") + 1] == list(link_health.COLUMNS)


def test_fields_of_the_report_for_programs() -> None:
    (fields,) = [row[1] for row in table("report.json") if row[0] == "links"]
    assert f"`{report_json.FIELDS[0]}` to `{link_health.COLUMNS[-2]}`" in fields
    assert [name for name in ("change", "mentions") if f"`{name}`" in fields] == list(report_json.FIELDS[-2:])
    (version,) = [row[1] for row in table("report.json") if row[0] == "version"]
    assert version.startswith(f"{report_json.VERSION};")


def test_kinds_of_findings() -> None:
    assert [row[0] for row in table("findings.csv", 1)] == list(FindingKind)
