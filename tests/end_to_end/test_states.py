"""Whatever happens in whatever order to notes, network, clock, disk and settings: nothing is lost or half written.

The commands are those that a user types. `make test` tries a few orders, `make stress` many, with worse troubles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.internet import Internet
from tests.support.long_use import Figures, LongUse, Tools

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    with Internet() as internet:
        yield Tools.made_in(tmp_path_factory.mktemp("tools"), internet)


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(2, 6), pytest.param(40, 25, marks=pytest.mark.stress)],
    ids=["few", "many"],
)
def test_nothing_is_lost(tools: Tools, examples: int, steps: int) -> None:
    figures = Figures()
    run_state_machine_as_test(
        cast("type[LongUse]", lambda: LongUse(tools, figures)),  # any callable does, says its documentation
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=[Phase.generate],  # to shrink what takes seconds a step would take hours
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(figures)  # noqa: T201
