"""Suggest links that an entry lacks: the code that its paper names, the paper that its article or code names. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.kinds.registry import link_of, links_in, with_metadata
from crawler.links.arxiv_ids import paper_url
from crawler.models.metadata import Article, Paper, Repository
from crawler.models.notes.note import Entry, LinkRole, Note
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.entry_subject import only_subject, reference_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from crawler.models.link import Link, LinkState


class Confidence(StrEnum):
    """How certain a finding is, most certain first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A link for the field `paper` or `code` that an entry lacks; `evidence` says which source names it."""

    field: str
    link: Link
    evidence: Reason
    confidence: Confidence


def find_suggestions(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> Iterator[Suggestion]:
    """Yield the links that an entry lacks; `states` are the link states by index of the mention.

    Nothing is suggested for a field that exists, or if the entry has a link with that role. A source that names several
    papers or repositories does not count for these.
    """
    for name, type_, sources in (
        ("paper", Paper, (*_article(entry, states), *_repository(entry, states))),
        ("code", Repository, (*_paper(entry, states), *_article(entry, states))),
    ):
        if entry.field(name) is None and note.first_mention(entry, LinkRole(name)) is None:
            yield from _rank_sources(
                name, [(evidence, rank, _only(with_metadata(type_), links)) for evidence, rank, links in sources]
            )


_Source = tuple[Reason, Confidence, tuple["Link", ...]]
"""Evidence, confidence, and the links to papers and repositories that a source names."""


def repositories_named_by(paper: Paper) -> dict[str, Link]:
    """Return the repositories in a paper's comment and abstract, by identity."""
    text = f"{paper.comment or ''}\n{paper.abstract or ''}"
    return {link.identity: link for link in links_in(text) if link.kind in with_metadata(Repository)}


def _paper(entry: Entry, states: Mapping[int, LinkState]) -> Iterator[_Source]:
    field = entry.field("paper")
    if field is not None and (known := only_subject(Paper, field, states)) is not None:
        state, paper = known
        if links := tuple(repositories_named_by(paper).values()):
            yield Reason(ReasonCode.FINDING_NAMES_IT_IN_TEXT, reference_of(state)), Confidence.HIGH, links
        elif paper.code_url is not None:  # others may have written it
            listed = _links([paper.code_url])
            yield Reason(ReasonCode.FINDING_LISTED_CODE), Confidence.MEDIUM, listed


def _repository(entry: Entry, states: Mapping[int, LinkState]) -> Iterator[_Source]:
    field = entry.field("code")
    if field is not None and (known := only_subject(Repository, field, states)) is not None:
        repository = known[1]
        evidence = Reason(ReasonCode.FINDING_NAMES_IT, repository.title)
        yield evidence, Confidence.MEDIUM, _links(map(paper_url, repository.papers))


def _article(entry: Entry, states: Mapping[int, LinkState]) -> Iterator[_Source]:
    state = states.get(-1 if entry.article is None else entry.article)
    if state is not None and isinstance(article := state.metadata, Article):
        yield Reason(ReasonCode.FINDING_ARTICLE_NAMES_IT), Confidence.MEDIUM, _links(article.links)


def _links(urls: Iterable[str]) -> tuple[Link, ...]:
    return tuple(link for url in urls if (link := link_of(url, "")) is not None)


def _only(kinds: Collection[str], links: tuple[Link, ...]) -> Link | None:
    """Return the only link of some kinds; None if there are several or none."""
    matching = [link for link in links if link.kind in kinds]
    return matching[0] if len(matching) == 1 else None


def _rank_sources(name: str, sources: list[tuple[Reason, Confidence, Link | None]]) -> Iterator[Suggestion]:
    """Yield a suggestion for each identity that sources name.

    The confidence is high if several sources name it, that of the source if one does, and low if sources differ.
    """
    by_identity: dict[str, list[tuple[Reason, Confidence, Link]]] = {}
    for evidence, confidence, link in sources:
        if link is not None:
            by_identity.setdefault(link.identity, []).append((evidence, confidence, link))
    for agreeing in by_identity.values():
        evidence, confidence, link = agreeing[0]
        if len(by_identity) > 1:
            confidence = Confidence.LOW
        elif len(agreeing) > 1:
            confidence = Confidence.HIGH
        yield Suggestion(name, link, evidence.plus(*(other for other, _, _ in agreeing[1:])), confidence)
