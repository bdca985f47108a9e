"""What an entry lacks and its own sources name: the code of its paper, the paper of its article. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.kinds.registry import link_of, links_in, with_metadata
from crawler.links.arxiv_ids import paper_url
from crawler.models.metadata import Article, Paper, Repository
from crawler.models.note import Entry, LinkRole, Note
from pipelines.consistency.entry_subject import first_mention, only_subject, reference_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from crawler.models.link import Link, LinkState


class Confidence(StrEnum):
    """How sure it is; declared surest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A link that an entry lacks: for its field `paper` or `code`, with who names it."""

    field: str
    link: Link
    evidence: str
    confidence: Confidence


def find_suggestions(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> Iterator[Suggestion]:
    """Yield what an entry may be given.

    A field that is there is the author's, whatever it says; so is a paper or a repository linked anywhere in the entry.
    A source that names several repositories, or several papers, names none for sure.
    """
    for name, type_, sources in (
        ("paper", Paper, (*_article(entry, states), *_repository(entry, states))),
        ("code", Repository, (*_paper(entry, states), *_article(entry, states))),
    ):
        if entry.field(name) is None and first_mention(note, entry, LinkRole(name)) is None:
            yield from _rank_sources(
                name, [(of, sure, _only(with_metadata(type_), links)) for of, sure, links in sources]
            )


_Source = tuple[str, Confidence, tuple["Link", ...]]


def repositories_named_by(paper: Paper) -> dict[str, Link]:
    """Return the repositories that a paper's comment and abstract name, by identity."""
    text = f"{paper.comment or ''}\n{paper.abstract or ''}"
    return {link.identity: link for link in links_in(text) if link.kind in with_metadata(Repository)}


def _paper(entry: Entry, states: Mapping[int, LinkState]) -> Iterator[_Source]:
    field = entry.field("paper")
    if field is not None and (known := only_subject(Paper, field, states)) is not None:
        state, paper = known
        links = tuple(repositories_named_by(paper).values())
        yield f"{reference_of(state)} names it in its comment or abstract", Confidence.HIGH, links


def _repository(entry: Entry, states: Mapping[int, LinkState]) -> Iterator[_Source]:
    field = entry.field("code")
    if field is not None and (known := only_subject(Repository, field, states)) is not None:
        repository = known[1]
        yield f"{repository.title} names it", Confidence.MEDIUM, _links(map(paper_url, repository.papers))


def _article(entry: Entry, states: Mapping[int, LinkState]) -> Iterator[_Source]:
    state = states.get(-1 if entry.article is None else entry.article)
    if state is not None and isinstance(article := state.metadata, Article):
        yield "the article names it", Confidence.MEDIUM, _links(article.links)


def _links(urls: Iterable[str]) -> tuple[Link, ...]:
    return tuple(link for url in urls if (link := link_of(url, "")) is not None)


def _only(kinds: Collection[str], links: tuple[Link, ...]) -> Link | None:
    found = [link for link in links if link.kind in kinds]
    return found[0] if len(found) == 1 else None


def _rank_sources(name: str, named: list[tuple[str, Confidence, Link | None]]) -> Iterator[Suggestion]:
    """Yield one offer for what the sources name: surer where they agree, a guess each where they differ."""
    found: dict[str, list[tuple[str, Confidence, Link]]] = {}
    for evidence, confidence, link in named:
        if link is not None:
            found.setdefault(link.identity, []).append((evidence, confidence, link))
    for each in found.values():
        confidence = each[0][1] if len(each) == 1 else Confidence.HIGH
        evidence = "; ".join(evidence for evidence, _, _ in each)
        yield Suggestion(name, each[0][2], evidence, confidence if len(found) == 1 else Confidence.LOW)
