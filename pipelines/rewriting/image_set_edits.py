"""Edit all candidates of an image or none, so that no page shows one from here and another from there. Pure.

Only a dead candidate is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.link import Verdict
from crawler.models.metadata import Picture
from pipelines.consistency.images.image_sets import image_sets, unsaved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Note


def incomplete_candidates(
    note: Note, states: Mapping[int, LinkState], image_url: Callable[[Picture], str | None]
) -> frozenset[int]:
    """Return the positions of the mentions that are candidates of an image of which not all are in the image store.

    Dead candidates do not hold the others back: they are the only ones that are returned.
    """
    found: set[int] = set()
    for positions in image_sets(note, states).values():
        metadata = [states[each].metadata for each in positions]
        missing = unsaved(positions, states)
        is_open = any(states[each].verdict is not Verdict.DEAD for each in missing)
        is_open = is_open or any(image_url(each) is None for each in metadata if isinstance(each, Picture))
        found.update(positions if is_open else missing)
    return frozenset(found)


def without_halves(note: Note, planned: Sequence[Edit], remaining: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the remaining edits without those of an image of which another planned edit does not remain."""
    set_of = {mention.start: mention.image_set for mention in note.mentions if mention.image_set is not None}
    kept = {edit.start for edit in remaining}
    halves = {set_of[edit.start] for edit in planned if edit.start in set_of and edit.start not in kept}
    return tuple(edit for edit in remaining if edit.start not in set_of or set_of[edit.start] not in halves)
