"""Find articles and papers that several entries list. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crawler.models.notes.note import LinkRole
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.entry_subject import reference_of
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Note

MAX_PLACES = 3
"""Other places in a finding."""


class Listing(NamedTuple):
    """A place where an entry lists an article or a paper; `rating` is the number of stars of the entry, 0 for none."""

    note: str
    line: int
    rating: int

    @property
    def stars(self) -> str:
        """The rating as stars."""
        return "\N{BLACK STAR}" * self.rating

    @property
    def reason(self) -> Reason:
        """What a finding says of the place."""
        return Reason(ReasonCode.FINDING_LISTED_AT, f"{self.note}:{self.line}", *filter(None, [self.stars]))


def repeated(
    listed: Iterable[tuple[str, Sequence[Listing]]], work_of: Mapping[str, str]
) -> dict[str, tuple[Listing, ...]]:
    """Return the places of what is listed more than once, by the keys of its links.

    `listed` has the places by key. `work_of` has the works of papers with several addresses, by key.
    """
    keys: dict[str, list[str]] = {}
    places: dict[str, list[Listing]] = {}
    for key, some in listed:
        work = work_of.get(key, key)
        keys.setdefault(work, []).append(key)
        places.setdefault(work, []).extend(some)
    found = {work: tuple(sorted(set(some))) for work, some in places.items()}
    return {key: found[work] for work, some in keys.items() if len(found[work]) > 1 for key in some}


def repeated_findings(
    note: Note,
    states: Mapping[int, LinkState],
    places: Mapping[str, tuple[Listing, ...]],
    ambiguous: Collection[str],
) -> Iterator[Finding]:
    """Yield a finding for each article and paper of the note's entries that an entry before lists, with both ratings.

    Entries come in the order of paths and lines. `ambiguous` has the keys of papers with several titles in notes: one
    of their entries has the wrong address.
    """
    for entry in note.entries:
        for at in (entry.article, note.first_mention(entry, LinkRole.PAPER)):
            if at is None or (state := states.get(at)) is None or state.link.key in ambiguous:
                continue
            here = Listing(note.path, note.mentions[at].line, entry.relevance)
            before = [each.reason for each in places.get(state.link.key, ()) if each[:2] < here[:2]]
            if before:
                yield Finding(
                    *(here.note, here.line, entry.number),
                    FindingKind.NOTED_TWICE,
                    f"{entry.title} {here.stars}".strip(),
                    before[0].plus(*before[1:MAX_PLACES]),
                    Reason(ReasonCode.OTHER, reference_of(state)),
                    Confidence.HIGH,
                )
