"""Find saved images that a note shows and that are missing in the image store. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.reasons.reason import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Mention, Note


def missing_images(note: Note, states: Mapping[int, LinkState]) -> Iterator[tuple[Mention, str]]:
    """Yield each mention of a missing image with the URL from which it was saved, empty if that is not known."""
    for at, state in states.items():
        if state.check is not None and state.check.reason.code is ReasonCode.IMAGE_MISSING:
            yield note.mentions[at], state.check.suggestion or ""
