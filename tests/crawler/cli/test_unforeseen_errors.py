"""What is said of an error that nobody foresaw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.cli.unforeseen_errors import FILE, explain
from tests.support.options import project_options

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_store_that_has_no_tables_yet_is_not_the_cause(tmp_path: Path, *, is_begun: bool) -> None:
    if is_begun:
        (tmp_path / "notemend.sqlite").touch()
    assert explain(KeyError("x"), project_options(OUTPUT_DIR=str(tmp_path))).startswith("unexpected error")
    assert "KeyError: 'x'" in (tmp_path / FILE).read_text("utf-8")
