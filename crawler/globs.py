"""Glob patterns as one regular expression. Pure."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase, translate
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Value = TypeVar("_Value")


def compile_globs(globs: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """Return an expression that matches a whole text where one of the globs does; without globs it matches nothing.

    The syntax is that of `fnmatch`, without its folding of case on Windows.
    """
    return re.compile("|".join(map(translate, globs)) or "(?!)", flags)


def first_match(path: str, globs: Mapping[str, _Value]) -> tuple[str, _Value] | None:
    """Return the first glob that matches a path, with its value; `*` matches `/` as well. None if none matches."""
    return next(((glob, value) for glob, value in globs.items() if fnmatchcase(path, glob)), None)
