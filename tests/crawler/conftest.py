"""The desk of tests that look at verdicts and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.crawling import VERDICTS_AND_NOTES, Desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet


@pytest.fixture
def desk(internet: Internet, tmp_path: Path) -> Desk:
    """Return an empty desk whose crawls write no other outputs, unless a test has `published` changed."""
    return Desk(tmp_path, internet.environ(), VERDICTS_AND_NOTES)
