"""What the pages on the dataset say, in both languages, is what there is; READMEs and dataset name the files."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from crawler.kinds.registry import kind_names
from crawler.models.notes.edit import Edit
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.settings import OUTPUTS
from pipelines.consistency.finding import FindingKind
from pipelines.reports import report_json
from pipelines.reports.csv import changes, dataset, findings, link_health, links_table, works
from pipelines.rewriting.edit_list import to_record
from tests.docs import pages

PAGES = {page: pages.read(page) for page in ("docs/dataset.md", "docs/zh-CN/dataset.md")}

if TYPE_CHECKING:
    from pipelines.reports.frames.schema import Schema

pytestmark = pytest.mark.parametrize("page", PAGES)

FILES = [file for name in OUTPUTS for file in import_module(name).FILES]

DESCRIBED = {
    *("link_health.csv", "report.json", "junit.xml", "notemend.sarif", "summary.md", "changes.atom", "changes.csv"),
    *("findings.csv", "entries.csv", "entries.parquet", "links.parquet", "works.csv", "works.parquet"),
    *("papers.bib", "papers.json", "papers.ris", "edits.jsonl", "pictures.html", "report.html"),
}
"""Files that READMEs and dataset describe. Others may be in docs/reference.md alone, which is made from the code."""


def table(page: str, title: str, number: int = 0) -> list[list[str]]:
    """Return the cells of the rows of a section's table."""
    title = title.replace(", ", "、") if "zh-CN" in page else title
    return pages.table(pages.section(PAGES[page], title), number)


@pytest.mark.parametrize(
    ("title", "schema"),
    [
        ("entries.parquet, entries.csv", dataset.ENTRIES),
        ("works.parquet, works.csv", works.WORKS),
        ("links.parquet", links_table.LINKS),
    ],
)
def test_columns_of_parquet_files(page: str, title: str, schema: Schema) -> None:
    assert [(name, kind) for name, kind, _ in table(page, title)] == [
        (each.name, str(each.type)) for each in schema.arrow
    ]


def test_columns_of_csv_files(page: str) -> None:
    assert [row[0] for row in table(page, "changes.csv")] == list(changes.COLUMNS)
    assert [row[0] for row in table(page, "findings.csv")] == list(findings.COLUMNS)
    columns = [row[0] for row in table(page, "links.parquet")]
    assert columns[: columns.index("mentions") + 1] == list(link_health.COLUMNS)


def test_fields_of_the_report_for_programs(page: str) -> None:
    (fields,) = [row[1] for row in table(page, "report.json") if row[0] == "links"]
    to = "到" if "zh-CN" in page else "to"
    assert f"`{report_json.FIELDS[0]}` {to} `{link_health.COLUMNS[-2]}`" in fields
    assert [name for name in ("change", "mentions") if f"`{name}`" in fields] == list(report_json.FIELDS[-2:])
    (version,) = [row[1] for row in table(page, "report.json") if row[0] == "version"]
    assert version.startswith(str(report_json.VERSION))
    assert version.removeprefix(str(report_json.VERSION))[0] in ";；"


def test_kinds_of_links(page: str) -> None:
    (kinds,) = [row[2] for row in table(page, "links.parquet") if row[0] == "kind"]
    assert set(re.split(r", | or |、| 或 ", kinds)) == set(kind_names())


def test_kinds_of_findings(page: str) -> None:
    assert [row[0] for row in table(page, "findings.csv", 1)] == list(FindingKind)


def test_fields_of_edits(page: str) -> None:
    record = to_record(Edit("a.md", 0, 0, "", "b", Reason(ReasonCode.EDIT_INDEX_DATE), "c"))
    assert [row[0] for row in table(page, "edits.jsonl")] == list(record)


def test_described_files_are_named(page: str) -> None:
    readme = pages.read("README.zh-CN.md" if "zh-CN" in page else "README.md")
    assert [file for file in DESCRIBED if f"`{file}`" not in readme] == []
    assert [file for file in DESCRIBED if file not in PAGES[page]] == []
    assert DESCRIBED - {*FILES} == set()


def test_files_that_a_readme_names_are_written(page: str) -> None:
    name, title = ("README.zh-CN.md", "输出文件") if "zh-CN" in page else ("README.md", "Results")
    rows = pages.table(pages.section(pages.read(name), title))
    named = set(re.findall(r"`([\w.-]+\.\w+)`", "".join(row[0] for row in rows)))
    assert {"report.html", "notemend.sqlite"} < named
    assert named - {*FILES, "notemend.sqlite"} == set()
