"""Ask a service for one thing after the other, until it counts as down."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.lookups.errors import ServiceDownError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
R = TypeVar("R")


def ask_in_turn(
    items: Iterable[T], ask: Callable[[T], R], save: Callable[[T, R], None], time_left: Callable[[], float]
) -> ServiceDownError | None:
    """Ask for each item and save the answer; return the last failure, None if there was none.

    A failure does not stop the others. After `REFUSALS` failures in a row, or if no time is left, no more are asked
    for. No item is None.
    """
    failures_in_a_row = 0
    last_error: ServiceDownError | None = None
    remaining = iter(items)
    while failures_in_a_row < REFUSALS and time_left() and (item := next(remaining, None)) is not None:
        try:
            answer = ask(item)
        except ServiceDownError as error:
            failures_in_a_row, last_error = failures_in_a_row + 1, error
        else:
            failures_in_a_row = 0
            save(item, answer)
    return last_error
