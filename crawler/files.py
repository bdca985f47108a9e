"""Files written whole or not at all."""

from __future__ import annotations

import filecmp
import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DRAFT = ".part"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to; what is written there takes its place as a whole or not at all.

    A file that would not change is left untouched. A link at `path` is replaced, not followed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}{_DRAFT}")
    try:
        yield draft
        if path.is_symlink() or not path.is_file() or not filecmp.cmp(draft, path, shallow=False):
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sweep(folder: Path, older_than: float) -> None:
    """Remove the drafts that a killed run left behind; `older_than` seconds spares those of runs still going."""
    for draft in folder.rglob(f".*{_DRAFT}"):
        if time.time() - draft.stat().st_mtime >= older_than:
            draft.unlink(missing_ok=True)
