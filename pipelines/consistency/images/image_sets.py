"""Images with several candidates (`srcset`, `<picture>`), of which not all were saved. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from crawler.kinds.image import is_dynamic_image
from crawler.models.link import Verdict
from crawler.models.metadata import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Note


def image_sets(note: Note, states: Mapping[int, LinkState]) -> dict[int, list[int]]:
    """Return the positions of the candidates on the web of each image that has several, by its offset."""
    found = defaultdict(list)
    for position, mention in enumerate(note.mentions):
        if mention.image_set is not None and position in states and states[position].link.host:
            found[mention.image_set].append(position)
    return found


def unsaved(positions: list[int], states: Mapping[int, LinkState]) -> list[int]:
    """Return those positions whose images are not saved, or are generated for each view."""
    return [each for each in positions if not _is_saved(states[each])]


def incomplete_sets(note: Note, states: Mapping[int, LinkState]) -> list[tuple[int, int, int, bool]]:
    """Return the first candidate that is not saved, how many are and how many there are, of each incomplete set.

    The last value is whether those that are saved are edited, because all others are dead. A set that is generated for
    each view, as the two charts of a dark and a light page, is meant to stay as it is.
    """
    found = []
    for positions in image_sets(note, states).values():
        missing = unsaved(positions, states)
        lost = [each for each in missing if not is_dynamic_image(states[each].link, states[each].metadata)]
        if lost and len(missing) < len(positions):
            is_edited = all(states[each].verdict is Verdict.DEAD for each in missing)
            found.append((lost[0], len(positions) - len(missing), len(positions), is_edited))
    return found


def _is_saved(state: LinkState) -> bool:
    return isinstance(state.metadata, Picture) and not is_dynamic_image(state.link, state.metadata)
