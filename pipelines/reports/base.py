"""What users get: each module here is one output, rendered from the store and the notes without crawling.

What an output needs is read once for all of them. It has one of these functions, or several:

- `by_link(rendering)`: a context manager whose value is called with each link, worst first, and its places;
- `by_note(rendering)`: a context manager whose value is called with each note, by path, and what is known of its links;
- `render(rendering)`: writes what is read in another order.

Rendering twice gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.kinds.registry import link_of
from crawler.models.link import Standing
from crawler.models.note import Note
from pipelines.venues.citation_stage import resolved

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from crawler.images.store import Gallery
    from crawler.models.edit import Edit
    from crawler.notes.folder import Library
    from crawler.store.link_store import Store

TakeLink = Callable[[Standing, tuple[str, ...]], None]
TakeNote = Callable[[Note, Mapping[int, Standing]], None]
"""What `by_link` and `by_note` give; standings go by the position of the mention in `Note.mentions`."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What an output is rendered from, and where to.

    `gallery` is where the pictures are. `rewrite` says what may be edited in notes, by the names of REWRITE. Pictures
    wider than `webp_width` pixels are shown as a WebP of that width; 0 means that none are. `made` has the edits that
    earlier runs made in the user's own notes, by note and run.
    """

    library: Library
    store: Store
    output_dir: Path
    gallery: Gallery
    rewrite: frozenset[str]
    webp_width: int = 0
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


def render(rendering: Rendering, *outputs: ModuleType) -> None:
    """Render outputs: links are gone through once, then notes.

    Raises UserError where not all notes can be looked at, before anything is removed on that account.
    """
    rendering.library.ensure_complete()
    with ExitStack() as stack:
        takers = [stack.enter_context(each.by_link(rendering)) for each in outputs if hasattr(each, "by_link")]
        for standing, places in rendering.store.standings() if takers else ():
            for take in takers:
                take(standing, places)
    with ExitStack() as stack:
        takers = [stack.enter_context(each.by_note(rendering)) for each in outputs if hasattr(each, "by_note")]
        for note in rendering.library if takers else ():
            standings = rendering.standings(note)
            for take in takers:
                take(note, standings)
        rendering.library.ensure_complete()
    for each in outputs:
        if hasattr(each, "render"):
            each.render(rendering)
