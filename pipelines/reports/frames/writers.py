"""Writes frames batch by batch: a CSV file for spreadsheets, a Parquet file with a row group for each."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from crawler.atomic_files import replace_atomically
from crawler.links.secrets import hiding_places, masked, masked_values
from crawler.text import INVISIBLE, visible
from pipelines.reports.frames.frame import to_array, to_table
from pipelines.reports.lazy_modules import pa, parquet, pc, pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pipelines.reports.frames.schema import Schema

_SPOOLED = 1_000_000
"""Characters of a part of a file that are kept in memory; more are in a temporary file."""

# Regular expressions of RE2.
_INVISIBLE = f"[{INVISIBLE}]"
_CONTROL = r"[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}]+"
# OWASP, "CSV Injection"; the full-width forms are read as formulas by spreadsheets set to Chinese or Japanese.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"


@contextmanager
def parquet_writer(path: Path, schema: Schema) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Give a function that writes the columns of `schema` to a Parquet file, each frame as a row group.

    Secrets in URLs are masked.
    """
    with replace_atomically(path) as draft, parquet.ParquetWriter(draft, schema.arrow) as writer:
        yield lambda frame: writer.write_table(_masked_table(to_table(frame, schema)))


@contextmanager
def csv_writer(path: Path, columns: Sequence[str], parts: int = 1) -> Iterator[Callable[..., None]]:
    """Give a function that appends some columns of a frame to a CSV file, see `safe_cells`, or to a part of it.

    Parts are written in their order, whichever was appended to first. UTF-8 with BOM, so that spreadsheets show
    Chinese.
    """
    names = list(columns)
    with (
        replace_atomically(path) as draft,
        draft.open("w", encoding="utf-8-sig", newline="") as file,
        ExitStack() as stack,
    ):
        pd.DataFrame(columns=names).to_csv(file, index=False, lineterminator="\r\n")
        files: list[IO[str]] = [file, *(stack.enter_context(_part()) for _ in range(1, parts))]

        def write(frame: pd.DataFrame, part: int = 0) -> None:
            cells = pd.DataFrame({name: safe_cells(frame[name]) for name in names})
            cells.to_csv(files[part], index=False, header=False, lineterminator="\r\n")

        yield write
        for each in files[1:]:
            each.seek(0)
            shutil.copyfileobj(each, file)


def _part() -> SpooledTemporaryFile[str]:
    return SpooledTemporaryFile(_SPOOLED, "w+", encoding="utf-8", newline="")


def safe_cells(column: pd.Series[Any]) -> pd.Series[str]:
    r"""Return values as a spreadsheet may show them: on one line, without secrets, never run as a formula.

    Null is empty, invisible characters are shown as `\u202e`, lists are joined by `; `. Times are ISO 8601 with
    seconds, in UTC unless they carry another zone.
    """
    values = to_array(column)
    if pa.types.is_list(values.type):
        values = pc.binary_join(values, "; ")
    cells = _safe_texts(_masked_array(values)) if pa.types.is_string(values.type) else texts(values)
    return pd.Series(pc.fill_null(cells, "").to_numpy(zero_copy_only=False), index=column.index, dtype=object)


def _masked_array(values: pa.Array) -> pa.Array:
    """Return texts with their secrets masked; without any, the array itself."""
    if not pc.any(pc.match_substring_regex(values, hiding_places())).as_py():
        return values
    return pa.array([None if each is None else masked(each) for each in values.to_pylist()], pa.string())


def _masked_table(table: pa.Table) -> pa.Table:
    """Return a table with the secrets in its texts and lists of texts masked."""
    for at, field in enumerate(table.schema):
        column = table.column(at).combine_chunks()
        if pa.types.is_list(field.type):
            table = table.set_column(at, field, pa.array(masked_values(column.to_pylist()), field.type))
        elif pa.types.is_string(field.type):
            table = table.set_column(at, field, _masked_array(column))
    return table


def texts(values: pa.Array) -> pa.Array:
    """Return truth values, numbers, days and moments as text, null for null."""
    if pa.types.is_timestamp(values.type):
        return _iso_8601(values)
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, "True", "False")
    return values.cast(pa.string())


def _iso_8601(moments: pa.TimestampArray) -> pa.Array:
    if moments.type.tz == "UTC":
        seconds = pc.floor_temporal(moments.cast(pa.timestamp("us")), unit="second").cast(pa.timestamp("s"))
        return pc.strftime(seconds, "%Y-%m-%dT%H:%M:%SZ")
    # Python's time zones: Arrow's need files that not every system has.
    return pa.array((each and each.isoformat(timespec="seconds") for each in moments.to_pylist()), pa.string())


def _safe_texts(values: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(values, _INVISIBLE)).as_py():
        values = pa.array([None if each is None else visible(each) for each in values.to_pylist()], pa.string())
    shown = pc.replace_substring_regex(values, _CONTROL, " ")
    runs = pc.or_(
        pc.match_substring_regex(values, _FORMULA),
        pc.match_substring_regex(pc.utf8_ltrim_whitespace(shown), _FORMULA),
    )
    return pc.if_else(runs, pc.binary_join_element_wise("'", shown, ""), shown)
