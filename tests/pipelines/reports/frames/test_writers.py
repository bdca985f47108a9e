"""How frames are written: cells that are safe in spreadsheets, row groups, nothing but whole files."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from crawler.text import visible
from pipelines.reports.frames import writers
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.schema import INT32, TEXT, Schema
from pipelines.reports.frames.writers import csv_writer, parquet_writer, safe_cells

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = Schema([("name", TEXT), ("stars", INT32)])


def cell(value: Any) -> str:
    """Return a value as a cell; its column has its type."""
    type_ = pa.list_(pa.string()) if value == [] else pa.string() if value is None else pa.infer_type([value])
    frame = pa.table({"x": pa.array([value], type_)}).to_pandas(types_mapper=pd.ArrowDtype)
    (found,) = safe_cells(frame["x"])
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\tx", "\n=1", " =1", "＝1", "＋1", "－1", "＠SUM(A1)", "\x00=1"],
)
def test_formulas_are_defused(formula: str) -> None:
    assert cell(formula).startswith("'")


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
        (datetime(1969, 12, 31, 23, 59, 59, 999, UTC), "1969-12-31T23:59:59Z"),
        (datetime(2022, 5, 31, tzinfo=timezone(timedelta(hours=8))), "2022-05-31T00:00:00+08:00"),
        (["a", "b"], "a; b"),
        ([], ""),
        (["=a", "b"], "'=a; b"),
        ("gpj.\u202eexe\u200b", r"gpj.\u202eexe\u200b"),
        ("\u200b=1+1", r"\u200b=1+1"),
    ],
)
def test_cells(value: object, shown: str) -> None:
    assert cell(value) == shown


def plain_cell(text: str) -> str:
    """Return what a cell shows of a text, as Python's own strings say it."""
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    marks = tuple("=+-@\t\r\n＝＋－＠")
    return f"'{shown}" if text.startswith(marks) or shown.lstrip().startswith(marks) else shown


SIGNS = st.sampled_from("=+-@＝＋－＠'; \t\r\n\x00\x85\xa0\u1680\u2003\u2028\u2029\u3000梦")


@given(st.lists(st.none() | st.text() | st.text(SIGNS), max_size=9))
def test_cells_are_one_line_and_no_formula(texts: list[str | None]) -> None:
    cells = list(safe_cells(to_frame(((text,) for text in texts), Schema([("x", TEXT)]))["x"]))
    assert cells == ["" if text is None else plain_cell(visible(text)) for text in texts]
    for shown in cells:
        assert len(shown.splitlines()) <= 1
        assert not shown.lstrip().startswith(tuple("=+-@\t\r"))


def test_batches_make_one_file(tmp_path: Path) -> None:
    frames = [to_frame(rows, SCHEMA) for rows in ([("=梦", 1), (None, None)], [('a "b", c', -2)])]
    with (
        csv_writer(tmp_path / "x.csv", ["stars", "name"]) as write_csv,
        parquet_writer(tmp_path / "x", SCHEMA) as write,
    ):
        for frame in frames:
            write_csv(frame)
            write(frame.assign(more=1))
    data = (tmp_path / "x.csv").read_bytes()
    assert data == '\ufeffstars,name\r\n1,\'=梦\r\n,\r\n-2,"a ""b"", c"\r\n'.encode()
    file = parquet.ParquetFile(tmp_path / "x")
    assert (file.num_row_groups, file.schema_arrow.equals(SCHEMA.arrow, check_metadata=True)) == (2, True)
    assert file.read()["name"].to_pylist() == ["=梦", None, 'a "b", c']


@given(rows=st.lists(st.tuples(st.none() | st.text(SIGNS | st.sampled_from('",x')), st.none() | st.integers(-9, 9))))
def test_a_csv_file_is_read_back(rows: list[tuple[str | None, int | None]], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with csv_writer(path, SCHEMA.names) as write:
        write(to_frame(rows, SCHEMA))
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == [
            ("" if name is None else plain_cell(name), "" if stars is None else str(stars)) for name, stars in rows
        ]


def test_what_fails_leaves_the_old_files(tmp_path: Path) -> None:
    for name in ("x.csv", "x"):
        (tmp_path / name).write_text("old")
    wrong = pd.DataFrame({"other": [1]})
    with pytest.raises(KeyError), csv_writer(tmp_path / "x.csv", SCHEMA.names) as write:
        write(wrong)
    with pytest.raises(KeyError), parquet_writer(tmp_path / "x", SCHEMA) as write:
        write(wrong)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"x.csv": "old", "x": "old"}


@pytest.mark.parametrize("in_memory", [1_000_000, 5])
def test_parts_are_written_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int) -> None:
    monkeypatch.setattr(writers, "_SPOOLED", in_memory)
    with csv_writer(tmp_path / "x.csv", ["name"], 3) as write:
        for part, name in ((2, "丙"), (0, "a"), (1, "b"), (2, "d"), (0, "乙")):
            write(to_frame([(name, None)], SCHEMA), part)
    written = (tmp_path / "x.csv").read_text("utf-8-sig")
    assert written.splitlines() == ["name", "a", "乙", "b", "丙", "d"]
