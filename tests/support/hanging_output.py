"""An output whose rendering never ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.reports.contract import Rendering


def render(rendering: Rendering) -> None:
    """Take for ever."""
    time.sleep(3600)
