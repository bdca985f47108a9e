"""What users get: each module here renders one output from the store and the notes, without crawling.

An output is a function `render(rendering)`. Rendering twice gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.kinds import link_of
from pipelines.resolve import resolved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from crawler.items import Edit, Note, Standing
    from crawler.library import Library
    from crawler.state import Store


@dataclass(frozen=True, slots=True)
class Rendering:
    """What an output is rendered from, and where to.

    `images_base` is the URL under which the pictures are served (IMAGES_BASE_URL), `images_dir` the folder where they
    lie, inside or outside `output_dir`. `rewrite` says what may be edited in notes, by the names of REWRITE.
    `made` has the edits that earlier runs made in the user's own notes, by note and run.
    """

    library: Library
    store: Store
    output_dir: Path
    images_base: str | None
    images_dir: Path
    rewrite: frozenset[str]
    made: Mapping[str, Sequence[Sequence[Edit]]] = field(default_factory=dict)

    def standings(self, note: Note) -> dict[int, Standing]:
        """Return what is known of the note's links, by the position of the mention in `Note.mentions`."""
        urls = {
            position: link.url
            for position, mention in enumerate(note.mentions)
            if (link := link_of(mention.url, note.path, mention.role)) is not None
        }
        known = resolved(self.store, self.store.standings_of(set(urls.values())))
        return {position: known[url] for position, url in urls.items() if url in known}
