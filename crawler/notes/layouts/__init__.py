"""Layouts of lists: each module has `entries(index)`, which yields candidates with the evidence for each.

A layout is added by adding a module here, and a sample with its expected table in `tests/notes/lists/`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.candidates import Candidate

    Layout = Callable[[OutlineIndex], Iterator[Candidate]]


@cache
def layouts() -> dict[str, Layout]:
    """Return the function `entries` of each layout by the name of its module."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").entries for name in names}
