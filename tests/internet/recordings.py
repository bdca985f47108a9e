"""What tests share that compare the small internet with recorded answers of the real one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

if TYPE_CHECKING:
    import requests

RECORDED = Path(__file__).parents[2] / "../shared/data"
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers in ../shared/data are not here")


def soup(response: requests.Response) -> BeautifulSoup:
    """Return a page, read as UTF-8."""
    response.encoding = "utf-8"
    return BeautifulSoup(response.text, "lxml")
