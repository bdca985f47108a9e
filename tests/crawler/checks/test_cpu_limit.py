"""The limit of CPU time: it ends what takes too long, again and again, and leaves no timer behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from crawler.checks.cpu_limit import CpuTimeExceededError, limited_cpu_time

NO_TIMER = (0.0, 0.0)


def compute(seconds: float) -> None:
    """Use so many seconds of CPU."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:  # the timer does not count system calls
        sum(range(20_000))


def test_each_block_has_a_limit_of_its_own() -> None:
    for _ in range(3):
        with limited_cpu_time(0.3):
            compute(0.2)
        with pytest.raises(CpuTimeExceededError), limited_cpu_time(0.2):
            compute(5)


def test_the_timer_stops_between_blocks_and_starts_again() -> None:
    with limited_cpu_time(1):
        assert signal.getitimer(signal.ITIMER_VIRTUAL) != NO_TIMER
    compute(0.5)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == NO_TIMER
    with pytest.raises(CpuTimeExceededError), limited_cpu_time(0.1):
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
