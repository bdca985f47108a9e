"""The condition that a column has one of the values of a parameter.

`IN` is rendered anew for each list of values. On PostgreSQL, with 64 values, that took a tenth of the time of saving
and registering links, so that there the values are one array. SQLite has no arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler


def one_of(column: sa.Column[Any], parameter: str) -> sa.ColumnElement[bool]:
    """Return whether a column has one of the values of a parameter, a list."""
    return _OneOf(column, parameter)


class _OneOf(sa.ColumnElement[bool]):
    """The condition, which has a form of its own in each database."""

    inherit_cache = True
    type = sa.Boolean()
    _traverse_internals: Any = [  # noqa: RUF012 - as the base class declares it
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: sa.Column[Any], parameter: str) -> None:
        self.column = column
        self.values: sa.BindParameter[Any] = sa.bindparam(parameter, type_=sa.ARRAY(column.type))


@compiles(_OneOf)
def _in_list(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    values: sa.BindParameter[Any] = sa.bindparam(element.values.key, expanding=True)
    return compiler.process(element.column.in_(values), **options)


@compiles(_OneOf, "postgresql")
def _in_array(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY ({compiler.process(element.values, **options)})"
