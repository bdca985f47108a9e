"""Fixtures that many tests share."""

from __future__ import annotations

import gc
import os
import sys
from functools import _lru_cache_wrapper
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.internet import Internet
from tests.support.crawling import VERDICTS_AND_NOTES, Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

os.environ["LC_ALL"] = "C.UTF-8"  # commands speak English, whatever the language of the machine

# A busy machine is no reason to fail; the examples depend on the test alone, so that all machines try the same.
settings.register_profile("same", deadline=None, derandomize=True, database=None, max_examples=60)
settings.register_profile("random", deadline=None)
settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_xdist_auto_num_workers() -> int:
    """Return the number of processes for `--numprocesses=auto`: more than cores, since many tests wait for a server."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionstart() -> None:
    """Forget what functions cached: mutmut runs a session for each mutant in a copy of a process that ran the tests."""
    _clear_caches()
    gc.disable()  # until all tests are collected: hardly anything of that is garbage


def pytest_runtest_setup() -> None:
    """Let mutmut see that a test calls a function whose result another test has cached."""
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        _clear_caches()


def _clear_caches() -> None:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"crawler", "pipelines"}:
            for each in vars(module).values():
                if isinstance(each, _lru_cache_wrapper):
                    each.cache_clear()


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that was imported and collected, and look at the rest less often.

    Many tests make large trees that stay; each collection would go through them again.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture
def internet() -> Iterator[Internet]:
    """Return a small internet that remembers nothing of other tests."""
    with Internet() as internet:
        yield internet


@pytest.fixture
def desk(internet: Internet, tmp_path: Path) -> Desk:
    """Return an empty desk on that internet; its crawls write two outputs, unless a test has `published` changed."""
    return Desk(tmp_path, internet.environ(), VERDICTS_AND_NOTES)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that crawl in a process of their own; keep those that share a fixture together (`loadgroup`).

    Of several processes each takes the next test from the list: long ones come first, or the last process to end would
    have one alone.
    """
    order = {}
    for item in items:
        fixtures = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
        if "desk" in fixtures:
            item.add_marker("process")
        if any(definitions[-1].scope == "module" for definitions in fixtures.values()):
            item.add_marker(pytest.mark.xdist_group(item.path.as_posix()))
        order[item] = (item.get_closest_marker("xdist_group") is None, "internet" not in fixtures)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=order.__getitem__)
