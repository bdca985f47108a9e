"""Names and types of the columns of frames; Arrow, which has the types, is loaded when a frame is made."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.reports.lazy_modules import pa

if TYPE_CHECKING:
    from collections.abc import Sequence


class ColumnType(Enum):
    """The type of a column."""

    TEXT = "text"
    TEXTS = "list of texts"
    INT32 = "int32"
    INT64 = "int64"
    BOOL = "truth value"
    DATE = "date"
    TIME = "time"
    BEIJING = "time in Beijing"


TEXT, TEXTS, INT32, INT64, BOOL, DATE, TIME, BEIJING = ColumnType
"""`BEIJING` is the time that WeChat shows."""


class Schema:
    """The columns of a frame, in their order."""

    def __init__(self, columns: Sequence[tuple[str, ColumnType]]) -> None:
        self.types = dict(columns)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self.types)

    @cached_property
    def arrow(self) -> pa.Schema:
        """The columns as Arrow has them."""
        return pa.schema([(name, _arrow_type(type_)) for name, type_ in self.types.items()])


def _arrow_type(type_: ColumnType) -> pa.DataType:
    types = {
        TEXT: pa.string(),
        TEXTS: pa.list_(pa.string()),
        INT32: pa.int32(),
        INT64: pa.int64(),
        BOOL: pa.bool_(),
        DATE: pa.date32(),
        TIME: pa.timestamp("us", "UTC"),
        BEIJING: pa.timestamp("us", "Asia/Shanghai"),
    }
    return types[type_]
