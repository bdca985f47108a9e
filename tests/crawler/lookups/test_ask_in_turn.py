"""A service is asked until it counts as down or the time is up; what it answered is saved."""

from __future__ import annotations

from itertools import count

import pytest

from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.lookups.ask_in_turn import ask_in_turn
from crawler.lookups.errors import ServiceDownError


@pytest.mark.parametrize(
    ("failing", "turns", "saved", "last"),
    [
        ((), 9, [1, 2, 3, 4, 5, 6], None),
        ((1, 2, 4, 6), 9, [3, 5], "6"),
        (tuple(range(2, 2 + REFUSALS)), 9, [1], f"{1 + REFUSALS}"),
        ((2,), 3, [1, 3], "2"),
        ((), 0, [], None),
    ],
)
def test_asking(failing: tuple[int, ...], turns: int, saved: list[int], last: str | None) -> None:
    found: dict[int, str] = {}
    left = count(turns, -1)

    def ask(item: int) -> str:
        if item in failing:
            raise ServiceDownError(str(item))
        return f"answer {item}"

    error = ask_in_turn(range(1, 7), ask, found.__setitem__, lambda: max(next(left), 0))
    assert found == {item: f"answer {item}" for item in saved}
    assert (None if error is None else str(error)) == last
