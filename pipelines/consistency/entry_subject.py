"""Determine the subject of an entry: its paper and its code. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from crawler.kinds.registry import kind_of
from crawler.models.metadata import Paper, Repository
from pipelines.consistency.title_match import SAME_PAPER_TITLE, similarity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Field, Note

MIN_TITLE = 24
"""Characters of the shortest title of an entry that is compared with that of its paper."""

_TRANSLATION = re.compile(r"(?:(?<!\s)\s+)?[(（](?=[^()（）\u4e00-\u9fff]*+[\u4e00-\u9fff])[^()（）]*+[)）].*$")

_Metadata = TypeVar("_Metadata", Paper, Repository)


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

    `states` are the link states by the index of the mention. Two names of one repository count as one, and so do the
    addresses of one paper: the first counts of which the venue is known.
    """
    subjects = [
        (state, metadata)
        for index in field.mentions
        if (state := states.get(index)) and isinstance(metadata := state.metadata, type_)
    ]
    if not subjects or not all(_is_same(subjects[0][1], other) for _, other in subjects[1:]):
        return None
    with_venue = (each for each in subjects if isinstance(each[1], Paper) and each[1].venue is not None)
    return next(with_venue, subjects[0] if type_ is Paper else subjects[-1])


def _is_same(one: Paper | Repository, other: Paper | Repository) -> bool:
    """Return whether two links lead to one repository or paper: by title, or by a common id or author as well."""
    if one.title.casefold() == other.title.casefold():
        return True
    if not isinstance(one, Paper) or not isinstance(other, Paper):
        return False
    if any(other.ids.get(scheme, "").casefold() == value.casefold() for scheme, value in one.ids.items()):
        return True
    families = [{name.split()[-1].casefold() for name in paper.authors if name.split()} for paper in (one, other)]
    return similarity(one.title, other.title) >= SAME_PAPER_TITLE and not families[0].isdisjoint(families[1])
