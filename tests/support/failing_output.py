"""An output that fails as a fault of ours would."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.reports.contract import Rendering

INPUTS: tuple[str, ...] = ()
FILES = ("failing.txt",)
SHOWS_CHANGES = False


def render(rendering: Rendering) -> None:
    """Fail, with a secret in the message."""
    raise KeyError(f"{rendering.output_dir.name} of https://me:secret@a.example.org/")
