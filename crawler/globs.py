"""Glob patterns as one regular expression. Pure."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def compile_globs(globs: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """Return an expression that matches a whole text where one of the globs does; without globs it matches nothing.

    The syntax is that of `fnmatch`, without its folding of case on Windows.
    """
    return re.compile("|".join(map(translate, globs)) or "(?!)", flags)
