"""The limit of CPU time: it ends what takes too long, again and again, and leaves no timer behind."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from crawler.checks import cpu_limit
from crawler.checks.cpu_limit import CpuTimeExceededError, limited_cpu_time, none_if_slow, with_limited_steps
from tests.support.slow_readers import loop_for_ever, match_for_ever

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NO_TIMER = (0.0, 0.0)
INTERVAL, LIMIT = 0.02, 0.05
"""Seconds between two looks, and of a step: a fifth and less of what the program has, so that tests are quick."""


@pytest.fixture(autouse=True)
def quick_timer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look at the blocks of a test more often, with a timer that begins and ends with it."""
    cpu_limit._limit._stop()
    monkeypatch.setattr(cpu_limit, "_INTERVAL", INTERVAL)
    yield
    cpu_limit._limit._stop()


def compute(seconds: float) -> None:
    """Use so many seconds of CPU."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:  # the timer does not count system calls
        sum(range(20_000))


def test_each_block_has_a_limit_of_its_own() -> None:
    for _ in range(3):
        with limited_cpu_time(2 * LIMIT):
            compute(LIMIT)
        with pytest.raises(CpuTimeExceededError), limited_cpu_time(LIMIT):
            compute(5)


def test_the_timer_stops_between_blocks_and_starts_again() -> None:
    with limited_cpu_time(1):
        assert signal.getitimer(signal.ITIMER_VIRTUAL) != NO_TIMER
    compute(3 * INTERVAL)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == NO_TIMER
    with pytest.raises(CpuTimeExceededError), limited_cpu_time(LIMIT):
        compute(5)


def test_no_timer_outlives_the_handlers_of_a_process() -> None:
    """Python resets the handlers of signals when it ends, and SIGVTALRM without a handler kills."""
    program = (
        "import atexit, signal\n"
        "from crawler.checks.cpu_limit import limited_cpu_time\n"
        "atexit.register(lambda: print(signal.getitimer(signal.ITIMER_VIRTUAL)))\n"  # called last
        "with limited_cpu_time(1):\n"
        "    print('read')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["read", f"{NO_TIMER}"]


# --- steps of a coroutine ---------------------------------------------------------------------------------------------


@pytest.fixture
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit steps to a twentieth of a second."""
    monkeypatch.setattr(cpu_limit, "READING_SECONDS", LIMIT)


@pytest.mark.parametrize("read", [loop_for_ever, match_for_ever])
@pytest.mark.usefixtures("short_limit")
def test_a_step_that_takes_too_long_is_interrupted(read: Callable[[], object]) -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        return str(read())

    with pytest.raises(CpuTimeExceededError):
        asyncio.run(with_limited_steps(work()))
    assert asyncio.run(none_if_slow(work())) is None
    compute(LIMIT + 3 * INTERVAL)  # nothing is interrupted any more


@pytest.mark.usefixtures("short_limit")
def test_each_step_has_the_whole_time() -> None:
    async def work() -> str:
        for _ in range(4):
            compute(LIMIT / 2)
            await asyncio.sleep(0)
        return "done"

    assert asyncio.run(with_limited_steps(work())) == "done"
    assert asyncio.run(none_if_slow(work())) == "done"


@pytest.mark.usefixtures("short_limit")
def test_other_tasks_are_not_interrupted() -> None:
    async def other() -> str:
        compute(LIMIT + 3 * INTERVAL)
        return "other"

    async def work() -> str:
        return await asyncio.ensure_future(other())

    assert asyncio.run(with_limited_steps(work())) == "other"


@pytest.mark.usefixtures("short_limit")
def test_the_time_of_other_threads_does_not_count() -> None:
    computing = Thread(target=lambda: sum(number * number for number in range(1_500_000)))

    async def work() -> str:
        computing.start()
        computing.join()
        return "done"

    assert asyncio.run(with_limited_steps(work())) == "done"


@pytest.mark.usefixtures("short_limit")
def test_what_handles_the_error_has_as_much_time_again() -> None:
    caught = []

    async def work() -> None:
        for _ in range(2):
            try:
                loop_for_ever()
            except CpuTimeExceededError:
                caught.append(time.thread_time())

    asyncio.run(with_limited_steps(work()))
    first, second = caught
    assert second - first >= cpu_limit.READING_SECONDS


@pytest.mark.usefixtures("short_limit")
def test_errors_and_cancellation_reach_the_coroutine() -> None:
    seen: list[str] = []

    async def work(failing: asyncio.Future[None]) -> None:
        with suppress(ValueError):
            await failing
        seen.append("error")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def main() -> None:
        failing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(with_limited_steps(work(failing)))
        await asyncio.sleep(0)
        failing.set_exception(ValueError())
        await asyncio.wait([failing])
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert seen == ["error", "cancelled"]
