"""Determine the subject of an entry: its paper and its code. Pure."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from crawler.kinds.registry import kind_of
from crawler.models.metadata import Paper, Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import LinkState
    from crawler.models.note import Entry, Field, LinkRole, Note

MIN_TITLE = 24
"""Characters of the shortest title of an entry that is compared with that of its paper."""

_TRANSLATION = re.compile(r"(?:(?<!\s)\s+)?[(（](?=[^()（）\u4e00-\u9fff]*+[\u4e00-\u9fff])[^()（）]*+[)）].*$")

_Metadata = TypeVar("_Metadata", Paper, Repository)


def first_mention(note: Note, entry: Entry, role: LinkRole) -> int | None:
    """Return the index of an entry's first mention with a role: in the field named like it, else anywhere."""
    in_fields = (index for field in entry.fields if field.name == role.value for index in field.mentions)
    return next((index for index in chain(in_fields, entry.mentions) if note.mentions[index].role is role), None)


def title_beside(note: Note, at: int) -> str:
    """Return the title that a note gives a paper beside its link; "" if none is sure.

    That is the title of an entry about the paper alone, not of an article, without a translation in parentheses behind
    it. Short titles may be names that the note gives the work.
    """
    number = note.mentions[at].entry
    entry = None if number is None else note.entries[number]
    if (
        entry is None
        or entry.article is not None
        or (field := entry.field("paper")) is None
        or at not in field.mentions
    ):
        return ""
    title = _TRANSLATION.sub("", entry.title)
    return title if len(title) >= MIN_TITLE else ""


def reference_of(state: LinkState) -> str:
    """Return the name of a link's resource in evidence texts: `arXiv 2110.15352`."""
    return kind_of(state.link).reference(state.link.identity)


def only_subject(
    type_: type[_Metadata], field: Field, states: Mapping[int, LinkState]
) -> tuple[LinkState, _Metadata] | None:
    """Return the only paper or repository, by title, that a field's links lead to; None for several or none.

    `states` are the link states by the index of the mention. Two names of one repository count as one.
    """
    subjects = {
        metadata.title.casefold(): (state, metadata)
        for index in field.mentions
        if (state := states.get(index)) and isinstance(metadata := state.metadata, type_)
    }
    return next(iter(subjects.values())) if len(subjects) == 1 else None
