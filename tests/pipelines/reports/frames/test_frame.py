"""Frames and the merges that check their keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports.frames.frame import MergeError, left_join, to_frame, to_rows, to_table
from pipelines.reports.frames.schema import BOOL, DATE, INT32, INT64, TEXT, TEXTS, TIME, Schema

LEFT = Schema([("url", TEXT), ("row", INT64)])
RIGHT = Schema([("url", TEXT), ("stars", INT64)])


def left(*urls: str | None) -> pd.DataFrame:
    return to_frame(zip(urls, range(len(urls)), strict=True), LEFT)


def right(*rows: tuple[str | None, int | None]) -> pd.DataFrame:
    return to_frame(rows, RIGHT)


def test_types_and_nulls_come_back_as_they_went_in() -> None:
    schema = Schema([("a", INT32), ("b", BOOL), ("c", TIME), ("d", TEXTS), ("e", DATE)])
    now = datetime(2026, 11, 20, 3, 4, 5, 678901, UTC)
    rows = [(1, True, now, ["梦", "é"], now.date()), (None, None, None, None, None), (-3, False, now, [], None)]
    frame = to_frame(rows, schema)
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in frame.dtypes)
    assert [tuple(row.values()) for row in to_rows(frame, schema.names)] == rows
    table = to_table(frame[schema.names[::-1]], schema)
    assert table.schema.equals(schema.arrow, check_metadata=True)
    assert [tuple(row.values()) for row in table.to_pylist()] == rows


def test_a_frame_without_rows_has_its_types() -> None:
    frame = to_frame([], RIGHT)
    assert list(frame.dtypes) == [pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())]
    assert left_join(left(), frame, "url", name="links", required=True).empty


def test_a_doubled_key_is_refused() -> None:
    with pytest.raises(MergeError, match=r"^links: more than one row with url 'b', and 1 more$"):
        left_join(left("a"), right(("a", 1), ("b", 1), ("b", 2), ("b", 3)), "url", name="links")


def test_a_row_without_key_is_refused() -> None:
    with pytest.raises(MergeError, match=r"^links: 1 rows without url$"):
        left_join(left("a", None), right(("a", 1), (None, 2)), "url", name="links")


def test_a_lost_row_is_refused_where_there_must_be_one() -> None:
    given = left("梦", "a", None), right(("a", 1))
    with pytest.raises(MergeError, match=r"^links: no row with url '梦'$"):
        left_join(*given, "url", name="links", required=True)
    assert [row["stars"] for row in to_rows(left_join(*given, "url", name="links"), ["stars"])] == [None, 1, None]


KEYS = st.sampled_from([None, "", "a", "A", "梦", "=1", " "])


@given(st.lists(KEYS), st.dictionaries(KEYS.filter(lambda key: key is not None), st.none() | st.integers(-9, 9)))
def test_a_merge_is_a_look_up(urls: list[str | None], stars: dict[str | None, int | None]) -> None:
    merged = left_join(left(*urls), right(*stars.items()), "url", name="links")
    expected: list[dict[str, Any]] = [
        {"url": url, "row": row, "stars": None if url is None else stars.get(url)} for row, url in enumerate(urls)
    ]
    assert to_rows(merged, ["url", "row", "stars"]) == expected
    assert merged["stars"].dtype == pd.ArrowDtype(pa.int64())
