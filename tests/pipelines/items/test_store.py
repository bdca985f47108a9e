"""Results are saved in batches; a result has passed the pipeline when it is saved."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawler.link_checking.result_queue import ResultQueue
from pipelines.items import store as store_pipeline
from pipelines.items.store import BATCH, StorePipeline
from tests.support.storing import checked, register

if TYPE_CHECKING:
    import pytest

    from crawler.models.result import CheckResult
    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]


def opened(store: LinkStore, count: int) -> tuple[StorePipeline, list[CheckResult]]:
    """Return a pipeline on that store, and results for it."""
    links = register(store, "n.md", *(f"https://a.example/{number}" for number in range(count)))
    pipeline = StorePipeline()
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
