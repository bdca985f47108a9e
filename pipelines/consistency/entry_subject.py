"""What an entry is about: its paper, its code. Pure."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from crawler.kinds.registry import kind_of
from crawler.models.metadata import Paper, Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import LinkState
    from crawler.models.note import Entry, Field, LinkRole, Note

_Metadata = TypeVar("_Metadata", Paper, Repository)


def first_mention(note: Note, entry: Entry, role: LinkRole) -> int | None:
    """Return the position of the first mention with that role: in the field of the role's name, else anywhere."""
    in_fields = (at for field in entry.fields if field.name == role.value for at in field.mentions)
    return next((at for at in chain(in_fields, entry.mentions) if note.mentions[at].role is role), None)


def reference_of(state: LinkState) -> str:
    """Return how the thing that a link leads to is named as evidence: `arXiv 2110.15352`."""
    return kind_of(state.link).reference(state.link.identity)


def entry_line(note: Note, entry: Entry) -> int:
    """Return the line on which an entry begins, counted from 1."""
    return note.data.count(b"\n", 0, entry.start) + 1


def only_subject(
    what: type[_Metadata], field: Field, states: Mapping[int, LinkState]
) -> tuple[LinkState, _Metadata] | None:
    """Return what the field's links are about, if that is known and one thing (a renamed repository is the same)."""
    found = {
        metadata.title.casefold(): (state, metadata)
        for position in field.mentions
        if (state := states.get(position)) and isinstance(metadata := state.metadata, what)
    }
    return next(iter(found.values())) if len(found) == 1 else None
