"""What does not fit together: a note's words, its links, and what papers and repositories say of each other. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of, with_metadata
from crawler.models.link import key_of
from crawler.models.metadata import Paper, Repository
from pipelines.consistency.entry_subject import entry_line, only_subject, reference_of
from pipelines.consistency.missing_links import Confidence, find_suggestions, repositories_named_by
from pipelines.consistency.title_match import is_same_title, normalized_title, similarity, title_in_note
from pipelines.venues.from_entry_title import has_wrong_label, venue_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.models.note import Entry, Note

ANOTHER_PAPER = 50
"""Similarity (0 to 100) below which a title is another paper's; above, a paper may have changed its title."""

SHOWN = 3
"""Other places named in the evidence."""


class FindingKind(StrEnum):
    """What is to be looked at."""

    ANOTHER_TITLE = "another title"
    ONE_ID_TWO_TITLES = "one id, two titles"
    WITHDRAWN = "withdrawn"
    OLD_VERSION = "old version"
    CODE_OF_ANOTHER_PAPER = "code of another paper"
    OTHER_CODE = "other code named"
    VENUE_LABEL = "venue label"
    PAPER_MISSING = "paper missing"
    CODE_MISSING = "code missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing for a person to look at: what the note says, what is true as far as is known, and who says so.

    `line` counts from 1, `entry` is the entry's number; None outside of entries.
    """

    note: str
    line: int
    entry: int | None
    kind: FindingKind
    says: str
    true: str
    evidence: str
    confidence: Confidence

    def __post_init__(self) -> None:
        if self.line < 1:
            raise ValueError(f"lines count from 1, not {self.line}")


@dataclass(frozen=True, slots=True)
class TitlePlace:
    """Where a note calls a paper by a title."""

    note: str
    line: int
    title: str


@dataclass(slots=True)
class CrossReferenceIndex:
    """What must be known of all notes at once: which papers go by several titles, whose paper names which repository.

    `titles` go by `Link.key` and hold papers with several titles only; `papers`, each with its reference, go by the
    repository's identity.
    """

    titles: dict[str, list[TitlePlace]] = field(default_factory=dict)
    papers: dict[str, list[tuple[str, Paper]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def build(
        cls, papers: Iterable[tuple[str, Paper]], texts: Iterable[tuple[str, str, list[TitlePlace]]]
    ) -> CrossReferenceIndex:
        """Gather from all known papers with their references, and from what notes call each kind and identity."""
        index = cls()
        for reference, paper in papers:
            for identity in repositories_named_by(paper):
                index.papers[identity].append((reference, replace(paper, comment=None, abstract=None)))
        for kind, identity, places in texts:
            titled = [place for place in places if title_in_note(place.title, [identity])]
            if len({normalized_title(place.title) for place in titled}) > 1:
                index.titles[key_of(kind, identity)] = titled
        return index


def find_inconsistencies(note: Note, states: Mapping[int, LinkState], index: CrossReferenceIndex) -> Iterator[Finding]:
    """Yield a note's findings in the order of its lines; `standings` go by the position of the mention."""
    found = [*_title_findings(note, states, index), *_paper_status_findings(note, states)]
    for entry in note.entries:
        found += _label_findings(note, entry, states)
        found += _code_findings(note, entry, states, index)
        found += _missing_link_findings(note, entry, states)
    yield from sorted(found, key=lambda each: each.line)


def _title_findings(note: Note, states: Mapping[int, LinkState], index: CrossReferenceIndex) -> Iterator[Finding]:
    """Compare what the note calls papers with what they are called, and with what other places call them."""
    for at, state in states.items():
        link = state.link
        if link.kind not in with_metadata(Paper):
            continue
        mention, reference, paper = note.mentions[at], kind_of(link).reference(link.identity), state.metadata
        noted = title_in_note(mention.text, [link.identity])
        real = paper.title if isinstance(paper, Paper) else None
        if noted is None or (real and is_same_title(noted, real)):
            continue
        others = {
            place.title: place for place in index.titles.get(link.key, []) if not is_same_title(noted, place.title)
        }
        if real is None and not others:
            continue
        kind = FindingKind.ONE_ID_TWO_TITLES if others else FindingKind.ANOTHER_TITLE
        apart = real is not None and similarity(noted, real) < ANOTHER_PAPER
        evidence = [reference] if real else []
        evidence += [f"“{place.title}” at {place.note}:{place.line}" for place in list(others.values())[:SHOWN]]
        yield Finding(
            note.path,
            mention.line,
            _number(note, mention.entry),
            kind,
            noted,
            real or f"{reference} can have one title only",
            "; ".join(evidence),
            Confidence.HIGH if apart else Confidence.LOW if real else Confidence.MEDIUM,
        )


