"""What findings about one note use of all the others. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.models.link import key_of
from pipelines.consistency.missing_links import repositories_named_by
from pipelines.consistency.questions import Location, first_locations
from pipelines.consistency.title_match import claimed_title, normalized_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crawler.models.link import LinkState
    from crawler.models.metadata import Paper, Publication
    from crawler.notes.markdown.anchors import Anchors
    from pipelines.consistency.papers.noted_twice import Listing


@dataclass(frozen=True, slots=True)
class TitleLocation:
    """A location where a note gives the title of a paper."""

    note: str
    line: int
    title: str


def no_anchors(_path: str) -> Anchors | None:
    """Return that the anchors of a note are not known; unlike a lambda, it can be sent to another process."""
    return None


@dataclass(slots=True)
class CrossReferenceIndex:
    """An index over all notes: papers with several titles, papers that name a repository, questions to a person.

    `titles` has the locations by `Link.key`, for papers with several titles only; `papers` has papers with their
    references by the identity of the repository that they name. `questions` has the first location of each link that a
    person should review, by URL. `anchors_of` returns the anchors of a note by its path, None if they are not known;
    `sources` has the digests of the notes by path, `listings` where entries list what is listed more than once,
    `title_records` the records of titles without a link, by note.
    """

    titles: dict[str, list[TitleLocation]] = field(default_factory=dict)
    papers: dict[str, list[tuple[str, Paper]]] = field(default_factory=lambda: defaultdict(list))
    questions: dict[str, Location] = field(default_factory=dict)
    anchors_of: Callable[[str], Anchors | None] = no_anchors
    sources: Mapping[str, str] = field(default_factory=dict)
    listings: Mapping[str, tuple[Listing, ...]] = field(default_factory=dict)
    title_records: Mapping[str, Mapping[str, tuple[tuple[str, Publication], ...]]] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        papers: Iterable[tuple[str, Paper]],
        texts: Iterable[tuple[str, str, list[TitleLocation]]],
        mentioned: Iterable[tuple[LinkState, str, int]] = (),
        *,
        anchors_of: Callable[[str], Anchors | None] = no_anchors,
        sources: Mapping[str, str] | None = None,
        listings: Mapping[str, tuple[Listing, ...]] | None = None,
        title_records: Mapping[str, Mapping[str, tuple[tuple[str, Publication], ...]]] | None = None,
    ) -> CrossReferenceIndex:
        """Return the index of papers with their references, of the titles in notes by kind and identity, and of links.

        `mentioned` has the links that may need a person, with note and line of each mention in their order.
        """
        questions = first_locations(mentioned)
        index = cls(
            questions=questions,
            anchors_of=anchors_of,
            sources=sources or {},
            listings=listings or {},
            title_records=title_records or {},
        )
        for reference, paper in papers:
            for identity in repositories_named_by(paper):
                index.papers[identity].append((reference, replace(paper, comment=None, abstract=None)))
        for kind, identity, locations in texts:
            titled = [location for location in locations if claimed_title(location.title, [identity])]
            if len({normalized_title(location.title) for location in titled}) > 1:
                index.titles[key_of(kind, identity)] = titled
        return index
