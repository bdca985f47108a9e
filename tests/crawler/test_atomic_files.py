"""Files that take their place as a whole, and the drafts that killed runs leave behind."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from crawler.atomic_files import remove_stale_drafts, replace_atomically

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600


def test_only_drafts_of_that_age_are_removed(tmp_path: Path) -> None:
    with replace_atomically(tmp_path / "a/report.html") as draft:
        draft.write_text("half of it")
        remove_stale_drafts(tmp_path, older_than=HOUR)
        assert draft.exists()
        two_hours_ago = time.time() - 2 * HOUR
        os.utime(draft, (two_hours_ago, two_hours_ago))
        remove_stale_drafts(tmp_path, older_than=HOUR)
        assert not draft.exists()
        draft.write_text("all of it")
    assert (tmp_path / "a/report.html").read_text() == "all of it"


def test_other_files_stay_whatever_their_age(tmp_path: Path) -> None:
    for name in ("notes.part", ".notemend-notes.part", ".notemend-0123456789abcdef.part.md"):
        (tmp_path / name).write_text("mine")
        os.utime(tmp_path / name, (0, 0))
    remove_stale_drafts(tmp_path, older_than=0)
    assert len(list(tmp_path.iterdir())) == 3
