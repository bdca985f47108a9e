"""What users get: each module here is one output, rendered from the store and the notes without crawling.

What an output needs is read once for all of them. It has one of these functions, or several:

- `by_link(rendering)`: a context manager whose value is called with each link, worst first, and its places;
- `by_note(rendering)`: a context manager whose value is called with each note, by path, with its edits and findings;
- `render(rendering)`: writes what is read in another order.

Rendering twice gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.kinds.registry import link_of
from crawler.models.link import LinkState
from pipelines.reports.planned_notes import PlannedNote, plan_notes
from pipelines.venues.citation_stage import link_states_with_venues

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from crawler.images.store import ImageStore
    from crawler.models.edit import Edit
    from crawler.models.note import Note
    from crawler.notes.folder import NotesFolder
    from crawler.store.link_store import LinkStore

TakeLink = Callable[[LinkState, tuple[str, ...]], None]
TakeNote = Callable[[PlannedNote], None]
"""What `by_link` and `by_note` give."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What an output is rendered from, and where to.

    `gallery` is where the pictures are. `rewrite` says what may be edited in notes, by the names of REWRITE. Pictures
    wider than `webp_width` pixels are shown as a WebP of that width; 0 means that none are. `made` has the edits that
    earlier runs made in the user's own notes, by note and run.
    """

    notes_folder: NotesFolder
    store: LinkStore
    output_dir: Path
    image_store: ImageStore
    rewrite: frozenset[str]
    webp_width: int = 0
    past_edits: Mapping[str, Sequence[Sequence[Edit]]] = field(default_factory=dict)

    def link_states(self, note: Note) -> dict[int, LinkState]:
        """Return what is known of the note's links, by the position of the mention in `Note.mentions`."""
        urls = {
            position: link.url
            for position, mention in enumerate(note.mentions)
            if (link := link_of(mention.url, note.path, mention.role)) is not None
        }
        known = link_states_with_venues(self.store, self.store.link_states_of(set(urls.values())))
        return {position: known[url] for position, url in urls.items() if url in known}


def render(rendering: Rendering, *outputs: ModuleType) -> None:
    """Render outputs: links are gone through once, then notes.

    Raises UserError where not all notes can be looked at, before anything is removed on that account.
    """
    rendering.notes_folder.ensure_complete()
    with ExitStack() as stack:
        takers = [stack.enter_context(each.by_link(rendering)) for each in outputs if hasattr(each, "by_link")]
        for state, places in rendering.store.link_states() if takers else ():
            for take in takers:
                take(state, places)
    with ExitStack() as stack:
        takers = [stack.enter_context(each.by_note(rendering)) for each in outputs if hasattr(each, "by_note")]
        for planned in plan_notes(rendering) if takers else ():
            for take in takers:
                take(planned)
        rendering.notes_folder.ensure_complete()
    for each in outputs:
        if hasattr(each, "render"):
            each.render(rendering)
