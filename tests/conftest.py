"""Fixtures that many tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.internet import Internet
from tests.support.crawling import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

settings.register_profile("any machine", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("any machine")


@pytest.fixture
def internet() -> Iterator[Internet]:
    """Return a small internet that remembers nothing of other tests."""
    with Internet() as internet:
        yield internet


@pytest.fixture
def desk(internet: Internet, tmp_path: Path) -> Desk:
    """Return an empty desk on that internet."""
    return Desk(tmp_path, internet.environ())


EXPENSIVE = {"browser", "crawled", "network", "night"}
"""Fixtures of a module that take seconds: their tests run in one process, so that they are made once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of an expensive fixture together (`--dist=loadgroup`)."""
    for item in items:
        if isinstance(item, pytest.Function) and EXPENSIVE.intersection(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group(item.path.as_posix()))
