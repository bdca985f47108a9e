"""Typed pandas frames: rows and Arrow tables to frames and back, and merges that check their keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.reports.lazy_modules import pa, pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.reports.frames.schema import Schema

BATCH = 5_000
"""Rows of a frame, which make one row group of a Parquet file. A batch of notes may have more: they are not split."""


class MergeError(Exception):
    """Two frames do not fit together: a key is missing, occurs twice or has no row in the other frame."""


def to_frame(rows: Iterable[Sequence[Any]], schema: Schema) -> pd.DataFrame:
    """Return rows, whose values are in the order of the schema, as a frame with Arrow types; see `columns_to_frame`."""
    return columns_to_frame(zip(*rows, strict=True), schema)


def columns_to_frame(columns: Iterable[Sequence[Any]], schema: Schema) -> pd.DataFrame:
    """Return columns in the order of the schema as a frame with Arrow types; without any it has no rows.

    Days and moments may be ISO 8601, as JSON has them.
    """
    values = list(columns) or [()] * len(schema.types)
    arrays = [_to_array(each, field.type) for each, field in zip(values, schema.arrow, strict=True)]
    frame: pd.DataFrame = pa.Table.from_arrays(arrays, schema=schema.arrow).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _to_array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_temporal(type_):
        read = date.fromisoformat if pa.types.is_date(type_) else datetime.fromisoformat
        values = [read(each) if isinstance(each, str) else each for each in values]
    return pa.array(values, type_)


def to_table(frame: pd.DataFrame, schema: Schema) -> pa.Table:
    """Return the columns of a schema, in its order and with its types, as an Arrow table."""
    table = pa.Table.from_pandas(frame[schema.names], schema.arrow, preserve_index=False, nthreads=1)
    return table.replace_schema_metadata(None)


def to_array(column: pd.Series[Any]) -> pa.Array:
    """Return a column as one Arrow array."""
    values = pa.array(column)
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def to_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of a frame by column, as Python's own types, None for null."""
    rows: list[dict[str, Any]] = pa.table({name: to_array(frame[name]) for name in columns}).to_pylist()
    return rows


def left_join(left: pd.DataFrame, right: pd.DataFrame, key: str, *, name: str, required: bool = False) -> pd.DataFrame:
    """Return each row of `left`, once and in order, with the columns of the row of `right` that has the same key.

    A row of `left` whose key is null or not in `right` gets nulls. `required` refuses keys that are not in `right`.
    `name` is what rows of `right` are called in messages.

    Raises MergeError where a key of `right` is null or occurs twice, and where `required` is not met.
    """
    keys = right[key]
    if keys.hasnans:
        raise MergeError(f"{name}: {keys.isna().sum()} rows without {key}")
    if not keys.is_unique:
        raise MergeError(f"{name}: more than one row with {key} {_first(keys[keys.duplicated()])}")
    if required and not (found := left[key].isin(keys) | left[key].isna()).all():
        raise MergeError(f"{name}: no row with {key} {_first(left[key][~found])}")
    merged = left.merge(right, how="left", on=key)
    if len(merged) != len(left):
        raise MergeError(f"{name}: {len(left)} rows became {len(merged)}")
    return merged


def _first(keys: pd.Series[Any]) -> str:
    return f"{keys.iloc[0]!r}, and {len(keys) - 1} more" if len(keys) > 1 else repr(keys.iloc[0])
