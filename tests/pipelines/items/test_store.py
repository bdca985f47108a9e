"""Results are saved in batches; a result has passed the pipeline when it is saved."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crawler.link_checking.result_queue import ResultQueue
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Page, Repository
from crawler.models.policy import Policy
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.store.runs.hosts import TakenOverError
from pipelines.items import store as store_pipeline
from pipelines.items.store import BATCH, StorePipeline
from pipelines.items.verdict import VerdictPipeline
from tests.support.storing import checked, register

if TYPE_CHECKING:
    from crawler.models.result import CheckResult
    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]


def opened(store: LinkStore, count: int) -> tuple[StorePipeline, list[CheckResult]]:
    """Return a pipeline on that store, and results for it."""
    links = register(store, "n.md", *(f"https://a.example/{number}" for number in range(count)))
    pipeline = StorePipeline(VerdictPipeline(Policy(3, timedelta(days=1), {"*": timedelta(days=1)})))
    pipeline.run_opened(store, ResultQueue())
    return pipeline, [checked(each) for each in links]


def saved(store: LinkStore) -> int:
    return sum(state.check is not None for state, _ in store.link_states())


async def process(pipeline: StorePipeline, results: list[CheckResult], seconds: float) -> int:
    """Return how many results have passed the pipeline after so many seconds."""
    tasks = [asyncio.ensure_future(pipeline.process_item(result)) for result in results]
    done, waiting = await asyncio.wait(tasks, timeout=seconds)
    for task in waiting:
        task.cancel()
    return len(done)


def test_a_full_batch_is_saved_at_once(store: LinkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_pipeline, "DELAY", 3600)
    pipeline, results = opened(store, BATCH + 1)
    assert asyncio.run(process(pipeline, results, 2)) == BATCH
    assert saved(store) == BATCH


def test_a_batch_that_is_not_full_waits_for_others(store: LinkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_pipeline, "DELAY", 3600)
    pipeline, results = opened(store, BATCH - 1)
    assert asyncio.run(process(pipeline, results, 0.2)) == 0
    assert saved(store) == 0


def test_what_waits_is_saved_after_a_moment(store: LinkStore) -> None:
    pipeline, results = opened(store, 3)
    assert asyncio.run(process(pipeline, results, 60)) == 3
    assert saved(store) == 3


@pytest.mark.parametrize(
    "odd",
    [
        {"http_status": 10**30},
        {"http_status": "many"},
        {"final_url": "https://a.example/\ud800"},
        {"reason": Reason(ReasonCode.OTHER, "\ud800")},
        {"elapsed": timedelta.max},
        {"suggestion": {"no": "text"}},
    ],
)
def test_what_cannot_be_stored_is_set_aside(
    store: LinkStore, odd: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    pipeline, results = opened(store, 3)
    results[1] = replace(results[1], check=replace(results[1].check, **odd))
    assert asyncio.run(process(pipeline, results, 60)) == 3
    states = {state.link.url: state for state, _ in store.link_states()}
    checks = [check for each in results if (check := states[each.link.url].check) is not None]
    if caplog.messages:  # else this database can store it
        (line,) = caplog.messages
        assert line.startswith("https://a.example/1: result set aside: ")
        assert [each.outcome for each in checks] == [Outcome.OK, Outcome.SKIPPED, Outcome.OK]
        assert checks[1].reason == Reason(ReasonCode.UNSTORABLE)
        assert states["https://a.example/1"].verdict is Verdict.UNKNOWN
    assert len(checks) == 3


def test_metadata_that_cannot_be_stored_is_set_aside(store: LinkStore, caplog: pytest.LogCaptureFixture) -> None:
    pipeline, results = opened(store, 3)
    results[0] = replace(results[0], metadata=Page("x \ud800"))
    results[2] = replace(results[2], metadata=Repository("a/b", stars=10**30))
    assert asyncio.run(process(pipeline, results, 60)) == 3
    assert [line.partition(": ")[0] for line in caplog.messages] == ["https://a.example/0", "https://a.example/2"]
    assert saved(store) == 3


def test_a_store_that_cannot_be_used_still_ends_the_run(store: LinkStore, caplog: pytest.LogCaptureFixture) -> None:
    pipeline, results = opened(store, 1)
    store.run_number = 99  # taken over

    async def save() -> None:
        await pipeline.process_item(results[0])
        await pipeline._queue.wait()

    with pytest.raises(TakenOverError):
        asyncio.run(save())
    assert saved(store) == 0
    assert caplog.messages == []
