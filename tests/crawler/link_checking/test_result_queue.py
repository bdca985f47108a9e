"""Results on their way to the store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from twisted.python.failure import Failure

from crawler.link_checking.result_queue import MAX_IN_FLIGHT, ResultQueue
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.run.interruption import Interruption, RunInterruptedError

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def result(name: str = "a") -> CheckResult:
    link = Link(f"https://example.org/{name}", "web", name, "example.org")
    return CheckResult(link, Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, CheckMethod.PAGE, http_status=200))


def test_a_result_counts_until_it_is_saved() -> None:
    queue, saved = ResultQueue(), list[Link]()
    queue.on_saved(saved.append)
    queue.put([result()])
    before = queue.is_empty
    assert list(queue.take()) == [result()]
    meanwhile = queue.is_empty
    queue.saved([result()])
    assert (before, meanwhile, queue.is_empty) == (False, False, True)
    assert (queue.saved_count, saved) == (1, [result().link])


def test_lookups_wait_while_too_much_is_not_safe() -> None:
    queue = ResultQueue()
    queue.put(result(str(number)) for number in range(MAX_IN_FLIGHT))
    list(queue.take())
    assert not queue.is_full
    queue.put([result("one more")])
    assert queue.is_full


def test_whoever_waits_is_woken_by_results_and_by_errors() -> None:
    async def wait() -> None:
        queue = ResultQueue()
        failure = Failure(OSError("full"))  # type: ignore[no-untyped-call]
        await queue.wait(0)
        asyncio.get_running_loop().call_soon(queue.put, [result()])
        await queue.wait()
        asyncio.get_running_loop().call_soon(queue.item_failed, failure, result())
        await queue.wait()

    with pytest.raises(OSError, match="full"):
        asyncio.run(asyncio.wait_for(wait(), 10))


def test_an_interruption_ends_what_is_waited_for() -> None:
    async def work() -> str:
        return "done"

    async def run() -> None:
        interruption, called = Interruption(), list[str]()
        interruption.add_callback(lambda: called.append("before"))
        assert await interruption.guard(work()) == "done"
        interruption.check()
        asyncio.get_running_loop().call_soon(interruption.set)
        with pytest.raises(RunInterruptedError):
            await interruption.guard(asyncio.sleep(60))
        interruption.add_callback(lambda: called.append("after"))
        assert called == ["before", "after"]
        with pytest.raises(RunInterruptedError):
            interruption.check()

    asyncio.run(asyncio.wait_for(run(), 10))
