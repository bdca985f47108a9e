"""Divides long tables of cases between `make test` and `make stress`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark import ParameterSet


def sampled(cases: Iterable[Any], *, every: int = 3) -> list[ParameterSet]:
    """Return cases as values of a parameter: the first of so many for `make test`, the others for `make stress` alone.

    A tuple is several values.
    """
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.stress if at % every else ())
        for at, case in enumerate(cases)
    ]
