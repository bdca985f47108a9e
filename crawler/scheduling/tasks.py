"""What a shard is given and what it brings back, between processes and machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from crawler.models.result import CheckResult
    from crawler.scheduling.plan import Shard


@dataclass(frozen=True, slots=True)
class ShardTask:
    """The links to check in one process: those of some hosts and kinds that were due at `due_by`.

    It can be executed again: what has been saved is not due any more. `ends_at` is the Unix time of RUN_TIMEOUT,
    `time_left` the seconds until then when the task was made.
    `fetched_bytes` are those of images that the run has fetched before. `is_online`: the network works although hosts
    fail. `one_by_one`: the process says which link it checks, so that it is known which one ends it.
    """

    shard: Shard
    run: int
    due_by: datetime
    kinds: tuple[str, ...]
    settings: Mapping[str, Any] = field(repr=False)
    is_retry: bool = False
    ends_at: float = float("inf")
    time_left: float = float("inf")
    fetched_bytes: int = 0
    is_online: bool = False
    one_by_one: bool = False
    skipped: frozenset[str] = frozenset()
    """URLs that are not checked in this run any more: they failed twice, or their checks ended processes."""


@dataclass(frozen=True, slots=True)
class ShardSummary:
    """What a shard brings back beside the results that it has saved.

    `failed` and `failed_again` are the results of links without a response: whether they count depends on all shards.
    `is_suspicious`: so many hosts failed that the network may be down; the rest of the shard was not checked.
    """

    failed: tuple[CheckResult, ...] = ()
    failed_again: tuple[CheckResult, ...] = ()
    reached: frozenset[str] = frozenset()
    unreachable: frozenset[str] = frozenset()
    responses: Mapping[str, tuple[int, timedelta, int]] = field(default_factory=dict)
    fetched_bytes: int = 0
    image_store_problem: str | None = None
    is_suspicious: bool = False
    error: str | None = None
    """Why the shard failed, as one line; None if it did not."""
