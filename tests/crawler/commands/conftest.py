"""The desk of tests of commands, some of which write or name other outputs than verdicts and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.crawling import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet


@pytest.fixture
def desk(internet: Internet, tmp_path: Path) -> Desk:
    """Return an empty desk whose commands write all outputs."""
    return Desk(tmp_path, internet.environ())
