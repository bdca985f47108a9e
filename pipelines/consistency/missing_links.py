"""What an entry lacks and its own sources name: the code of its paper, the paper of its article. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.kinds.registry import link_of, links_in, with_metadata
from crawler.links.arxiv_ids import paper_url
from crawler.models.metadata import Article, Paper, Repository
from crawler.models.note import Entry, Note, Role
from pipelines.consistency.entry_subject import first_mention, only_thing, reference_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from crawler.models.link import Link, Standing


class Confidence(StrEnum):
    """How sure it is; declared surest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Offer:
    """A link that an entry lacks: for its field `paper` or `code`, with who names it."""

    field: str
    link: Link
    evidence: str
    confidence: Confidence


def offers(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Offer]:
    """Yield what an entry may be given.

    A field that is there is the author's, whatever it says; so is a paper or a repository linked anywhere in the entry.
    A source that names several repositories, or several papers, names none for sure.
    """
    for name, type_, sources in (
        ("paper", Paper, (*_article(entry, standings), *_repository(entry, standings))),
        ("code", Repository, (*_paper(entry, standings), *_article(entry, standings))),
    ):
        if entry.field(name) is None and first_mention(note, entry, Role(name)) is None:
            yield from _agreed(name, [(of, sure, _only(with_metadata(type_), links)) for of, sure, links in sources])


_Source = tuple[str, Confidence, tuple["Link", ...]]


def paper_names(paper: Paper) -> dict[str, Link]:
    """Return the repositories that a paper's comment and abstract name, by identity."""
    text = f"{paper.comment or ''}\n{paper.abstract or ''}"
    return {link.identity: link for link in links_in(text) if link.kind in with_metadata(Repository)}


def _paper(entry: Entry, standings: Mapping[int, Standing]) -> Iterator[_Source]:
    field = entry.field("paper")
    if field is not None and (known := only_thing(Paper, field, standings)) is not None:
        standing, paper = known
        links = tuple(paper_names(paper).values())
        yield f"{reference_of(standing)} names it in its comment or abstract", Confidence.HIGH, links


def _repository(entry: Entry, standings: Mapping[int, Standing]) -> Iterator[_Source]:
    field = entry.field("code")
    if field is not None and (known := only_thing(Repository, field, standings)) is not None:
        repository = known[1]
        yield f"{repository.title} names it", Confidence.MEDIUM, _links(map(paper_url, repository.papers))


def _article(entry: Entry, standings: Mapping[int, Standing]) -> Iterator[_Source]:
    standing = standings.get(-1 if entry.article is None else entry.article)
    if standing is not None and isinstance(article := standing.metadata, Article):
        yield "the article names it", Confidence.MEDIUM, _links(article.links)


def _links(urls: Iterable[str]) -> tuple[Link, ...]:
    return tuple(link for url in urls if (link := link_of(url, "")) is not None)


def _only(kinds: Collection[str], links: tuple[Link, ...]) -> Link | None:
    found = [link for link in links if link.kind in kinds]
    return found[0] if len(found) == 1 else None


def _agreed(name: str, said: list[tuple[str, Confidence, Link | None]]) -> Iterator[Offer]:
    """Yield one offer for what the sources name: surer where they agree, a guess each where they differ."""
    found: dict[str, list[tuple[str, Confidence, Link]]] = {}
    for evidence, confidence, link in said:
        if link is not None:
            found.setdefault(link.identity, []).append((evidence, confidence, link))
    for each in found.values():
        confidence = each[0][1] if len(each) == 1 else Confidence.HIGH
        evidence = "; ".join(evidence for evidence, _, _ in each)
        yield Offer(name, each[0][2], evidence, confidence if len(found) == 1 else Confidence.LOW)
