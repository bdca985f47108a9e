"""What does not fit together: a note's words, its links, and what papers and repositories say of each other. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of, with_metadata
from crawler.models.link import key_of
from crawler.models.metadata import Paper, Repository
from pipelines.consistency.entry_subject import line_of, only_thing, reference_of
from pipelines.consistency.missing_links import Confidence, offers, paper_names
from pipelines.consistency.title_match import normalised_title, noted_title, same_title, similarity
from pipelines.venues.from_entry_title import label_disagrees, label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crawler.models.link import Standing
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
class Place:
    """Where a note calls a paper by a title."""

    note: str
    line: int
    title: str


@dataclass(slots=True)
class Catalogue:
    """What must be known of all notes at once: which papers go by several titles, whose paper names which repository.

    `titles` go by `Link.key` and hold papers with several titles only; `papers`, each with its reference, go by the
    repository's identity.
    """

    titles: dict[str, list[Place]] = field(default_factory=dict)
    papers: dict[str, list[tuple[str, Paper]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, papers: Iterable[tuple[str, Paper]], texts: Iterable[tuple[str, str, list[Place]]]) -> Catalogue:
        """Gather from all known papers with their references, and from what notes call each kind and identity."""
        catalogue = cls()
        for reference, paper in papers:
            for identity in paper_names(paper):
                catalogue.papers[identity].append((reference, replace(paper, comment=None, abstract=None)))
        for kind, identity, places in texts:
            titled = [place for place in places if noted_title(place.title, [identity])]
            if len({normalised_title(place.title) for place in titled}) > 1:
                catalogue.titles[key_of(kind, identity)] = titled
        return catalogue


def findings(note: Note, standings: Mapping[int, Standing], catalogue: Catalogue) -> Iterator[Finding]:
    """Yield a note's findings in the order of its lines; `standings` go by the position of the mention."""
    found = [*_titles(note, standings, catalogue), *_fates(note, standings)]
    for entry in note.entries:
        found += _label(note, entry, standings)
        found += _code(note, entry, standings, catalogue)
        found += _offered(note, entry, standings)
    yield from sorted(found, key=lambda each: each.line)


def _titles(note: Note, standings: Mapping[int, Standing], catalogue: Catalogue) -> Iterator[Finding]:
    """Compare what the note calls papers with what they are called, and with what other places call them."""
    for at, standing in standings.items():
        link = standing.link
        if link.kind not in with_metadata(Paper):
            continue
        mention, reference, paper = note.mentions[at], kind_of(link).reference(link.identity), standing.metadata
        noted = noted_title(mention.text, [link.identity])
        real = paper.title if isinstance(paper, Paper) else None
        if noted is None or (real and same_title(noted, real)):
            continue
        others = {
            place.title: place for place in catalogue.titles.get(link.key, []) if not same_title(noted, place.title)
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


def _fates(note: Note, standings: Mapping[int, Standing]) -> Iterator[Finding]:
    """Tell of papers that were withdrawn, and of links to a version that is not the newest."""
    for at, standing in standings.items():
        mention, paper = note.mentions[at], standing.metadata
        if not isinstance(paper, Paper):
            continue
        kind, place = kind_of(standing.link), (note.path, mention.line, _number(note, mention.entry))
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
            evidence = f"{kind.reference(standing.link.identity)}v{paper.version}"
            yield Finding(*place, FindingKind.OLD_VERSION, f"v{pinned}", f"v{paper.version}", evidence, Confidence.LOW)


def _label(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Finding]:
    """Compare the venue in an entry's title with the one that the evidence names."""
    field, label = entry.field("paper"), label_of(entry.title)
    known = field and only_thing(Paper, field, standings)
    if label is None or not known or not label_disagrees(label, known[1]):
        return
    paper = known[1]
    noted, known_to_be = (label.name, label.year, label.track), (paper.venue, paper.venue_year, paper.venue_track)
    says, true = (" ".join(map(str, filter(None, each))) for each in (noted, known_to_be))
    source = f"{reference_of(known[0])}: {paper.comment}" if paper.venue_source == "comment" else paper.venue_source
    sure = Confidence.HIGH if paper.venue_source in {"journal_ref", "comment"} else Confidence.MEDIUM
    yield Finding(
        note.path, line_of(note, entry), entry.number, FindingKind.VENUE_LABEL, says, true, f"{source}"[:300], sure
    )


def _code(note: Note, entry: Entry, standings: Mapping[int, Standing], catalogue: Catalogue) -> Iterator[Finding]:
    """See whether an entry's paper and code know each other, or somebody else.

    Papers that share an author may share a repository, and many a repository implements somebody else's paper: what
    nobody says is no finding.
    """
    paper_field, code_field = entry.field("paper"), entry.field("code")
    paper_known = paper_field and only_thing(Paper, paper_field, standings)
    code_known = code_field and only_thing(Repository, code_field, standings)
    if not paper_known or not code_known or code_field is None:
        return
    (its, paper), (standing, repository) = paper_known, code_known
    reference = reference_of(its)
    names = {standing.link.identity, repository.title.casefold()}
    of_paper, of_code = paper_names(paper), frozenset(repository.papers)
    if names & of_paper.keys() or paper.arxiv_id in of_code or _says_title(repository, paper):
        return
    mention = note.mentions[code_field.mentions[0]]
    place = (note.path, mention.line, entry.number)
    for whose, other in (each for name in sorted(names) for each in catalogue.papers.get(name, [])):
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


def _says_title(repository: Repository, paper: Paper) -> bool:
    title = normalised_title(paper.title)
    return title != "" and title in normalised_title(repository.description or "")


def _offered(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Finding]:
    kinds = {"paper": FindingKind.PAPER_MISSING, "code": FindingKind.CODE_MISSING}
    place = (note.path, line_of(note, entry), entry.number)
    for offer in offers(note, entry, standings):
        yield Finding(*place, kinds[offer.field], "", offer.link.url, offer.evidence, offer.confidence)


def _number(note: Note, entry: int | None) -> int | None:
    return None if entry is None else note.entries[entry].number
