"""What is edited in a note, all told: where its pictures will be seen from, and what a person took back before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from pipelines.outputs import mend
from pipelines.outputs.reverts import without_reverted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.items import Edit, Note, Picture, Standing
    from pipelines.outputs import Rendering


class Mender:
    """Finds the edits of notes that will lie in `folder`, at the same relative paths as in NOTES_DIR."""

    def __init__(self, rendering: Rendering, folder: Path) -> None:
        self._rendering = rendering
        self._folder = folder

    def edits(self, note: Note, standings: Mapping[int, Standing]) -> tuple[Edit, ...]:
        """Return the edits of a note whose links have these standings, in order and without overlap."""

        def hosted(picture: Picture) -> str | None:
            return self._hosted(note, picture)

        wanted = mend.edits(note, standings, hosted, self._rendering.rewrite)
        return without_reverted(note.data, wanted, self._rendering.made.get(note.path, ()))

    def _hosted(self, note: Note, picture: Picture) -> str | None:
        """Return the URL of a kept picture as seen from a note; None if it is not there any more."""
        images = self._rendering.images_dir
        if not (images / picture.title).is_file():
            return None
        if base := self._rendering.images_base:
            return f"{base.rstrip('/')}/{quote(picture.title)}"
        folder = (self._folder / note.path).parent
        return quote(Path(os.path.relpath(images / picture.title, folder)).as_posix())