def _paper_status_findings(note: Note, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Tell of papers that were withdrawn, and of links to a version that is not the newest."""
    for at, state in states.items():
        mention, paper = note.mentions[at], state.metadata
        if not isinstance(paper, Paper):
            continue
        kind, place = kind_of(state.link), (note.path, mention.line, _number(note, mention.entry))
        if paper.withdrawn:
            evidence = f"{kind.label()}: {paper.comment or paper.abstract or ''}"[:300]
            yield Finding(
                *place,
                FindingKind.WITHDRAWN,
                mention.text,
                "withdrawn",
                evidence,
                Confidence.HIGH,
            )
        pinned = kind.pinned_version(mention.url)
        if pinned is not None and paper.version is not None and pinned < paper.version:
            evidence = f"{kind.reference(state.link.identity)}v{paper.version}"
            yield Finding(*place, FindingKind.OLD_VERSION, f"v{pinned}", f"v{paper.version}", evidence, Confidence.LOW)


def _label_findings(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Compare the venue in an entry's title with the one that the evidence names."""
    field, label = entry.field("paper"), venue_label(entry.title)
    known = field and only_subject(Paper, field, states)
    if label is None or not known or not has_wrong_label(label, known[1]):
        return
    paper = known[1]
    noted, known_to_be = (label.name, label.year, label.track), (paper.venue, paper.venue_year, paper.venue_track)
    says, true = (" ".join(map(str, filter(None, each))) for each in (noted, known_to_be))
    source = f"{reference_of(known[0])}: {paper.comment}" if paper.venue_source == "comment" else paper.venue_source
    sure = Confidence.HIGH if paper.venue_source in {"journal_ref", "comment"} else Confidence.MEDIUM
    yield Finding(
        note.path, entry_line(note, entry), entry.number, FindingKind.VENUE_LABEL, says, true, f"{source}"[:300], sure
    )


def _code_findings(
    note: Note, entry: Entry, states: Mapping[int, LinkState], index: CrossReferenceIndex
) -> Iterator[Finding]:
    """See whether an entry's paper and code know each other, or somebody else.

    Papers that share an author may share a repository, and many a repository implements somebody else's paper: what
    nobody says is no finding.
    """
    paper_field, code_field = entry.field("paper"), entry.field("code")
    paper_known = paper_field and only_subject(Paper, paper_field, states)
    code_known = code_field and only_subject(Repository, code_field, states)
    if not paper_known or not code_known or code_field is None:
        return
    (its, paper), (state, repository) = paper_known, code_known
    reference = reference_of(its)
    names = {state.link.identity, repository.title.casefold()}
    of_paper, of_code = repositories_named_by(paper), frozenset(repository.papers)
    if names & of_paper.keys() or paper.arxiv_id in of_code or _states_title(repository, paper):
        return
    mention = note.mentions[code_field.mentions[0]]
    place = (note.path, mention.line, entry.number)
    for whose, other in (each for name in sorted(names) for each in index.papers.get(name, [])):
        if whose != reference and not set(other.authors) & set(paper.authors):
            true = f"code of “{other.title}” ({whose})"
            evidence = f"{whose} names {repository.title} in its comment or abstract"
            sure = Confidence.HIGH if of_paper else Confidence.MEDIUM
            yield Finding(*place, FindingKind.CODE_OF_ANOTHER_PAPER, mention.url, true, evidence, sure)
            return
    if len(of_code) == 1:
        evidence = f"{repository.title} names arXiv {next(iter(of_code))}"
        true = f"code of arXiv {next(iter(of_code))}"
        yield Finding(*place, FindingKind.CODE_OF_ANOTHER_PAPER, mention.url, true, evidence, Confidence.LOW)
    elif len(of_paper) == 1:
        (link,) = of_paper.values()
        evidence = f"{reference} names it in its comment or abstract"
        yield Finding(*place, FindingKind.OTHER_CODE, mention.url, link.url, evidence, Confidence.MEDIUM)


def _states_title(repository: Repository, paper: Paper) -> bool:
    title = normalized_title(paper.title)
    return title != "" and title in normalized_title(repository.description or "")


def _missing_link_findings(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    kinds = {"paper": FindingKind.PAPER_MISSING, "code": FindingKind.CODE_MISSING}
    place = (note.path, entry_line(note, entry), entry.number)
    for suggestion in find_suggestions(note, entry, states):
        yield Finding(
            *place, kinds[suggestion.field], "", suggestion.link.url, suggestion.evidence, suggestion.confidence
        )


def _number(note: Note, entry: int | None) -> int | None:
    return None if entry is None else note.entries[entry].number
